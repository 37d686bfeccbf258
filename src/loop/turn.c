/* Turns: where the loop sleeps (door 1) and where callbacks run (door 6). */
#include "loop/loop.h"

#include <stdio.h>

#include "base/prefetch.h"
#include "loop/exception.h"
#include "mach/thread.h"
#include "mach/workers.h"

#define RETRY_NS COIL_MS(10)

void coil__turn_marker(struct coil_handle *handle)
{
    (void)handle; /* being taken off the queue is all it has to say */
}

/* Short turns: look at the world less often, so that it costs little. Long ones: often, so that it
 * does not wait. */
static void adapt_quantum(struct coil_loop *loop)
{
    int64_t took = loop->now - loop->polled_at;

    if (loop->quantum ==
        0) /* the simulator: a look costs nothing, and every turn takes one, as in asyncio */
        return;
    if (took < LOOP_QUANTUM_NS / 2 && loop->quantum < LOOP_QUANTUM_MAX)
        loop->quantum *= 2;
    else if (took > 4 * LOOP_QUANTUM_NS)
        loop->quantum = 1;
    else if (took > LOOP_QUANTUM_NS && loop->quantum > 1)
        loop->quantum /= 2;
}

/*
 * A loop that runs in a worker may wait for what only another worker can do: one takes its place
 * meanwhile. Where none can be made, it is tried again soon.
 */
static int wait_replaced(struct coil_loop *loop, int64_t deadline_ns)
{
    const struct driver_ops *ops = loop->driver->ops;
    bool stands_in = coil__mach_worker_waits() == 0;
    int err;

    if (!stands_in && deadline_ns > loop->now + RETRY_NS)
        deadline_ns = loop->now + RETRY_NS;
    err = ops->wait(loop->driver, deadline_ns, loop->others == 0);
    if (stands_in)
        coil__mach_worker_goes_on();
    return err;
}

static void check_process(const struct coil_loop *loop)
{
    REQUIRE(
        loop->generation == coil__fork_generation,
        "the loop of the parent process goes on in the child of a fork: end the child there, by "
        "_exit or exec, before it awaits or returns; or open a loop of its own");
}

static void world_seen(struct coil_loop *loop, bool in_passing)
{
    loop->fresh = false;
    loop->now = loop->driver->ops->now(loop->driver);
    loop->driver->tick = (uint8_t)(loop->now >> TICK_SHIFT);
    if (in_passing)
        adapt_quantum(loop);
    loop->polled_at = loop->now;
    loop->turns_left = loop->quantum;
}

static int wait_for_world(struct coil_loop *loop, int64_t deadline_ns)
{
    int err;

    check_process(loop);
    err = deadline_ns > 0 ? wait_replaced(loop, deadline_ns)
                          : loop->driver->ops->wait(loop->driver, deadline_ns, loop->others == 0);
    COUNTER_ADD(loop->sleeps, 1);
    world_seen(loop, deadline_ns <= 0);
    return err;
}

/* Something for collect, other than time. */
static bool has_more(struct coil_loop *loop)
{
    return port_has_mail(loop->port) || !list_empty(&loop->ready) ||
           word_load(&loop->stop_asked) != 0 ||
           __atomic_load_n(&loop->runner->stop, __ATOMIC_SEQ_CST);
}

/* A look at the world is mostly a system call, one at the inbox is paid by those who post: so there
 * are some of these for each of those, with a pause between. */
static bool look(struct coil_loop *loop)
{
    for (int i = 0; i < 8; i++) {
        if (has_more(loop))
            return true;
        mach_relax();
    }
    if (loop->driver->out > 0)
        loop->driver->ops->wait(loop->driver, 0, loop->others == 0);
    world_seen(loop, false);
    return has_more(loop);
}

/* Looks for a while, see mach/spin.h. Posts do not need to wake us meanwhile: the inbox says
 * "empty". True: there is no need to sleep. */
static bool spin(struct coil_loop *loop)
{
    int64_t until;

    if (loop->quantum == 0) /* the simulator's clock stands still meanwhile */
        return false;
    check_process(loop);
    loop->now = loop->driver->ops->now(loop->driver);
    until = spin_begin(&loop->spin, loop->now);
    while (loop->now < until)
        if (look(loop) || loop->timers.earliest <= loop->now)
            return true;
    return false;
}

/* Until when the thread may sleep; 0: not at all. The inbox says "asleep" from now on, so nothing
 * can slip in. */
static int64_t sleep_deadline(struct coil_loop *loop)
{
    int64_t deadline = coil__timers_next(&loop->timers);

    if (!coil__port_sleep(loop->port) || has_more(loop))
        return 0;
    return deadline > loop->timers.earliest ? deadline
                                            : loop->timers.earliest; /* both are lower bounds */
}

/* What was held back until now. */
static inline void empty_outbox(struct coil_loop *loop)
{
    if (loop->outbox != NULL && loop->outbox->count > 0)
        loop->outbox->empty(loop->outbox);
}

/* Nothing is ready: sleeps until the world, a timer or another thread has something. Looking is for
 * who answers at once: a peer that is served alone waits for us as we for it. Of many that are
 * served in turns nobody does, and sleeping lets them come together. */
static int sleep_in_driver(struct coil_loop *loop)
{
    int err = 0;

    loop->driver->came = 0;
    if (loop->hooks.before_sleep != NULL)
        loop->hooks.before_sleep(loop, loop->hooks.arg);
    empty_outbox(loop);
    if (!spin(loop)) {
        err = wait_for_world(loop, sleep_deadline(loop));
        coil__port_awake(loop->port);
    }
    spin_end(&loop->spin, loop->now);
    if (loop->driver->came == CAME_OTHER)
        spin_idle(&loop->spin);
    if (loop->hooks.after_sleep != NULL)
        loop->hooks.after_sleep(loop, loop->hooks.arg);
    return err;
}

static bool has_nothing(struct coil_loop *loop, const struct loop_runner *runner)
{
    return list_empty(&loop->ready) && !runner->stop && !port_has_mail(loop->port);
}

/* Gathers what the world, other threads and time have brought. */
static int collect(struct coil_loop *loop, struct loop_runner *runner)
{
    int err = 0;

    if (word_load(&loop->stop_asked) != 0 && word_exchange(&loop->stop_asked, 0) != 0)
        runner->stop = true;
    if (has_nothing(loop, runner)) {
        err = sleep_in_driver(loop);
    } else if (loop->turns_left == 0) {
        empty_outbox(loop);
        err = wait_for_world(loop, 0);
    } else {
        loop->turns_left--;
    }
    if (port_has_mail(loop->port))
        coil__port_take(loop->port, &loop->ready);
    if (loop->timers.earliest <= loop->now)
        coil__timers_expire(&loop->timers, loop->now, &loop->ready);
    return err;
}

static void run_watched(struct coil_loop *loop, struct coil_handle *handle)
{
    int64_t before = loop->driver->ops->now(loop->driver), took;
    struct coil_report report = {.name = "", .place = ""};
    char message[96];

    handle->run(handle);
    took = loop->driver->ops->now(loop->driver) - before;
    if (took < loop->slow_ns)
        return;
    snprintf(message, sizeof(message), "a callback or task step took %lld.%03lld ms",
             (long long)(took / 1000000), (long long)(took / 1000 % 1000));
    report.message = message;
    coil_loop_call_exception_handler(loop, &report);
}

static inline void run_handle(struct coil_loop *loop, struct coil_handle *handle)
{
    prefetch(handle->link.next); /* the next owner may be cold */
    list_remove(&handle->link);
    loop->fresh = false;
    loop->context = handle->context;
    COUNTER_ADD(loop->callbacks, 1);
    if (unlikely(loop->debug))
        run_watched(loop, handle);
    else
        handle->run(handle);
}

/* Door 6. Callbacks that were ready when the turn began; a nested run may have taken the marker off
 * with them. */
static int turn(struct coil_loop *loop, struct loop_runner *runner)
{
    int err = collect(loop, runner);
    struct coil_handle *handle;

    COUNTER_ADD(loop->turns, 1);
    list_append(&loop->ready, &runner->marker.link);
    while (link_in_list(&runner->marker.link) && (handle = loop_peek(loop)) != NULL)
        run_handle(loop, handle);
    list_leave(&runner->marker.link);
    return err;
}

static void enter(struct coil_loop *loop, struct loop_runner *runner)
{
    runner->marker = (struct coil_handle){.run = coil__turn_marker};
    runner->loop = loop;
    runner->outer = loop->runner;
    runner->home = loop->home;
    runner->direct = loop->direct;
    runner->current = loop->current;
    runner->context = loop->context;
    loop->runner = runner;
    loop->home = &runner->here;
    loop->direct = !loop->debug;
    loop->current = NULL;
    coil__mach_context_adopt(&runner->here);
}

void coil__loop_leave(struct loop_runner *runner)
{
    struct coil_loop *loop = runner->loop;

    list_leave(&runner->marker.link);
    loop->runner = runner->outer;
    loop->home = runner->home;
    loop->direct = runner->direct;
    loop->current = runner->current;
    loop->context = runner->context;
}

static void thread_ends(void *arg)
{
    struct loop_runner *runner = arg;

    coil__mach_context_returned(&runner->here);
    coil__loop_die(runner->loop);
}

/*
 * A coroutine or callback may end the thread (pthread_exit). That cuts the stack back to here,
 * wherever it was called, and what the loop has on the frames around is still whole.
 */
static int run_turns(struct coil_loop *loop, struct loop_runner *runner)
{
    int err;

    pthread_cleanup_push(thread_ends, runner);
    do
        err = turn(loop, runner);
    while (!runner->stop && err == 0);
    empty_outbox(loop);
    pthread_cleanup_pop(0);
    return err;
}

int coil__loop_run(struct coil_loop *loop, struct loop_runner *runner)
{
    int err;

    enter(loop, runner);
    err = run_turns(loop, runner);
    coil__loop_leave(runner);
    return err;
}

void coil__loop_run_ready(struct coil_loop *loop, unsigned turns_at_most)
{
    struct loop_runner runner = {.stop = true}; /* one turn each, and no sleep */

    while (turns_at_most-- > 0) {
        coil__loop_run(loop, &runner);
        if (list_empty(&loop->ready) && loop->driver->out == 0)
            return;
    }
}
