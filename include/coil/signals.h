/*
 * Signals of the process, heard by a loop (asyncio: add_signal_handler) or awaited.
 *
 *     coil_loop_add_signal_handler(loop, SIGHUP, NULL, NULL);
 *     while (coil_signal_wait(SIGHUP) > 0)
 *         read_configuration_again();
 *
 * While anybody listens, the signal does not do what it did before; when nobody does any more, or
 * the loop has closed, it does again. A handler of the program's own that was there before is not
 * called meanwhile; Ctrl-C does not cancel the main task of coil_run while anybody listens to
 * SIGINT. In the child of a fork nobody listens. SIGCHLD is free for the program's own use: coil
 * does not need it.
 *
 * The signal must reach the process: where every thread blocks it, it waits. Threads made by coil
 * block all signals, so leave it open in the main thread.
 */
#ifndef COIL_SIGNALS_H
#define COIL_SIGNALS_H

#include <signal.h>

#include <coil/loop.h>

COIL_BEGIN_DECLS

typedef void coil_signal_fn(int number, void *arg);

/**
 * Calls fn(number, arg) on the loop's thread when the signal comes; replaces an earlier handler of
 * this loop for it (asyncio: loop.add_signal_handler). Several loops may listen to one signal, each
 * is told. Signals that come faster than the loop turns are told once. With fn NULL nothing is
 * called: the signal only stops doing what it did, and one that comes while no task of the loop
 * waits for it is kept for the next that does.
 *
 * Suspends: no.
 * Returns: 0; -EINVAL (SIGKILL, SIGSTOP, a fault such as SIGSEGV, no signal); -ENOMEM.
 */
COIL_EXPORT int coil_loop_add_signal_handler(struct coil_loop *loop, int number, coil_signal_fn *fn,
                                             void *arg);

/**
 * Removes it (asyncio: remove_signal_handler).
 *
 * Suspends: no.
 * Returns: true if there was one.
 */
COIL_EXPORT bool coil_loop_remove_signal_handler(struct coil_loop *loop, int number);

/**
 * Waits for a signal, or one of several. Every task that waits for it is woken. Between two waits
 * nobody listens, and the signal does what it did before: a handler, with or without a function,
 * prevents that.
 *
 * Suspends: yes, unless one was kept.
 * Cancel-safe: yes; a signal that came just before is told, and the cancellation comes with the
 * next await.
 * Returns: its number; -EINVAL (as above, or none is given); -ENOMEM; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_signal_wait(int number);
COIL_EXPORT coil_async int coil_signal_wait_any(const int *numbers, size_t count);

COIL_END_DECLS

#endif
