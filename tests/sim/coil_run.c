/* One run of a program by coil on the simulator, and what must hold after any. */
#include "coil_world.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void heard(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    struct coil_run *run = arg;

    (void)loop;
    if (strstr(report->message, "pending") != NULL)
        run->complaint = "a task was still pending when the loop closed";
}

static void begin(struct coil_run *run, const struct program *program, struct trace *trace)
{
    run->program = program;
    run->start = coil_loop_time(run->loop);
    for (int i = 0; i < TASKS + CALLS + DONES; i++)
        run->actors[i] = (struct actor){&coil_world, run, program, trace, i, NULL};
    for (int i = 0; i < CALLS; i++) {
        run->calls[i].actor = &run->actors[TASKS + i];
        coil_call_init(&run->calls[i].call, coil_call_run, &run->calls[i]);
    }
    for (int i = 0; i < DONES; i++)
        run->dones[i].actor = &run->actors[TASKS + CALLS + i];
    for (int i = 0; i < FUTURES; i++)
        run->slots[i] = coil_loop_create_future(run->loop);
    for (int i = 0; i < CONDITIONS; i++)
        coil_condition_init(&run->conditions[i], NULL);
    coil_semaphore_init(&run->semaphores[0], 1);
    coil_bounded_semaphore_init(&run->semaphores[1], 1);
    for (int i = 0; i < BARRIERS; i++)
        coil_barrier_init(&run->barriers[i], (size_t)BARRIER_PARTIES + (size_t)i);
}

static int compare(const void *a, const void *b)
{
    return (uintptr_t)a < (uintptr_t)b ? -1 : (uintptr_t)a > (uintptr_t)b;
}

static void begin_queues(struct coil_run *run)
{
    coil_queue_init(&run->queues[0], QUEUE_BOUND);
    coil_lifo_queue_init(&run->queues[1], 0);
    coil_priority_queue_init(&run->queues[2], 0, compare);
}

static coil_async struct coil_result main_task(void *arg)
{
    struct coil_run *run = arg;
    struct actor *self = &run->actors[0];
    int64_t status;

    run->slots[slot_of_task(0)] = coil_future_ref(coil_current_task());
    run->begun[0] = true;
    status = script_run(self);
    script_epilogue(self);
    return coil_number(status);
}

static void check_waiters(struct coil_run *run)
{
    bool any = false;

    for (int i = 0; i < LOCKS; i++)
        any |= run->locks[i].waiters.first != NULL || run->locks[i].locked;
    for (int i = 0; i < EVENTS; i++)
        any |= run->events[i].waiters.first != NULL;
    for (int i = 0; i < SEMAPHORES; i++)
        any |= run->semaphores[i].waiters.first != NULL;
    for (int i = 0; i < CONDITIONS; i++)
        any |= run->conditions[i].waiters.first != NULL || run->conditions[i].lock->locked;
    for (int i = 0; i < QUEUES; i++)
        any |= run->queues[i].getters.first != NULL || run->queues[i].putters.first != NULL;
    if (any)
        run->complaint = "somebody still waits in a lock or queue, or holds one";
}

static void check_drops(struct coil_run *run)
{
    for (int i = 0; i < SLOTS; i++)
        if (run->dropped[i] != run->made[i] || run->made[i] > 1)
            run->complaint = "a value was not dropped exactly once";
}

static void end(struct coil_run *run)
{
    struct coil_loop_stats stats;
    int was_small[TASKS];

    coil_loop_stats(run->loop, &stats);
    if (stats.tasks_live != 0)
        run->complaint = "tasks live after the end";
    check_waiters(run);
    for (int i = 0; i < TASKS; i++)
        was_small[i] = run->slots[slot_of_task(i)] != NULL && run->smalls[i].actor.run != NULL;
    for (int i = 0; i < SLOTS; i++)
        coil_future_unref(run->slots[i]);
    coil_loop_close(run->loop);
    for (int i = 0; i < QUEUES; i++)
        if (run->queues[i].getters.first == NULL && run->queues[i].putters.first == NULL)
            coil_queue_fini(&run->queues[i]);
    check_drops(run);
    for (int i = 0; i < TASKS; i++)
        if (was_small[i] != run->closed[i])
            run->complaint = "a coroutine without a stack was not closed exactly once";
}

const char *coil_sim_run(const struct program *program, uint64_t sim_seed, struct trace *trace)
{
    struct coil_loop_options options = {.driver = "sim", .sim_seed = sim_seed};
    struct coil_run *run = calloc(1, sizeof(*run));
    struct coil_result result;
    struct coil_future *task;
    const char *complaint;

    if (run == NULL || coil_loop_open(&options, &run->loop) != 0 || pipe(run->pipe) != 0)
        abort();
    coil_loop_set_exception_handler(run->loop, heard, run);
    begin(run, program, trace);
    begin_queues(run);
    task = coil_create_task_with(main_task, run, &(struct coil_task_options){.loop = run->loop});
    result = coil_loop_run_until_complete(run->loop, task); /* not in a task */
    coil_future_unref(task);
    if (result.status == -EDEADLK)
        run->complaint = "the loop found that nothing can ever happen any more";
    end(run);
    complaint = run->complaint;
    close(run->pipe[0]);
    close(run->pipe[1]);
    free(run);
    return complaint;
}
