#include "mach/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "mach/sys.h"

uint32_t coil__fork_generation;

static void count_fork(void)
{
    coil__fork_generation++;
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

/* Signals sent to the process are for the program's own threads. Those that a fault raises must get
 * through. */
static void block_signals(sigset_t *old)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};
    sigset_t set;

    sigfillset(&set);
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        sigdelset(&set, faults[i]);
    pthread_sigmask(SIG_SETMASK, &set, old);
}

static int create(pthread_t *handle, const pthread_attr_t *attributes, void *(*run)(void *arg),
                  void *arg)
{
    sigset_t old;
    int err;

    if (fault(FAULT_SYS))
        return -EAGAIN;
    block_signals(&old);
    err = pthread_create(handle, attributes, run, arg);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -err;
}

void coil__mach_thread_set_name(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

static void *run_thread(void *arg)
{
    struct mach_thread *thread = arg;

    coil__mach_thread_set_name(thread->name);
    thread->fn(thread->arg);
    return NULL;
}

int coil__mach_thread_start(struct mach_thread *thread, void (*fn)(void *arg), void *arg,
                            const char *name, size_t stack_bytes)
{
    pthread_attr_t attributes;
    int err;

    thread->fn = fn;
    thread->arg = arg;
    snprintf(thread->name, sizeof(thread->name), "%s", name);
    if (stack_bytes == 0)
        return create(&thread->handle, NULL, run_thread, thread);
    err = -pthread_attr_init(&attributes);
    if (err < 0)
        return err;
    err = -pthread_attr_setstacksize(&attributes, stack_bytes);
    if (err == 0)
        err = create(&thread->handle, &attributes, run_thread, thread);
    pthread_attr_destroy(&attributes);
    return err;
}

static void *run_detached(void *arg)
{
    void (*fn)(void) = (void (*)(void))arg;

    fn();
    return NULL;
}

int coil__mach_thread_start_detached(void (*fn)(void))
{
    pthread_attr_t attributes;
    pthread_t handle;
    int err = -pthread_attr_init(&attributes);

    if (err < 0)
        return err;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    err = create(&handle, &attributes, run_detached, (void *)fn);
    pthread_attr_destroy(&attributes);
    return err;
}

void coil__mach_thread_join(struct mach_thread *thread)
{
    int err = pthread_join(thread->handle, NULL);

    REQUIRE(err == 0, "a thread cannot join itself or be joined twice: %s", thread->name);
}

void coil__mach_thread_detach(struct mach_thread *thread)
{
    pthread_detach(thread->handle);
}

int coil__mach_thread_pin(struct mach_thread *thread, unsigned index)
{
    cpu_set_t usable, one;
    unsigned cpu = 0, left;
    int err =
        fault(FAULT_SYS) ? EINVAL : pthread_getaffinity_np(pthread_self(), sizeof(usable), &usable);

    if (err != 0)
        return -err;
    left = index % (unsigned)CPU_COUNT(&usable);
    for (; !CPU_ISSET(cpu, &usable) || left > 0; cpu++)
        left -= CPU_ISSET(cpu, &usable) ? 1 : 0;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return -pthread_setaffinity_np(thread->handle, sizeof(one), &one);
}

int coil__mach_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    return coil__sys_futex_wait(word, expected, deadline_ns);
}

void coil__mach_futex_wake(const uint32_t *word, int n)
{
    coil__sys_futex_wake(word, n);
}

int coil__mach_ncpu(void)
{
    cpu_set_t set;
    long online;

    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return CPU_COUNT(&set);
    online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t has */
    return online > 0 ? (int)online : 1;
}
