/*
 * Typed code may crash or never end. A guard is a place to come back to: on the thread that
 * evaluates lines, or inside a coroutine, on its own stack. What the abandoned code held (locks,
 * memory) stays as it is; there is no undoing that.
 */
#ifndef TOOLS_GUARD_H
#define TOOLS_GUARD_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

struct guard {
    sigjmp_buf escape;
    volatile sig_atomic_t armed;
};

/* Says which guard the interrupted thread runs under; NULL: none. Called in signal handlers. */
typedef struct guard *guard_finder_fn(void);

/* Told of a fatal signal on a thread without a guard, in the signal handler. May end the thread; if
 * it returns, the process dies of the signal. */
typedef void guard_lost_fn(int signal);

/* Catches fatal signals from now on. `find` knows the guards of threads that did not call
 * guard_run. */
void guard_install(guard_finder_fn *find, guard_lost_fn *lost);

/* Readies the calling thread: a stack for signal handlers, unless it has one (else a stack overflow
 * could not be caught), and guard_break let through. */
void guard_prepare_thread(void);

/* Calls fn(arg). Returns 0, or the signal that ended it. */
int guard_run(void (*fn)(void *arg), void *arg);

/* Breaks off what a thread runs under a guard; it then looks as if it had got SIGINT. */
void guard_break(pthread_t thread);

/* "segmentation fault", for messages. */
const char *guard_signal_name(int signal);

/*
 * The same for code of our own that holds a guard: GUARD_ENTER is 0 at first, and the signal when
 * it comes back.
 *
 *     signal = GUARD_ENTER(&guard);
 *     if (signal == 0)
 *         ...
 *     guard_leave(&guard);
 */
#define GUARD_ENTER(guard) guard_enter(guard, sigsetjmp((guard)->escape, 1))
int guard_enter(struct guard *guard, int signal);
void guard_leave(struct guard *guard);

#endif
