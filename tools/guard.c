#include "guard.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define HANDLER_STACK_BYTES (64 * 1024)
#define SIGBREAK (SIGRTMIN + 3) /* sent by guard_break only */

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#define FATAL_COUNT (sizeof(fatal_signals) / sizeof(fatal_signals[0]))

static struct sigaction previous[FATAL_COUNT];
static guard_finder_fn *finder;
static guard_lost_fn *tell_lost;
static __thread struct guard *current;

int guard_enter(struct guard *guard, int signal)
{
    guard->armed = signal == 0;
    return signal;
}

void guard_leave(struct guard *guard)
{
    guard->armed = 0;
}

static struct guard *find_guard(void)
{
    struct guard *guard = current ? current : finder ? finder() : NULL;

    return guard && guard->armed ? guard : NULL;
}

/* Not ours to catch: the action that was there before gets it, when the instruction is tried
 * again. */
static void pass_on(int signal)
{
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        if (fatal_signals[i] == signal)
            sigaction(signal, &previous[i], NULL);
    }
    if (signal == SIGABRT)
        raise(signal);
}

static void on_fatal(int signal)
{
    struct guard *guard = find_guard();

    if (!guard) {
        tell_lost(signal);
        pass_on(signal);
        return;
    }
    guard->armed = 0;
    siglongjmp(guard->escape, signal);
}

static void on_break(int signal)
{
    struct guard *guard = find_guard();

    (void)signal;
    if (!guard)
        return;
    guard->armed = 0;
    siglongjmp(guard->escape, SIGINT);
}

void guard_install(guard_finder_fn *find, guard_lost_fn *lost)
{
    struct sigaction action = {.sa_flags = SA_ONSTACK | SA_NODEFER};

    finder = find;
    tell_lost = lost;
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_fatal;
    for (size_t i = 0; i < FATAL_COUNT; i++)
        sigaction(fatal_signals[i], &action, &previous[i]);
    action.sa_handler = on_break;
    sigaction(SIGBREAK, &action, NULL);
}

void guard_prepare_thread(void)
{
    sigset_t set;
    stack_t now;
    stack_t stack = {.ss_size = HANDLER_STACK_BYTES};

    sigemptyset(&set);
    sigaddset(&set, SIGBREAK);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE))
        return;
    stack.ss_sp = memory_resize(NULL, HANDLER_STACK_BYTES, 1);
    sigaltstack(&stack, NULL);
}

int guard_run(void (*fn)(void *arg), void *arg)
{
    struct guard guard;
    int signal;

    current = &guard;
    signal = GUARD_ENTER(&guard);
    if (signal == 0)
        fn(arg);
    guard_leave(&guard);
    current = NULL;
    return signal;
}

void guard_break(pthread_t thread)
{
    pthread_kill(thread, SIGBREAK);
}

const char *guard_signal_name(int signal)
{
    switch (signal) {
    case SIGSEGV: return "segmentation fault";
    case SIGBUS: return "bus error";
    case SIGFPE: return "arithmetic error";
    case SIGILL: return "illegal instruction";
    case SIGABRT: return "aborted";
    case SIGINT: return "broken off";
    default: return strsignal(signal);
    }
}
