/* Concurrent futures as threads see them. What happens on the loop is in job.c. */
#include "work/cfuture.h"

#include <stdio.h>

#include "base/check.h"
#include "base/time.h"
#include "mach/clock.h"
#include "mach/interrupt.h"
#include "mach/spin.h"
#include "mach/sys.h"
#include "mach/thread.h"
#include "mach/workers.h"
#include "work/circle.h"

#define CALLBACKS_CLOSED 1

struct coil_cfuture *coil__cfuture_no_memory(void)
{
    static const struct cfuture_kind immortal; /* done: never asked for anything */
    static struct coil_cfuture failed = {
        .kind = &immortal,
        .state = {CF_DONE},
        .refs = {1u << 30},
        .flags = {CF_SEEN},
        .result = {-ENOMEM, NULL},
        .place = "out-of-memory",
    };

    word_add(&failed.refs, 1);
    failed.generation = coil__fork_generation;
    return &failed;
}

void coil__cfuture_init(struct coil_cfuture *future, const struct cfuture_kind *kind,
                        const char *place)
{
    future->kind = kind;
    future->refs.value = 2;
    future->generation = coil__fork_generation;
    future->place = place;
}

static void ring(struct coil_cfuture *future)
{
    uintptr_t fd = word_load(&future->fd);

    if (fd != 0)
        coil__sys_eventfd_write((int)fd - 1);
}

/* They were pushed newest first; they are called in order of registration. */
static void call_back(struct coil_cfuture *future)
{
    uintptr_t list = word_exchange(&future->callbacks, CALLBACKS_CLOSED);
    struct coil_cfuture_callback *at = (struct coil_cfuture_callback *)list, *first = NULL, *next;

    for (; at != NULL; at = next) {
        next = at->next;
        at->next = first;
        first = at;
    }
    for (at = first; at != NULL; at = next) {
        next = at->next;
        at->fn(future, at->arg);
    }
}

static void tell_who_asked(struct coil_cfuture *future, uintptr_t was)
{
    if (was & CF_WAITERS)
        coil__mach_futex_wake(word_futex(&future->state), INT32_MAX);
    if (was & CF_WATCHED) {
        ring(future);
        call_back(future);
    }
}

void coil__cfuture_settle(struct coil_cfuture *future, struct coil_result result,
                          struct coil_exception *exception, coil_drop_fn *drop)
{
    uintptr_t was;

    future->result = result;
    future->exception = exception;
    future->drop = drop;
    was = word_or(&future->state, CF_DONE);
    INVARIANT((was & CF_DONE) == 0);
    if ((was & (CF_WAITERS | CF_WATCHED)) != 0)
        tell_who_asked(future, was);
}

void coil__cfuture_complete(struct coil_cfuture *future, struct coil_result result,
                            struct coil_exception *exception, coil_drop_fn *drop)
{
    coil_cfuture_ref(future);
    coil__cfuture_settle(future, result, exception, drop);
    coil_cfuture_unref(future);
}

/* Asks to be told when it is done. False: it is, and nobody is told any more. */
static bool watch(struct coil_cfuture *future)
{
    uintptr_t was = word_load(&future->state);

    do {
        if ((was & (CF_DONE | CF_WATCHED)) != 0)
            return (was & CF_WATCHED) != 0;
    } while (!word_cas(&future->state, &was, was | CF_WATCHED));
    return true;
}

/* In the child of a fork nobody will complete it: that is its end. The eventfd is shared with the
 * parent: not to be rung. */
static void end_in_child(struct coil_cfuture *future)
{
    uintptr_t fd = word_exchange(&future->fd, 0);

    if (fd != 0)
        coil__sys_close((int)fd - 1);
    future->generation = coil__fork_generation;
    word_or(&future->flags, CF_SEEN);
    coil__cfuture_complete(future, coil_error(-COIL_EFORKED), NULL, NULL);
}

static bool is_done(const struct coil_cfuture *constant)
{
    struct coil_cfuture *future = (struct coil_cfuture *)(uintptr_t)constant;

    if ((word_load(&future->state) & CF_DONE) != 0)
        return true;
    if (likely(future->generation == coil__fork_generation))
        return false;
    end_in_child(future);
    return true;
}

static bool has_begun(const struct coil_cfuture *future, uintptr_t state)
{
    return future->kind->begun != NULL ? future->kind->begun(future) : (state & CF_RUNNING) != 0;
}

enum coil_cfuture_state coil_cfuture_state(const struct coil_cfuture *future)
{
    uintptr_t state;

    if (is_done(future))
        return COIL_CFUTURE_DONE;
    state = word_load(&future->state);
    if (state & CF_CANCEL)
        return COIL_CFUTURE_CANCELLING;
    return has_begun(future, state) ? COIL_CFUTURE_RUNNING : COIL_CFUTURE_PENDING;
}

bool coil_cfuture_done(const struct coil_cfuture *future)
{
    return is_done(future);
}

/* How this thread fares with looking before it sleeps. */
static __thread struct mach_spin spin;

static bool is_settled(const void *arg)
{
    const struct coil_cfuture *future = arg;

    return (word_load(&future->state) & CF_DONE) != 0;
}

static int sleep_once(struct coil_cfuture *future, uintptr_t state, uint32_t seen,
                      int64_t deadline_ns)
{
    if (future->kind->sleep != NULL)
        return future->kind->sleep(future, state, seen, deadline_ns);
    return coil__mach_wait_interruptible(word_futex(&future->state), (uint32_t)state, seen,
                                         deadline_ns);
}

static int sleep_until_done(struct coil_cfuture *future, int64_t deadline_ns, uint32_t seen)
{
    uintptr_t state = word_or(&future->state, CF_WAITERS) | CF_WAITERS;
    int err;

    while ((state & CF_DONE) == 0) {
        err = sleep_once(future, state, seen, deadline_ns);
        state = word_load(&future->state);
        if (err != 0 && (state & CF_DONE) == 0)
            return err;
    }
    return 0;
}

/* If work that waits finds another thread, and nobody who would have to end first waits for us. */
static int sleep_if_allowed(struct coil_cfuture *future, int64_t timeout_ns, int64_t deadline_ns,
                            uint32_t seen)
{
    struct circle_edge edge;
    int err = coil__circle_enter(&edge, future, timeout_ns);

    if (err != 0)
        return err;
    err = coil__mach_worker_waits();
    if (err == 0) {
        err = sleep_until_done(future, deadline_ns, seen);
        coil__mach_worker_goes_on();
    }
    coil__circle_leave(&edge);
    return err;
}

static int look_and_sleep(struct coil_cfuture *future, int64_t timeout_ns, uint32_t seen)
{
    int64_t now = mach_now(), deadline = time_after(now, timeout_ns), until;
    int err = 0;

    if (future->kind->sleep != NULL) /* there is more to be looked at than the word */
        return sleep_if_allowed(future, timeout_ns, deadline, seen);
    spin.limit_ns = future->spin_ns != 0 ? future->spin_ns : SPIN_NS;
    until = spin_begin(&spin, now);
    if (!spin_look(now, until < deadline ? until : deadline, is_settled, future))
        err = sleep_if_allowed(future, timeout_ns, deadline, seen);
    spin_end(&spin, mach_now());
    return err;
}

int coil_cfuture_wait(struct coil_cfuture *future, int64_t timeout_ns)
{
    return coil__cfuture_wait_since(future, timeout_ns, coil__mach_interrupts());
}

int coil__cfuture_wait_since(struct coil_cfuture *future, int64_t timeout_ns, uint32_t seen)
{
    int err;

    if (is_done(future))
        return 0;
    err = future->kind->may_wait(future);
    if (err != 0)
        return err;
    if (timeout_ns <= 0)
        return -ETIMEDOUT;
    return look_and_sleep(future, timeout_ns, seen);
}

struct coil_result coil_cfuture_result(struct coil_cfuture *future, int64_t timeout_ns)
{
    int err = coil_cfuture_wait(future, timeout_ns);

    if (err != 0)
        return coil_error(err);
    if (future->result.status < 0 && (word_load(&future->flags) & CF_SEEN) == 0)
        word_or(&future->flags, CF_SEEN);
    return future->result;
}

struct coil_result coil_cfuture_take(struct coil_cfuture *future, int64_t timeout_ns)
{
    int err = coil_cfuture_wait(future, timeout_ns);

    if (err != 0)
        return coil_error(err);
    word_or(&future->flags, CF_SEEN | CF_TAKEN);
    return future->result;
}

const struct coil_exception *coil_cfuture_exception(struct coil_cfuture *future)
{
    if (!is_done(future))
        return NULL;
    word_or(&future->flags, CF_SEEN);
    return future->exception;
}

static void keep_reason(struct coil_cfuture *future, const char *message, const char *place)
{
    struct coil_exception *reason =
        coil__exception_text(ECANCELED, place, message != NULL ? message : "");
    uintptr_t none = 0;

    if (reason != NULL && !word_cas(&future->reason, &none, (uintptr_t)reason))
        exception_unref(reason);
}

bool coil_cfuture_cancel_at(struct coil_cfuture *future, const char *message, const char *place)
{
    uintptr_t was;

    if (is_done(future))
        return false;
    keep_reason(future, message, place);
    was = word_or(&future->state, CF_CANCEL);
    if ((was & CF_DONE) != 0)
        return false;
    future->kind->cancel(future);
    return true;
}

struct coil_result coil_cfuture_cancel_and_wait_at(struct coil_cfuture *future, int64_t timeout_ns,
                                                   const char *place)
{
    coil_cfuture_cancel_at(future, NULL, place);
    return coil_cfuture_result(future, timeout_ns);
}

void coil_cfuture_add_done_callback(struct coil_cfuture *future,
                                    struct coil_cfuture_callback *callback,
                                    coil_cfuture_done_fn *fn, void *arg)
{
    uintptr_t was;

    callback->fn = fn;
    callback->arg = arg;
    is_done(future); /* in the child of a fork it is now */
    was = watch(future) ? word_load(&future->callbacks) : CALLBACKS_CLOSED;
    while (was != CALLBACKS_CLOSED) {
        callback->next = (struct coil_cfuture_callback *)was;
        if (word_cas(&future->callbacks, &was, (uintptr_t)callback))
            return;
    }
    fn(future, arg);
}

int coil_cfuture_fd(struct coil_cfuture *future)
{
    uintptr_t none = 0;
    int fd;

    is_done(future); /* in the child of a fork it is now */
    if (word_load(&future->fd) != 0)
        return (int)word_load(&future->fd) - 1;
    watch(future);
    fd = coil__sys_eventfd();
    if (fd < 0)
        return fd;
    if (!word_cas(&future->fd, &none, (uintptr_t)fd + 1)) {
        coil__sys_close(fd);
        return (int)none - 1;
    }
    if (is_done(future))
        ring(future);
    return fd;
}

struct coil_cfuture *coil_cfuture_ref(struct coil_cfuture *future)
{
    word_add(&future->refs, 1);
    return future;
}

static void report_unseen(const struct coil_cfuture *future)
{
    const struct coil_exception *exception = future->exception;

    fprintf(stderr, "coil: the failure of a submitted job was never looked at: %s: %s%s%s\n",
            future->place, coil_strerror(future->result.status), exception != NULL ? ": " : "",
            exception != NULL ? exception->text : "");
}

/* Nobody is left who could settle it: those who watch it hear so, for they hold no reference. */
static void abandon(struct coil_cfuture *future)
{
    word_add(&future->refs, 1);
    if (!is_done(future))
        coil__cfuture_complete(future, coil_error(-ECANCELED), NULL, NULL);
    coil_cfuture_unref(future);
}

static void free_cfuture(struct coil_cfuture *future)
{
    uintptr_t flags = word_load(&future->flags);
    int64_t status = future->result.status;

    if ((word_load(&future->state) & CF_DONE) == 0) {
        abandon(future);
        return;
    }
    if (status < 0 && status != -ECANCELED && status != -COIL_ESTOPPED && (flags & CF_SEEN) == 0)
        report_unseen(future);
    if (status >= 0 && future->drop != NULL && (flags & CF_TAKEN) == 0)
        future->drop(future->result.value);
    exception_unref(future->exception);
    exception_unref((struct coil_exception *)word_load(&future->reason));
    if (word_load(&future->fd) != 0)
        coil__sys_close((int)word_load(&future->fd) - 1);
    future->kind->free(future);
}

void coil_cfuture_unref(struct coil_cfuture *future)
{
    if (future != NULL && word_unref(&future->refs))
        free_cfuture(future);
}

void coil_interrupt(void)
{
    coil__mach_interrupt();
}
