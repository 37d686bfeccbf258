/*
 * Threads, what they wait on, and what a fork does to them.
 */
#ifndef COIL_MACH_THREAD_H
#define COIL_MACH_THREAD_H

/*
 * pthread_cleanup_push must be the one that keeps a list of places to jump back to: by exceptions'
 * tables nobody finds the way from a coroutine's stack to its thread's.
 */
#undef __EXCEPTIONS
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in its owner; stays where it is from start until join. Fields are mach's. */
struct mach_thread {
    pthread_t handle;
    void (*fn)(void *arg);
    void *arg;
    char name[16];
};

/*
 * Runs fn(arg) in a new thread, which blocks every signal but those a fault of its own raises. The
 * name is cut to 15 bytes; stack_bytes 0 is the system's default. Returns 0 or a negated errno.
 */
int coil__mach_thread_start(struct mach_thread *thread, void (*fn)(void *arg), void *arg,
                            const char *name, size_t stack_bytes);

/* The same for a thread that nobody will join. */
int coil__mach_thread_start_detached(void (*fn)(void));

/* The name of the running thread. */
void coil__mach_thread_set_name(const char *name);

/* Waits until it has ended. */
void coil__mach_thread_join(struct mach_thread *thread);

/* Nobody will join it: what it is made of goes when it ends. */
void coil__mach_thread_detach(struct mach_thread *thread);

/* Lets it run on one processor only, the index-th (and round again) of those that the caller may
 * use. Returns 0 or a negated errno. */
int coil__mach_thread_pin(struct mach_thread *thread, unsigned index);

/* The running thread: unlike any other's that lives; the id of an ended one is used again. Never 0.
 * One load. */
static inline uintptr_t mach_thread_id(void)
{
#if defined(__x86_64__) && defined(__linux__)
    uintptr_t self;

    __asm__("movq %%fs:0, %0" : "=r"(self));
    return self;
#else
    return (uintptr_t)pthread_self();
#endif
}

/*
 * Sleeps while *word is `expected`, until woken or the monotonic deadline (COIL_FOREVER: none).
 * 0: woken, perhaps for nothing; -EAGAIN: it was not `expected`; -ETIMEDOUT; -EINTR.
 */
int coil__mach_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline_ns);

/* Wakes at most n of those who sleep on the word. */
void coil__mach_futex_wake(const uint32_t *word, int n);

/* How many forks lie between this process and the one that loaded us: what remembers another number
 * is the parent's. */
extern uint32_t coil__fork_generation;

/* For the few public functions that tell an error by errno. */
void coil__mach_set_errno(int error);

/* Processors this process may use, at least 1. */
int coil__mach_ncpu(void);

#endif
