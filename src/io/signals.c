/*
 * Signals heard by a loop. The signal handler posts the listener's own handle to the loop, once
 * until that has run: it neither allocates nor locks. A listener that is closed while its handle is
 * on the way is freed when it arrives, or by the loop that closes.
 */
#include <coil/signals.h>

#include "loop/loop.h"
#include "mach/signals.h"
#include "task/task.h"

enum purpose {
    FOR_HANDLER, /* coil_loop_add_signal_handler; one per loop and number */
    FOR_WAITER,  /* a task in coil_signal_wait */
    FOR_NOBODY,  /* closed */
};

/* On the stack of the task that waits. */
struct signal_wait {
    struct coil_future waiter;
    struct listener *first; /* of its listeners, one for each number */
    int number;             /* that came; 0: none yet */
};

struct listener {
    struct mach_listener mach;
    struct coil_loop *loop;
    struct loop_guest guest;
    struct coil_handle handle;
    struct word posted; /* the handle is on its way, or has not run */
    enum purpose purpose;

    /* Of a handler. */
    coil_signal_fn *fn; /* NULL: only keeps the signal for those who will wait */
    void *arg;
    struct coil_context *context; /* in which it is called; kept from one call to the next */
    bool noticed;                 /* the handle runs for the second time, see run */
    bool kept;                    /* a signal came while nobody waited */
    bool running;                 /* fn is being called ... */
    bool replaced;                /* ... and has set another one */

    /* Of a waiter. */
    struct signal_wait *wait;
    struct listener *next; /* of the same wait */
};

static void hear(struct mach_listener *mach)
{
    struct listener *self = container_of(mach, struct listener, mach);

    if (word_exchange(&self->posted, 1) == 0 &&
        coil__port_post(self->loop->port, &self->handle) != 0)
        self->handle.link.next = NULL; /* refused: the loop closes */
}

static void free_listener(struct listener *self)
{
    list_leave(&self->guest.link);
    context_unref(self->context);
    mem_free(self);
}

/* All mail is in the ready queue by now. */
static void loop_closes(struct loop_guest *guest)
{
    struct listener *self = container_of(guest, struct listener, guest);

    if (self->purpose != FOR_NOBODY)
        coil__mach_unlisten(&self->mach);
    list_leave(&self->handle.link);
    free_listener(self);
}

/* False if another one was told to it already. */
static bool tell_waiter(struct signal_wait *wait, int number)
{
    if (wait->number != 0)
        return false;
    wait->number = number;
    future_wake(&wait->waiter);
    return true;
}

static struct listener *listener_of(struct coil_link *link)
{
    return container_of(link, struct listener, guest.link);
}

/* The first of this purpose behind `after` in the list of the loop's guests; NULL: none. */
static struct listener *find(struct coil_loop *loop, struct coil_link *after, int number,
                             enum purpose purpose)
{
    for (struct coil_link *at = after->next; at != &loop->guests; at = at->next) {
        struct listener *listener = listener_of(at);

        if (listener->guest.loop_closes == loop_closes && listener->mach.number == number &&
            listener->purpose == purpose)
            return listener;
    }
    return NULL;
}

/* Whether a handler without a function hears of it for those who wait: then only that tells them,
 * so that each signal is told once. */
static bool has_keeper(struct coil_loop *loop, int number)
{
    struct listener *handler = find(loop, &loop->guests, number, FOR_HANDLER);

    return handler != NULL && handler->fn == NULL;
}

static bool tell_waiters(struct coil_loop *loop, int number)
{
    struct listener *at = find(loop, &loop->guests, number, FOR_WAITER);
    bool told = false;

    for (; at != NULL; at = find(loop, &at->guest.link, number, FOR_WAITER))
        told |= tell_waiter(at->wait, number);
    return told;
}

/* A handler without a function: the signal is for those who wait, or will. What is kept stands in
 * the list in the order of its coming. */
static void keep_for_waiters(struct listener *self)
{
    if (tell_waiters(self->loop, self->mach.number) || self->kept)
        return;
    self->kept = true;
    list_remove(&self->guest.link);
    list_append(&self->loop->guests, &self->guest.link);
}

/* It keeps nothing any more: who waits hears now what is on its way. */
static void end_keeping(struct listener *self)
{
    if (self->fn == NULL && word_load(&self->posted) != 0)
        tell_waiters(self->loop, self->mach.number);
}

/* What the function sets stays in the handler's context, as in asyncio. */
static void call_handler(struct listener *self)
{
    struct coil_loop *loop = self->loop;

    self->running = true;
    self->replaced = false;
    loop->context = self->context;
    self->context = NULL;
    self->fn(self->mach.number, self->arg);
    self->running = false;
    if (self->replaced)
        context_unref(loop->context);
    else
        self->context = loop->context;
    loop->context = NULL;
}

/* In asyncio the loop reads of a signal in one turn and calls its handler in the next. */
static bool must_wait_a_turn(struct listener *self)
{
    self->noticed = self->purpose == FOR_HANDLER && !self->noticed && !self->loop->closing;
    if (self->noticed)
        loop_ready(self->loop, &self->handle);
    return self->noticed;
}

static void run(struct coil_handle *handle)
{
    struct listener *self = container_of(handle, struct listener, handle);

    if (must_wait_a_turn(self))
        return;
    word_exchange(&self->posted, 0); /* what comes from now on is told again */
    if (self->loop->closing)
        return;
    if (self->purpose == FOR_WAITER && !has_keeper(self->loop, self->mach.number))
        tell_waiter(self->wait, self->mach.number);
    else if (self->purpose == FOR_HANDLER && self->fn == NULL)
        keep_for_waiters(self);
    else if (self->purpose == FOR_HANDLER)
        call_handler(self);
    if (self->purpose == FOR_NOBODY && word_load(&self->posted) == 0)
        free_listener(self);
}

static int open_listener(struct coil_loop *loop, int number, enum purpose purpose,
                         struct listener **out)
{
    struct listener *self = mem_zalloc(sizeof(*self));
    int err;

    if (self == NULL)
        return -ENOMEM;
    self->mach = (struct mach_listener){.hear = hear, .number = number};
    self->loop = loop;
    self->guest.loop_closes = loop_closes;
    self->handle.run = run;
    self->purpose = purpose;
    err = coil__mach_listen(&self->mach);
    if (err != 0) {
        mem_free(self);
        return err;
    }
    list_append(&loop->guests, &self->guest.link);
    COUNTER_ADD(loop->others, 1u); /* signals come from outside: a simulated loop waits for them */
    *out = self;
    return 0;
}

static void close_listener(struct listener *self)
{
    coil__mach_unlisten(&self->mach);
    COUNTER_ADD(self->loop->others, -1u);
    self->purpose = FOR_NOBODY;
    if (word_load(&self->posted) == 0 && !self->running)
        free_listener(self);
}

int coil_loop_add_signal_handler(struct coil_loop *loop, int number, coil_signal_fn *fn, void *arg)
{
    struct listener *self;
    int err = 0;

    loop_owned(loop, "coil_loop_add_signal_handler");
    self = find(loop, &loop->guests, number, FOR_HANDLER);
    if (self == NULL)
        err = open_listener(loop, number, FOR_HANDLER, &self);
    if (err != 0)
        return err;
    if (fn != NULL)
        end_keeping(self);
    self->fn = fn;
    self->arg = arg;
    self->kept = false;
    self->replaced = true;
    context_unref(self->context);
    self->context = context_snapshot(*coil__context_slot());
    return 0;
}

bool coil_loop_remove_signal_handler(struct coil_loop *loop, int number)
{
    struct listener *self;

    loop_owned(loop, "coil_loop_remove_signal_handler");
    self = find(loop, &loop->guests, number, FOR_HANDLER);
    if (self == NULL)
        return false;
    end_keeping(self);
    close_listener(self);
    return true;
}

static bool is_among(int number, const int *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* The one that was kept the longest, and is now taken; 0: none. */
static int take_kept(struct coil_loop *loop, const int *numbers, size_t count)
{
    for (struct coil_link *at = loop->guests.next; at != &loop->guests; at = at->next) {
        struct listener *listener = listener_of(at);

        if (listener->guest.loop_closes != loop_closes || !listener->kept ||
            listener->purpose != FOR_HANDLER || !is_among(listener->mach.number, numbers, count))
            continue;
        listener->kept = false;
        return listener->mach.number;
    }
    return 0;
}

static int listen_to_all(struct coil_loop *loop, struct signal_wait *wait, const int *numbers,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct listener *self;
        int err = open_listener(loop, numbers[i], FOR_WAITER, &self);

        if (err != 0)
            return err;
        self->wait = wait;
        self->next = wait->first;
        wait->first = self;
    }
    return count > 0 ? 0 : -EINVAL;
}

/* A signal that is still on its way counts. */
static void stop_listening(struct signal_wait *wait)
{
    struct listener *at, *next;

    for (at = wait->first; at != NULL; at = next) {
        next = at->next;
        if (wait->number == 0 && word_load(&at->posted) != 0 &&
            !has_keeper(at->loop, at->mach.number))
            wait->number = at->mach.number;
        close_listener(at);
    }
}

coil_async int coil_signal_wait_any(const int *numbers, size_t count)
{
    struct coil_loop *loop = loop_here("coil_signal_wait");
    struct signal_wait wait = {.number = take_kept(loop, numbers, count)};
    int err;

    if (wait.number != 0)
        return wait.number;
    future_init_waiter(&wait.waiter, loop, "signal");
    err = listen_to_all(loop, &wait, numbers, count);
    if (err == 0)
        err = (int)coil_await(&wait.waiter).status;
    stop_listening(&wait);
    future_fini_waiter(&wait.waiter);
    if (err == -ECANCELED && wait.number != 0) { /* neither of the two is lost */
        task_of(loop->current)->flags |= TASK_MUST_CANCEL;
        err = 0;
    }
    return err != 0 ? err : wait.number;
}

coil_async int coil_signal_wait(int number)
{
    return coil_signal_wait_any(&number, 1);
}
