#include "mach/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include <coil/result.h>

#include "mach/clock.h"
#include "mach/thread.h"

#include <kit.h>

static uint32_t word;

static void pause_a_little(void)
{
    struct timespec pause = {.tv_nsec = 5000000};

    nanosleep(&pause, NULL);
}

struct waiter {
    struct mach_thread thread;
    uint32_t seen;
    uint32_t ready;
    int err;
};

/* Waits until the word is another, as a caller does: 0 only says to look again. */
static void wait_for_word(void *arg)
{
    struct waiter *waiter = arg;

    __atomic_store_n(&waiter->ready, 1, __ATOMIC_RELEASE);
    do {
        waiter->err =
            coil__mach_wait_interruptible(&word, 0, waiter->seen, mach_now() + COIL_SECONDS(20));
    } while (waiter->err == 0 && __atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0);
}

static void start_waiter(struct waiter *waiter)
{
    waiter->seen = coil__mach_interrupts();
    waiter->ready = 0;
    CHECK_EQ(coil__mach_thread_start(&waiter->thread, wait_for_word, waiter, "waiter", 0), 0);
    while (__atomic_load_n(&waiter->ready, __ATOMIC_ACQUIRE) == 0)
        pause_a_little();
    pause_a_little();
}

TEST(an_interrupt_ends_every_wait)
{
    struct waiter waiters[3];

    for (int i = 0; i < 3; i++)
        start_waiter(&waiters[i]);
    coil__mach_interrupt();
    for (int i = 0; i < 3; i++) {
        coil__mach_thread_join(&waiters[i].thread);
        CHECK_EQ(waiters[i].err, -EINTR);
    }
}

TEST(the_word_ends_a_wait_too)
{
    struct waiter waiter;

    start_waiter(&waiter);
    __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
    coil__mach_futex_wake(&word, 1);
    coil__mach_thread_join(&waiter.thread);
    CHECK_EQ(waiter.err, 0);
}

TEST(an_interrupt_before_the_wait_is_not_lost)
{
    uint32_t seen = coil__mach_interrupts();

    coil__mach_interrupt();
    CHECK_EQ(coil__mach_interrupts(), seen + 1);
    CHECK_EQ(coil__mach_wait_interruptible(&word, 0, seen, COIL_FOREVER), -EINTR);
}

TEST(an_interrupt_of_long_ago_ends_nothing)
{
    coil__mach_interrupt();
    CHECK_EQ(
        coil__mach_wait_interruptible(&word, 0, coil__mach_interrupts(), mach_now() + COIL_MS(2)),
        -ETIMEDOUT);
}

static void interrupt_from_handler(int number)
{
    (void)number;
    coil__mach_interrupt();
}

TEST(a_signal_handler_may_interrupt)
{
    struct waiter waiter;

    signal(SIGUSR1, interrupt_from_handler);
    start_waiter(&waiter);
    raise(SIGUSR1);
    coil__mach_thread_join(&waiter.thread);
    CHECK_EQ(waiter.err, -EINTR);
}
