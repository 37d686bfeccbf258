#include "loop/loop.h"

#include <stdio.h>
#include <string.h>

#include "loop/exception.h"
#include "mach/thread.h"

__thread struct coil_loop *coil__loop_running __attribute__((tls_model("initial-exec")));

void (*coil__loop_close_tasks)(struct coil_loop *loop);
struct coil_result (*coil__loop_await)(struct coil_future *future);
bool (*coil__loop_can_await)(struct coil_loop *loop);
void (*coil__loop_cancel_all)(struct coil_loop *loop, const char *why);
struct coil_future *(*coil__loop_oldest_task)(struct coil_loop *loop);
void (*coil__loop_task_cut)(struct coil_future *task);

/* A future that failed before it began: what creating gives when it cannot create. */
static void init_failed(struct coil_future *future, struct coil_loop *loop, int error)
{
    future_init(future, loop, FUTURE_PLAIN, error == ENOMEM ? "out-of-memory" : "closing-loop");
    future->refs = 1u << 30;
    future->state = FUTURE_FAILED;
    future->flags = FUTURE_STATIC | FUTURE_QUIET;
    future->result = coil_error(-error);
}

static void init(struct coil_loop *loop, const struct coil_loop_options *options)
{
    list_init(&loop->ready);
    list_init(&loop->tasks);
    list_init(&loop->guests);
    loop->objects = 1;
    loop->end_status = -COIL_ESTOPPED;
    loop->driver_name = loop->driver->ops->name;
    loop->spin.limit_ns = options->spin_ns != 0 ? options->spin_ns : SPIN_NS;
    loop->port->spin_ns = options->spin_ns;
    coil__timers_init(&loop->timers, loop->driver->ops->now(loop->driver));
    coil__mach_stacks_init(&loop->stacks);
    loop->now = loop->driver->ops->now(loop->driver);
    loop->polled_at = loop->now;
    loop->quantum = loop->driver->ops == &coil__driver_sim ? 0 : 1;
    loop->turns_left = loop->quantum;
    loop->slow_ns = COIL_MS(100);
    loop->generation = coil__fork_generation;
    loop->debug = options->debug;
    snprintf(loop->name, sizeof(loop->name), "%s", options->name != NULL ? options->name : "loop");
    init_failed(&loop->no_memory, loop, ENOMEM);
    init_failed(&loop->refused, loop, COIL_ESTOPPED);
}

int coil_loop_open(const struct coil_loop_options *options, struct coil_loop **out)
{
    static const struct coil_loop_options defaults;
    struct coil_loop *loop = mem_zalloc(sizeof(*loop));
    struct driver_options wishes = {0};
    int err;

    if (loop == NULL)
        return -ENOMEM;
    if (options == NULL)
        options = &defaults;
    err = coil__port_open(loop, &loop->port);
    if (err != 0)
        goto no_port;
    wishes.wake_fd = loop->port->wake_fd;
    wishes.seed = options->sim_seed;
    err = coil__driver_open(options->driver, &wishes, &loop->driver);
    if (err != 0)
        goto no_driver;
    init(loop, options);
    *out = loop;
    return 0;

no_driver:
    coil__port_end(loop->port);
no_port:
    mem_free(loop);
    return err;
}

void coil__loop_free(struct coil_loop *loop)
{
    exception_unref(loop->raised);
    coil__port_end(loop->port);
    coil__slab_fini(&loop->slab);
    spares_fini(&loop->spares);
    mem_free(loop->outbox);
    coil__mach_stacks_fini(&loop->stacks);
    mem_free(loop);
}

/* Callbacks that will not run any more: what they hold is given back. */
static void drop_callbacks(struct coil_link *list)
{
    struct coil_link *link;

    while ((link = list_pop(list)) != NULL) {
        struct coil_handle *handle = container_of(link, struct coil_handle, link);

        if (coil__future_drop_callback(handle))
            continue;
        context_unref(handle->context);
        handle->context = NULL;
    }
}

/* Other threads' submissions learn that it is over by being run: they look at loop->closing. */
static void refuse_mail(struct coil_loop *loop)
{
    loop->closing = true;
    coil__port_close(loop->port, &loop->ready);
}

static void drop_timers(struct timers *timers)
{
    for (int level = 0; level < TIMERS_LEVELS; level++)
        for (int s = 0; s < TIMERS_SLOTS; s++)
            drop_callbacks(&timers->slot[level][s]);
    drop_callbacks(&timers->due);
    drop_callbacks(&timers->far);
}

void coil__loop_drain(struct coil_loop *loop)
{
    int err = 0;

    while (!list_empty(&loop->guests)) {
        struct coil_link *link = list_pop(&loop->guests);

        container_of(link, struct loop_guest, link)
            ->loop_closes(container_of(link, struct loop_guest, link));
    }
    while (loop->driver->out > 0 && err == 0)
        err = loop->driver->ops->wait(loop->driver, COIL_FOREVER, true);
}

/* If a task that is to unwind ends the thread instead, coil__loop_die begins it again. */
void coil__loop_shut(struct coil_loop *loop)
{
    struct coil_loop *outer = coil__loop_running;

    if (loop->closed)
        return;
    coil__loop_running = loop;
    refuse_mail(loop);
    if (coil__loop_close_tasks != NULL)
        coil__loop_close_tasks(loop);
    coil__loop_drain(loop);
    drop_timers(&loop->timers);
    drop_callbacks(&loop->ready);
    loop->driver->ops->close(loop->driver);
    loop->driver = NULL;
    loop->closed = true;
    coil__loop_running = outer;
}

static void disown(void *loop)
{
    loop_object_gone(loop);
}

void coil_loop_close(struct coil_loop *loop)
{
    if (loop == NULL)
        return;
    REQUIRE(word_load(&loop->running) == 0,
            "coil_loop_close of a loop that runs: coil_loop_stop it and let the run return first");
    pthread_cleanup_push(disown, loop);
    coil__loop_shut(loop);
    pthread_cleanup_pop(1);
}

/* Makes this thread the loop's. */
static int begin(struct coil_loop *loop)
{
    uintptr_t idle = 0;

    if (loop->closed)
        return (int)loop->end_status;
    if (coil__loop_running != NULL || !word_cas(&loop->running, &idle, 1))
        return -EBUSY;
    REQUIRE(loop->generation == coil__fork_generation,
            "a loop of the parent process is run in the child of a fork: open a new one there");
    REQUIRE(
        loop->thread == 0 || loop->thread == mach_thread_id(),
        "a loop is run by another thread than before: it belongs to the first one that runs it");
    loop->thread = mach_thread_id();
    coil__loop_running = loop;
    loop->signal_stack =
        coil__mach_overflow_thread_enter() == 0; /* without it an overflow is only not told */
    return 0;
}

static void end(struct coil_loop *loop)
{
    if (loop->signal_stack)
        coil__mach_overflow_thread_leave();
    coil__loop_running = NULL;
    word_store(&loop->running, 0);
}

/* What ran in this activation will not go on. */
static void cut(struct coil_loop *loop, struct loop_runner *runner)
{
    if (loop->current != NULL)
        coil__loop_task_cut(loop->current);
    coil_future_remove_done_callback(&runner->done);
    coil__loop_leave(runner);
}

void coil__loop_die(struct coil_loop *loop)
{
    if (loop->closed)
        return;
    loop->end_status = -COIL_EDIED;
    while (loop->runner != NULL)
        cut(loop, loop->runner);
    loop->current = NULL;
    loop->context = NULL;
    COUNTER_SET(loop->running_id, 0);
    coil__loop_shut(loop);
    if (word_load(&loop->running) != 0)
        end(loop);
}

static int run(struct coil_loop *loop, struct loop_runner *runner)
{
    int err = begin(loop);

    if (err != 0)
        return err;
    runner->stop |= loop->stop_early;
    loop->stop_early = false;
    err = coil__loop_run(loop, runner);
    end(loop);
    return err;
}

int coil_loop_run_forever(struct coil_loop *loop)
{
    struct loop_runner runner = {0};

    return run(loop, &runner);
}

static void stop_runner(struct coil_future *future, void *arg)
{
    struct loop_runner *runner = arg;

    (void)future;
    runner->stop = true;
}

coil_async struct coil_result coil_loop_run_until_complete(struct coil_loop *loop,
                                                           struct coil_future *future)
{
    struct loop_runner runner = {0};
    bool nested = coil__loop_running == loop;
    int err;

    REQUIRE(future->loop == loop,
            "coil_loop_run_until_complete: the future belongs to another loop");
    if (nested && coil__loop_can_await(loop))
        return coil__loop_await(future);
    coil_future_add_done_callback(future, &runner.done, stop_runner, &runner);
    err = nested ? coil__loop_run(loop, &runner) : run(loop, &runner);
    coil_future_remove_done_callback(&runner.done);
    if (err != 0 && future_pending(future))
        return coil_error(err);
    return future_pending(future) ? coil_error(-COIL_ESTOPPED) : future_look(future);
}

void coil_loop_stop(struct coil_loop *loop)
{
    if (coil__loop_running == loop) {
        __atomic_store_n(&loop->runner->stop, true, __ATOMIC_SEQ_CST);
        coil__port_kick(loop->port); /* from a signal handler, the thread may be about to sleep */
    } else if (word_load(&loop->running) == 0 && loop->thread == mach_thread_id()) {
        loop->stop_early = true;
    } else {
        word_exchange(&loop->stop_asked, 1);
        coil__port_kick(loop->port);
    }
}

bool coil_loop_running(const struct coil_loop *loop)
{
    return word_load(&loop->running) != 0;
}

struct coil_loop *coil_loop_current(void)
{
    return coil__loop_running;
}

int64_t coil_loop_time(struct coil_loop *loop)
{
    loop->fresh = false;
    return loop_now(loop);
}

int64_t coil_time(void)
{
    return coil_loop_time(loop_here("coil_time"));
}

const char *coil_loop_driver(const struct coil_loop *loop)
{
    return loop->driver_name;
}

const char *coil_loop_name(const struct coil_loop *loop)
{
    return loop->name;
}

void coil_loop_set_hooks(struct coil_loop *loop, const struct coil_loop_hooks *hooks)
{
    loop_owned(loop, "coil_loop_set_hooks");
    loop->hooks = hooks != NULL ? *hooks : (struct coil_loop_hooks){0};
}

void coil_loop_set_debug(struct coil_loop *loop, bool on, int64_t slow_ns)
{
    loop_owned(loop, "coil_loop_set_debug");
    loop->debug = on;
    loop->direct = !on;
    if (slow_ns > 0)
        loop->slow_ns = slow_ns;
}

void coil_loop_stats(const struct coil_loop *loop, struct coil_loop_stats *out)
{
    out->turns = COUNTER_READ(loop->turns);
    out->callbacks = COUNTER_READ(loop->callbacks);
    out->sleeps = COUNTER_READ(loop->sleeps);
    out->tasks_made = COUNTER_READ(loop->last_task_id);
    out->tasks_live = COUNTER_READ(loop->tasks_live);
}
