#include "mach/stack.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mach/switch.h"
#include "mach/thread.h"
#include "mach/valgrind.h"

#include <kit.h>

static struct mach_stacks pool;
static struct mach_context loop;
static struct mach_context coroutine;

static void describe(void *high, char *buffer, size_t size)
{
    snprintf(buffer, size, "task %s", (const char *)high - 32);
}

/* Runs it on a stack whose top carries a name. */
static void run_on_stack(void (*entry)(void *arg), unsigned cls)
{
    char *high;

    coil__mach_stacks_init(&pool);
    high = mach_stack_get(&pool, cls);
    CHECK(high != NULL);
    snprintf(high - 32, 32, "Digger");
    coil__mach_context_adopt(&loop);
    coil__mach_context_init(&coroutine, mach_stack_low(high, cls), high - 32, entry, NULL);
    mach_switch(&loop, &coroutine);
}

#ifndef MACH_ASAN /* which puts frames elsewhere, and reports in its own way */
static __attribute__((noinline)) int dig(volatile char *from_above)
{
    volatile char frame[256];

    frame[0] = from_above[0];
    return frame[0] + (frame[0] == 1 ? dig(frame) : 0) + frame[0];
}

static void dig_for_ever(void *arg)
{
    volatile char start = 1;

    (void)arg;
    exit(dig(&start));
}

CRASH_TEST(overflow_names_the_task_and_the_size, SIGSEGV,
           "coil: stack overflow in task Digger: its 16384 bytes are used up; give it more by "
           "stack_bytes in coil_task_options")
{
    CHECK_EQ(coil__mach_overflow_install(describe), 0);
    CHECK_EQ(coil__mach_overflow_thread_enter(), 0);
    run_on_stack(dig_for_ever, 0);
}

/* Steps over 16 KiB at a time: a frame that is touched at its far end only. */
static __attribute__((noinline)) int leap(volatile char *from_above)
{
    volatile char frame[16 << 10];

    frame[0] = from_above[0];
    return frame[0] + (frame[0] == 1 ? leap(frame) : 0) + frame[0];
}

static void leap_for_ever(void *arg)
{
    volatile char start = 1;

    (void)arg;
    exit(leap(&start));
}

CRASH_TEST(a_large_frame_does_not_step_over_the_guard, SIGSEGV, "its 65536 bytes are used up")
{
    CHECK_EQ(coil__mach_overflow_install(describe), 0);
    CHECK_EQ(coil__mach_overflow_thread_enter(), 0);
    run_on_stack(leap_for_ever, 2);
}

static void dig_in_thread(void *arg)
{
    (void)arg;
    CHECK_EQ(coil__mach_overflow_thread_enter(), 0);
    run_on_stack(dig_for_ever, 2);
}

CRASH_TEST(overflow_is_told_in_any_thread, SIGSEGV, "its 65536 bytes are used up")
{
    struct mach_thread thread;

    CHECK_EQ(coil__mach_overflow_install(describe), 0);
    CHECK_EQ(coil__mach_thread_start(&thread, dig_in_thread, NULL, "digger", 0), 0);
    coil__mach_thread_join(&thread);
}
#endif

static void previous_handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    _exit(number == SIGSEGV && info->si_addr == (void *)64 ? 3 : 4);
}

static volatile int *volatile nowhere = (volatile int *)64;

static void write_to_nowhere(void *arg)
{
    (void)arg;
    *nowhere = 1;
}

static int status_of(void (*body)(void))
{
    pid_t child;
    int status = 0;

    if (valgrind_runs())
        SKIP("valgrind counts each fault as an error");
    child = fork();
    if (child == 0) {
        body();
        _exit(99);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void fault_with_previous_handler(void)
{
    struct sigaction action = {.sa_sigaction = previous_handler, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &action, NULL);
    coil__mach_overflow_install(describe);
    coil__mach_overflow_thread_enter();
    run_on_stack(write_to_nowhere, 2);
}

TEST(other_faults_go_to_the_handler_before)
{
    CHECK_EQ(status_of(fault_with_previous_handler), 3);
}

static void fault_without_handlers(void)
{
    signal(SIGSEGV, SIG_DFL);
    coil__mach_overflow_install(describe);
    coil__mach_overflow_thread_enter();
    run_on_stack(write_to_nowhere, 2);
}

TEST(without_one_they_kill_as_usual)
{
    CHECK_EQ(status_of(fault_without_handlers), -SIGSEGV);
}

static void be_sent_the_signal(void)
{
    signal(SIGBUS, SIG_DFL);
    coil__mach_overflow_install(describe);
    kill(getpid(), SIGBUS);
}

TEST(a_signal_that_was_sent_kills_as_usual)
{
    CHECK_EQ(status_of(be_sent_the_signal), -SIGBUS);
}

static void install_after_us(void)
{
    struct sigaction action = {.sa_sigaction = previous_handler, .sa_flags = SA_SIGINFO};

    coil__mach_overflow_install(describe);
    sigaction(SIGSEGV, &action, NULL);
    coil__mach_overflow_install(describe);
    write_to_nowhere(NULL);
}

TEST(a_handler_installed_later_stays)
{
    CHECK_EQ(status_of(install_after_us), 3);
}

static char *other_stack;

/* A guard of ours, but not of the stack that runs: a wild pointer. */
static void write_to_the_other_guard(void *arg)
{
    (void)arg;
    ((char *)mach_stack_low(other_stack, 2))[-1] = 1;
}

static void must_not_be_asked(void *high, char *buffer, size_t size)
{
    (void)high, (void)buffer, (void)size;
    _exit(5);
}

static void hit_somebody_elses_guard(void)
{
    struct mach_stacks others;

    signal(SIGSEGV, SIG_DFL);
    coil__mach_overflow_install(must_not_be_asked);
    coil__mach_overflow_thread_enter();
    coil__mach_stacks_init(&others);
    for (int i = 0; i < 3; i++)
        other_stack = mach_stack_get(&others, 2);
    run_on_stack(write_to_the_other_guard, 2);
}

TEST(a_wild_pointer_into_a_guard_is_no_overflow)
{
    CHECK_EQ(status_of(hit_somebody_elses_guard), -SIGSEGV);
}

TEST(a_threads_own_signal_stack_is_left_alone)
{
    static char memory[65536];
    stack_t mine = {.ss_sp = memory, .ss_size = sizeof(memory)};
    stack_t now;

    CHECK_EQ(sigaltstack(&mine, NULL), 0);
    CHECK_EQ(coil__mach_overflow_thread_enter(), 0);
    coil__mach_overflow_thread_leave();
    CHECK_EQ(sigaltstack(NULL, &now), 0);
    CHECK_PTR(now.ss_sp, memory);
}

TEST(leaving_takes_the_signal_stack_away)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    stack_t now;

    CHECK_EQ(sigaltstack(&none, NULL), 0);
    CHECK_EQ(coil__mach_overflow_thread_enter(), 0);
    CHECK_EQ(coil__mach_overflow_thread_enter(), 0);
    coil__mach_overflow_thread_leave();
    CHECK_EQ(sigaltstack(NULL, &now), 0);
    CHECK_EQ(now.ss_flags & SS_DISABLE, 0);
    coil__mach_overflow_thread_leave();
    CHECK_EQ(sigaltstack(NULL, &now), 0);
    CHECK_EQ(now.ss_flags & SS_DISABLE, SS_DISABLE);
}
