/*
 * Words in memory as something to wait for (futex(2)): what other threads, and other processes that
 * share the memory, wake tasks by.
 *
 *     _Atomic uint32_t *doors = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
 *
 *     while ((seen = atomic_load(doors)) == CLOSED && err >= 0)           the task that waits
 *         err = coil_futex_wait((const uint32_t *)doors, seen);
 *
 *     atomic_store(doors, OPEN);                                          whoever opens
 *     coil_futex_wake((const uint32_t *)doors, INT_MAX);
 *
 * The word is looked at and waited for in one step: a change that is followed by a wake is never
 * missed. Programs without coil take part by futex(2), without FUTEX_PRIVATE_FLAG. Between tasks of
 * one loop coil/locks.h is simpler and costs less.
 */
#ifndef COIL_FUTEX_H
#define COIL_FUTEX_H

#include <coil/result.h>

COIL_BEGIN_DECLS

/**
 * Waits until the word is woken, if it is `expected`. Look at it again after that: 0 may also come
 * for nothing. Where the kernel does not do it by io_uring (Linux 6.7), each waiting call has a
 * thread of its own.
 *
 * Suspends: yes, unless the word is seen to have another value.
 * Cancel-safe: yes; a wake-up that came first is told, and the cancellation comes with the next
 * wait, so none is lost. (On Linux before 5.16 a cancel may instead wake all who wait for the word;
 * for some of them that is for nothing.)
 * Owns: the word must stay where it is until this returns.
 * Returns: 0: woken; -EAGAIN: it was not `expected`; -EINVAL: its address is no multiple of 4;
 * -EFAULT: there is no memory; -ENOMEM: no thread could be made; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_futex_wait(const uint32_t *word, uint32_t expected);

/**
 * Wakes at most n of those who wait for the word, tasks and threads of any process, those who came
 * first at first. Change the word before. INT_MAX: all.
 *
 * Suspends: no. Thread: any.
 * Returns: how many there were; -EINVAL: the address is no multiple of 4; -EFAULT.
 */
COIL_EXPORT int coil_futex_wake(const uint32_t *word, int n);

COIL_END_DECLS

#endif
