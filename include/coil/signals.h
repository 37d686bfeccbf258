/*
 * Signals of the process, heard by a loop (asyncio: add_signal_handler) or awaited.
 *
 *     while (coil_signal_wait(SIGHUP) > 0)
 *         read_configuration_again();
 *
 * While anybody listens, the signal does not do what it does by default; when nobody does any more,
 * it does again. SIGCHLD is free for the program's own use: coil does not need it.
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
 * is told. Signals that come faster than the loop turns are told once.
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
 * Waits for a signal, or one of several. Only what comes while somebody waits or a handler is set
 * is caught: to miss none, keep a handler, or wait for all in one task.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: its number; -EINVAL; -ENOMEM; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_signal_wait(int number);
COIL_EXPORT coil_async int coil_signal_wait_any(const int *numbers, size_t count);

COIL_END_DECLS

#endif
