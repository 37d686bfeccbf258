/* coil_futex_wait: tasks wait for words in memory, whoever wakes them. */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/loop/inside.h"

enum { MANY = 1000, STORM = 100 };

static uint32_t word;

static void set(uint32_t *to, uint32_t value)
{
    __atomic_store_n(to, value, __ATOMIC_SEQ_CST);
}

static uint32_t get(const uint32_t *from)
{
    return __atomic_load_n(from, __ATOMIC_SEQ_CST);
}

static coil_async struct coil_result waits_once(void *arg)
{
    return coil_number(coil_futex_wait(&word, (uint32_t)(uintptr_t)arg));
}

/* As a task that uses it does. */
static coil_async struct coil_result waits_for_change(void *arg)
{
    int err = 0;

    while (get(arg) == 0 && err != -ECANCELED)
        err = coil_futex_wait(arg, 0);
    return coil_number(err == -EAGAIN ? 0 : err);
}

/* Until so many slept and were woken. */
static coil_async void wake_so_many(int n)
{
    while (n > 0) {
        n -= coil_futex_wake(&word, n);
        coil_yield();
    }
}

DRIVER_LOOP_TEST(another_task_wakes_it)
{
    struct coil_future *task = coil_create_task(waits_once, (void *)0);

    let_run(3);
    CHECK(!coil_future_done(task));
    wake_so_many(1);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK_EQ(coil_futex_wake(&word, 1), 0);
}

DRIVER_LOOP_TEST(a_word_that_is_another_is_told)
{
    CHECK_EQ(coil_futex_wait(&word, 1), -EAGAIN);
    CHECK_EQ(coil_futex_wait((uint32_t *)((char *)&word + 2), 0), -EINVAL);
    CHECK_EQ(coil_futex_wake((uint32_t *)((char *)&word + 2), 1), -EINVAL);
    CHECK_EQ(coil_futex_wake(&word, 0), 0);
}

static void *set_and_wake(void *arg)
{
    set(arg, 1);
    coil_futex_wake(arg, INT_MAX);
    return NULL;
}

DRIVER_LOOP_TEST(another_thread_wakes_it)
{
    struct coil_future *task = coil_create_task(waits_for_change, &word);
    pthread_t thread;

    let_run(3);
    CHECK_EQ(pthread_create(&thread, NULL, set_and_wake, &word), 0);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK_EQ(get(&word), 1);
    pthread_join(thread, NULL);
}

DRIVER_LOOP_TEST(cancelled_it_ends_and_takes_no_wake_up_with_it)
{
    for (int turns = 0; turns < 4; turns++) {
        struct coil_future *first = coil_create_task(waits_once, (void *)0);
        struct coil_future *second = coil_create_task(waits_once, (void *)0);

        let_run(turns);
        coil_future_cancel(first, NULL);
        CHECK_EQ(coil_join(first).status, -ECANCELED);
        while (!coil_future_done(second)) { /* an old kernel's cancel may have woken it */
            coil_futex_wake(&word, 1);
            coil_yield();
        }
        CHECK_EQ(coil_join(second).status, 0);
    }
}

static coil_async struct coil_result waits_twice(void *arg)
{
    int first = coil_futex_wait(&word, (uint32_t)(uintptr_t)arg);

    note("%d %d", first, coil_futex_wait(&word, (uint32_t)(uintptr_t)arg));
    return coil_value(NULL);
}

/* The wake-up is the task's, and the cancellation waits for the next wait. */
DRIVER_LOOP_TEST(woken_and_cancelled_at_once_both_are_told)
{
    struct coil_future *task;

    if (kit_under_valgrind())
        SKIP("what waits for one word cannot tell, and passes the wake-up on");
    task = coil_create_task(waits_twice, (void *)0);
    let_run(3);
    while (coil_futex_wake(&word, 1) == 0)
        coil_yield();
    coil_future_cancel(task, NULL);
    coil_join(task);
    CHECK_STR(noted(), "0 -125");
}

DRIVER_LOOP_TEST(a_timeout_ends_it)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_MS(1));
    CHECK_EQ(coil_timeout_exit(&limit, coil_futex_wait(&word, 0)), -ETIMEDOUT);
    CHECK_EQ(coil_futex_wake(&word, 1), 0);
}

/* Counts up to ten in turn with us, by futex(2). */
static void play(uint32_t *ball)
{
    for (uint32_t i = 0; i < 10; i++) {
        while (get(ball) != 2 * i + 1)
            syscall(SYS_futex, ball, FUTEX_WAIT, 2 * i, NULL, NULL, 0);
        set(ball, 2 * i + 2);
        syscall(SYS_futex, ball, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    _exit(0);
}

DRIVER_LOOP_TEST(two_processes_play_ball)
{
    uint32_t *ball = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();

    if (child == 0)
        play(ball);
    for (uint32_t i = 0; i < 10; i++) {
        set(ball, 2 * i + 1);
        coil_futex_wake(ball, 1);
        while (get(ball) != 2 * i + 2)
            CHECK(coil_futex_wait(ball, 2 * i + 1) != -ECANCELED);
    }
    CHECK_EQ(waitpid(child, NULL, 0), child);
    munmap(ball, 4096);
}

static struct coil_result nothing(void *arg)
{
    return coil_value(arg);
}

DRIVER_LOOP_TEST(a_thousand_wait_and_to_thread_goes_on)
{
    static struct coil_future *tasks[MANY];
    int count = kit_under_valgrind() ? 100 : MANY; /* it has so many threads only */

    for (int i = 0; i < count; i++)
        tasks[i] = coil_create_task(waits_for_change, &word);
    let_run(2);
    CHECK_EQ(coil_to_thread(nothing, NULL, NULL).status, 0);
    set_and_wake(&word);
    for (int i = 0; i < count; i++)
        CHECK_EQ(coil_join(tasks[i]).status, 0);
}

/* Tasks that take one of what a thread gives, a word that says how many there are: whoever is
 * woken and cancelled has the wake-up, so nobody sleeps beside something to take. */
static int left_to_take;

static coil_async struct coil_result takes_one(void *arg)
{
    int err = 0;

    (void)arg;
    while (get(&word) == 0) {
        err = coil_futex_wait(&word, 0);
        if (err == -ECANCELED)
            return coil_error(err);
    }
    set(&word, get(&word) - 1); /* none but the loop takes */
    left_to_take--;
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(of_tasks_that_are_cancelled_none_takes_a_wake_up_that_it_does_not_use)
{
    static struct coil_future *tasks[STORM];
    uint64_t random = 1;

    left_to_take = STORM / 2;
    for (int i = 0; i < STORM; i++)
        tasks[i] = coil_create_task(takes_one, NULL);
    for (int i = 0; i < STORM / 2; i++) { /* one to take and one to cancel, each time */
        random = random * 6364136223846793005u + 1442695040888963407u;
        let_run((int)(random >> 62));
        set(&word, get(&word) + 1);
        coil_futex_wake(&word, 1);
        coil_future_cancel(tasks[i], NULL);
    }
    while (left_to_take > 0)
        coil_yield();
    for (int i = 0; i < STORM; i++) {
        coil_future_cancel(tasks[i], NULL);
        coil_join(tasks[i]);
    }
    CHECK_EQ(get(&word), 0);
}
