#include "mach/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coil/result.h>

#include "base/fault.h"
#include "mach/clock.h"

#include <kit.h>

struct seen {
    uintptr_t id;
    char name[16];
    sigset_t blocked;
    size_t stack;
};

static void look_around(void *arg)
{
    struct seen *seen = arg;
    pthread_attr_t attributes;

    seen->id = mach_thread_id();
    pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
    pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &seen->stack);
        pthread_attr_destroy(&attributes);
    }
}

TEST(a_thread_runs_with_its_name_id_and_stack)
{
    struct mach_thread thread;
    struct seen seen = {0};

    CHECK_EQ(
        coil__mach_thread_start(&thread, look_around, &seen, "a name that is too long", 262144), 0);
    coil__mach_thread_join(&thread);
    CHECK_STR(seen.name, "a name that is ");
    CHECK(seen.id != 0 && seen.id != mach_thread_id());
    CHECK_EQ(mach_thread_id(), mach_thread_id());
    CHECK(seen.stack >= 262144 && seen.stack < 1 << 20);
}

TEST(a_thread_blocks_signals_but_not_its_own_faults)
{
    struct mach_thread thread;
    struct seen seen = {0};
    sigset_t mine;

    CHECK_EQ(coil__mach_thread_start(&thread, look_around, &seen, "t", 0), 0);
    coil__mach_thread_join(&thread);
    CHECK_EQ(sigismember(&seen.blocked, SIGINT), 1);
    CHECK_EQ(sigismember(&seen.blocked, SIGTERM), 1);
    CHECK_EQ(sigismember(&seen.blocked, SIGCHLD), 1);
    CHECK_EQ(sigismember(&seen.blocked, SIGSEGV), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &mine);
    CHECK_EQ(sigismember(&mine, SIGTERM), 0);
}

TEST(no_thread_is_an_error_not_a_crash)
{
    struct mach_thread thread;

    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__mach_thread_start(&thread, look_around, NULL, "t", 0), -EAGAIN);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(coil__mach_thread_start(&thread, look_around, NULL, "t", 1), -EINVAL);
}

static uint32_t word;

static void wake_by_value(void *arg)
{
    (void)arg;
    __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
    coil__mach_futex_wake(&word, 1);
}

TEST(a_futex_brings_a_thread_to_another)
{
    for (int i = 0; i < 50; i++) {
        struct mach_thread thread;

        word = 0;
        CHECK_EQ(coil__mach_thread_start(&thread, wake_by_value, NULL, "waker", 0), 0);
        while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0) {
            int err = coil__mach_futex_wait(&word, 0, mach_now() + COIL_SECONDS(5));

            CHECK(err == 0 || err == -EAGAIN || err == -EINTR);
        }
        coil__mach_thread_join(&thread);
    }
}

TEST(a_futex_wait_has_a_deadline)
{
    int64_t deadline = mach_now() + COIL_MS(2);

    word = 7;
    CHECK_EQ(coil__mach_futex_wait(&word, 7, deadline), -ETIMEDOUT);
    CHECK(mach_now() >= deadline);
    CHECK_EQ(coil__mach_futex_wait(&word, 8, COIL_FOREVER), -EAGAIN);
}

TEST(a_child_knows_that_it_was_forked)
{
    uint32_t ours = coil__fork_generation;
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(coil__fork_generation == ours + 1 ? 7 : 8);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(WEXITSTATUS(status), 7);
    CHECK_EQ(coil__fork_generation, ours);
}

TEST(processors_are_those_we_may_use)
{
    cpu_set_t one;

    CHECK(coil__mach_ncpu() >= 1);
    CHECK_EQ(sched_getaffinity(0, sizeof(one), &one), 0);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &one)) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            break;
        }
    }
    CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    CHECK_EQ(coil__mach_ncpu(), 1);
}
