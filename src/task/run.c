/* coil_run: a loop, a main task, and after it nothing that is left over (asyncio.run). */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "loop/exception.h"
#include "mach/signals.h"
#include "mach/thread.h"
#include "task/task.h"

int64_t coil__run_patience_ns = COIL_SECONDS(300);

/* What Ctrl-C finds: the loop that coil_run runs in the main thread. */
static struct {
    struct word loop;  /* its port, 0: none */
    struct word count; /* of interrupts in this run */
    struct coil_handle handle;
    struct coil_future *main;
    bool delivered; /* main was asked to end, and has counted that */
} interrupts;

static void cancel_main(struct coil_handle *handle)
{
    struct coil_exception *reason = coil__exception_text(ECANCELED, NULL, "interrupted by Ctrl-C");

    (void)handle;
    interrupts.delivered = coil__future_cancel(interrupts.main, reason);
    exception_unref(reason);
}

/* The first asks the main task to end; the second, or one after that task, ends the process. */
static void on_interrupt(int signal_number)
{
    struct loop_port *port = (struct loop_port *)word_load(&interrupts.loop);

    if (port != NULL && word_add(&interrupts.count, 1) == 1) {
        coil__port_post(port, &interrupts.handle);
        return;
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static bool watch_interrupts(struct coil_loop *loop, struct coil_future *main,
                             struct sigaction *before)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_ONSTACK | SA_RESTART};

    if (getpid() != gettid() || word_load(&interrupts.loop) != 0)
        return false;
    if (coil__mach_signal_usually(SIGINT, NULL, before) != 0 || before->sa_flags & SA_SIGINFO ||
        before->sa_handler != SIG_DFL)
        return false;
    interrupts.handle = (struct coil_handle){.run = cancel_main};
    interrupts.main = main;
    interrupts.delivered = false;
    word_store(&interrupts.count, 0);
    word_store(&interrupts.loop, (uintptr_t)loop->port);
    sigemptyset(&action.sa_mask);
    return coil__mach_signal_usually(SIGINT, &action, NULL) == 0;
}

static void unwatch_interrupts(const struct sigaction *before)
{
    coil__mach_signal_usually(SIGINT, before, NULL);
    word_store(&interrupts.loop, 0);
}

/* Whether only Ctrl-C asked the main task to end. */
static bool was_interrupted(const struct coil_future *main)
{
    return word_load(&interrupts.count) != 0 &&
           coil_task_cancelling(main) <= (interrupts.delivered ? 1 : 0);
}

static void wait_for_tasks(struct coil_loop *loop, struct coil_future **tasks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        coil_loop_run_until_complete(loop, tasks[i]); /* not in a task */
    for (size_t i = 0; i < n; i++) {
        if (tasks[i]->state == FUTURE_FAILED)
            coil__report(loop, "unhandled exception during coil_run() shutdown",
                         tasks[i]->result.status, tasks[i]->exception, tasks[i]);
        future_unref(tasks[i]);
    }
}

/* As many as there were: which, there was no memory to remember. */
static void wait_for_oldest(struct coil_loop *loop, size_t n)
{
    for (; n > 0 && !list_empty(&loop->tasks); n--) {
        struct coil_future *oldest = coil__tasks_oldest(loop);

        wait_for_tasks(loop, &oldest, 1);
    }
}

/* asyncio's _cancel_all_tasks. */
static void cancel_what_is_left(struct coil_loop *loop)
{
    size_t n = coil_all_tasks(loop, NULL, 0);
    struct coil_future **tasks = mem_alloc(n * sizeof(*tasks) + 1);

    coil__tasks_cancel_all(loop, "the main task has ended");
    if (tasks == NULL) {
        wait_for_oldest(loop, n);
        return;
    }
    coil_all_tasks(loop, tasks, n);
    for (size_t i = 0; i < n; i++)
        future_ref(tasks[i]);
    wait_for_tasks(loop, tasks, n);
    mem_free(tasks);
}

static void stop_when_all_are_back(void *arg)
{
    struct coil_loop *loop = arg;

    if (loop->lent == 0) /* else a callback has lent another one */
        coil_loop_stop(loop);
}

static void lose_patience(void *arg)
{
    struct coil_loop *loop = arg;
    char message[128];

    snprintf(message, sizeof(message),
             "%zu of the default executor's functions did not end within %lld seconds of "
             "coil_run()'s end and are left behind",
             loop->lent, (long long)(coil__run_patience_ns / COIL_SECONDS(1)));
    coil__report(loop, message, -ETIMEDOUT, NULL, NULL);
    coil_loop_stop(loop);
}

/* asyncio's shutdown_default_executor, but that the executor goes on. Its functions may use what is
 * the caller's, and the loop, which runs meanwhile. A simulated clock does not tell how long
 * threads take: without a limit there. */
static void wait_for_lent(struct coil_loop *loop)
{
    struct coil_call limit, all_back;

    if (loop->lent == 0)
        return;
    coil_call_init(&limit, lose_patience, loop);
    coil_call_init(&all_back, stop_when_all_are_back, loop);
    if (strcmp(loop->driver_name, "sim") != 0)
        coil_call_later(loop, &limit, coil__run_patience_ns);
    COUNTER_ADD(loop->others, 1u);
    loop->all_back = &all_back;
    coil_loop_run_forever(loop);
    loop->all_back = NULL;
    COUNTER_ADD(loop->others, -1u);
    coil_call_cancel(&limit);
    coil_call_cancel(&all_back);
}

struct program {
    struct coil_loop *loop;
    struct coil_future *main; /* counted */
    bool watching;
    struct sigaction before; /* what Ctrl-C did */
};

static struct coil_result run_main(struct program *self)
{
    struct coil_result result;

    self->watching = watch_interrupts(self->loop, self->main, &self->before);
    result = coil_loop_run_until_complete(self->loop, self->main); /* not in a task */
    result = result.status == -COIL_ESTOPPED ? result : coil_future_take(self->main);
    if (self->watching && result.status == -ECANCELED && was_interrupted(self->main))
        result.status = -EINTR;
    if (self->watching)
        word_add(&interrupts.count, 1); /* nothing to cancel any more: the next ends the process */
    cancel_what_is_left(self->loop);
    wait_for_lent(self->loop);
    return result;
}

/* Also when the thread ends in there. */
static void end_program(void *arg)
{
    struct program *self = arg;

    if (self->watching)
        unwatch_interrupts(&self->before);
    future_unref(self->main);
    coil_loop_close(self->loop);
}

/* Nothing else knows what was asked for. */
static struct coil_result not_opened(int err)
{
    coil__exception_leave(
        err == -ENOSYS ? coil__exception_text(ENOSYS, NULL,
                                              "no such driver here: COIL_DRIVER, or the options, "
                                              "may say epoll, uring or sim")
                       : NULL);
    return coil_error(err);
}

struct coil_result coil_run_at(coil_coroutine_fn *fn, void *arg,
                               const struct coil_loop_options *options, const char *place)
{
    struct program self = {0};
    struct coil_exception *exception;
    struct coil_result result;
    int err;

    if (coil__loop_running != NULL)
        return coil_error(-EBUSY);
    err = coil_loop_open(options, &self.loop);
    if (err != 0)
        return not_opened(err);
    self.main = coil_create_task_at(fn, arg, &(struct coil_task_options){.loop = self.loop}, place);
    pthread_cleanup_push(end_program, &self);
    result = run_main(&self);
    exception = coil__exception_ref(self.main->exception);
    pthread_cleanup_pop(1);
    coil__exception_leave(exception);
    return result;
}
