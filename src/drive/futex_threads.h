/*
 * Threads for what may sleep for ever: each work has one of its own, at once, for a work that
 * waited behind another would not be asleep when it is woken. So there is no limit but the
 * process's, and the pools of mach/workers.h are not kept waiting. A thread whose work is over
 * takes another, or ends after some seconds.
 */
#ifndef COIL_DRIVE_FUTEX_THREADS_H
#define COIL_DRIVE_FUTEX_THREADS_H

#include "mach/workers.h"

/* From any thread. 0: run(work) will be called, once. Else -EAGAIN, -ENOMEM: no thread could be
 * made. */
int coil__futex_thread_start(struct mach_work *work);

#endif
