/* How a loop's tasks end when the loop does. */
#include "task/task.h"

/* Enough for any cleanup that does not wait for the world. */
#define UNWIND_TURNS 1000

static void report_pending(struct coil_loop *loop)
{
    struct coil_link *at;

    list_each (at, &loop->tasks)
        coil__report(loop, "Task was destroyed but it is pending!", 0, NULL,
                     &container_of(at, struct task, link)->future);
}

void coil__tasks_cancel_all(struct coil_loop *loop, const char *why)
{
    struct coil_exception *reason = coil__exception_text(ECANCELED, NULL, why);
    struct coil_link *at;

    list_each (at, &loop->tasks)
        coil__future_cancel(&container_of(at, struct task, link)->future, reason);
    exception_unref(reason);
}

struct coil_future *coil__tasks_oldest(struct coil_loop *loop)
{
    return future_ref(&container_of(loop->tasks.next, struct task, link)->future);
}

void coil__task_destroy(struct task *task, int64_t error)
{
    struct coil_loop *loop = task->future.loop;

    task->flags |= TASK_LOST;
    list_leave(&task->timer.handle.link);
    coil__scopes_drop(task->scope, task);
    task->scope = NULL;
    if (task->waits_for != NULL && task->waits_for->flags & FUTURE_STATIC)
        future_lose_waiter(task->waits_for); /* it is on the task's own stack */
    if (task->waits_for != NULL)
        future_unref(task->waits_for);
    task->waits_for = NULL;
    if (task->flags & TASK_STACKFUL)
        coil__stackful_drop_arg(task);
    else
        coil__foreign_close(task);
    loop->context = task->timer.handle.context;
    task->flags &= (uint8_t)~TASK_MUST_CANCEL;
    task->future.flags |= FUTURE_QUIET;
    coil__task_finish(task, coil_error(error));
    future_unref(&task->future);
}

void coil__tasks_close(struct coil_loop *loop)
{
    int rounds = 0;

    if (!list_empty(
            &loop->tasks)) { /* before anything runs: what has not begun is not to begin now */
        report_pending(loop);
        coil__tasks_cancel_all(loop, "the loop is being closed");
        coil__loop_run_ready(loop, UNWIND_TURNS);
    }
    do { /* a stack that the world still holds buffers on must not go */
        coil__loop_drain(loop);
        coil__loop_run_ready(loop, UNWIND_TURNS);
    } while (!list_empty(&loop->guests) && ++rounds < UNWIND_TURNS);
    while (!list_empty(&loop->tasks))
        coil__task_destroy(container_of(loop->tasks.next, struct task, link), loop->end_status);
    coil__loop_run_ready(
        loop, UNWIND_TURNS); /* and what other threads posted learns that it is refused */
}
