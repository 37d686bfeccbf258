#include "mach/signals.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>

#include "base/atomic.h"
#include "base/check.h"
#include "mach/sys.h"
#include "mach/thread.h"

/*
 * The list of a number is read by handlers, which may interrupt anything, and so never wait. It is
 * changed under the lock, each change one store. Who takes a listener off then waits until every
 * handler that may have seen it has returned: `inside` counts them.
 */
struct ear {
    struct word first;
    struct word inside;
    struct sigaction usual; /* what the signal does while nobody listens */
};

static struct ear ears[NSIG];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct mach_listener *listener_in(const struct word *place)
{
    return (struct mach_listener *)word_load(place);
}

static void on_signal(int number)
{
    struct ear *ear = &ears[number];
    struct mach_listener *at;

    word_add(&ear->inside, 1);
    for (at = listener_in(&ear->first); at != NULL; at = listener_in(&at->next))
        at->hear(at);
    word_sub(&ear->inside, 1);
}

static bool can_be_heard(int number)
{
    switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL: return false;
    default: return number > 0 && number < NSIG;
    }
}

/* The stack of a coroutine is small: the handler has one of its own where the loop made one. No
 * other handler interrupts it. */
static int install(int number, struct sigaction *usual)
{
    struct sigaction ours = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_RESTART};

    sigfillset(&ours.sa_mask);
    return coil__sys_sigaction(number, &ours, usual);
}

/* Unless somebody else has put a handler of their own there meanwhile. It cannot fail. */
static void uninstall(int number, const struct sigaction *usual)
{
    struct sigaction now;

    sigaction(number, NULL, &now);
    if (now.sa_handler == on_signal)
        sigaction(number, usual, NULL);
}

/*
 * A child of a fork is told nothing, so its signals do again what they did before anybody listened.
 * The lock may be held by a thread that it does not have.
 */
static void forget_listeners(void)
{
    pthread_mutex_init(&lock, NULL);
    for (int number = 1; number < NSIG; number++) {
        struct ear *ear = &ears[number];

        if (word_load(&ear->first) != 0)
            uninstall(number, &ear->usual);
        word_store(&ear->first, 0);
        word_store(&ear->inside, 0);
    }
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget_listeners);
}

/* No handler can see any more what was taken off before this. */
static void wait_for_handlers(struct ear *ear)
{
    while (word_load(&ear->inside) != 0)
        sched_yield();
}

/* No signal is lost on the way: while our handler is there, so is a listener. */
int coil__mach_listen(struct mach_listener *listener)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct ear *ear;
    uintptr_t first;
    int err = 0;

    if (!can_be_heard(listener->number))
        return -EINVAL;
    pthread_once(&once, watch_forks);
    ear = &ears[listener->number];
    pthread_mutex_lock(&lock);
    first = word_load(&ear->first);
    word_store(&listener->next, first);
    word_exchange(&ear->first, (uintptr_t)listener);
    if (first == 0 && (err = install(listener->number, &ear->usual)) != 0)
        word_exchange(&ear->first, 0);
    pthread_mutex_unlock(&lock);
    return err;
}

/* Where the list has it; NULL: nowhere, for a fork lies between. */
static struct word *place_of(struct ear *ear, const struct mach_listener *listener)
{
    struct word *place = &ear->first;

    while (listener_in(place) != NULL && listener_in(place) != listener)
        place = &listener_in(place)->next;
    return listener_in(place) != NULL ? place : NULL;
}

void coil__mach_unlisten(struct mach_listener *listener)
{
    struct ear *ear = &ears[listener->number];
    struct word *place;

    pthread_mutex_lock(&lock);
    place = place_of(ear, listener);
    if (place == &ear->first && word_load(&listener->next) == 0)
        uninstall(listener->number, &ear->usual);
    if (place != NULL)
        word_exchange(place, word_load(&listener->next));
    pthread_mutex_unlock(&lock);
    wait_for_handlers(ear);
}

int coil__mach_signal_usually(int number, const struct sigaction *action, struct sigaction *before)
{
    struct ear *ear = &ears[number];
    int err = 0;

    pthread_mutex_lock(&lock);
    if (word_load(&ear->first) == 0) {
        err = sigaction(number, action, before) == 0 ? 0 : -EINVAL;
    } else {
        if (before != NULL)
            *before = ear->usual;
        if (action != NULL)
            ear->usual = *action;
    }
    pthread_mutex_unlock(&lock);
    return err;
}
