/* Semaphores, bounded or not. */
#include "unit/loop/inside.h"

static struct coil_semaphore semaphore;

static coil_async struct coil_result acquires(void *arg)
{
    int err = coil_semaphore_acquire(&semaphore);

    note("%s%d", (char *)arg, err);
    return coil_error(err);
}

LOOP_TEST(as_many_as_there_are_permits_get_one)
{
    coil_semaphore_init(&semaphore, 2);
    CHECK(!coil_semaphore_locked(&semaphore));
    CHECK_EQ(coil_semaphore_acquire(&semaphore), 0);
    CHECK_EQ(coil_semaphore_acquire(&semaphore), 0);
    CHECK(coil_semaphore_locked(&semaphore));
    CHECK_EQ(coil_semaphore_release(&semaphore), 0);
    CHECK(!coil_semaphore_locked(&semaphore));
}

LOOP_TEST(waiters_are_served_in_order_and_newcomers_behind_them)
{
    struct coil_future *tasks[3];

    coil_semaphore_init(&semaphore, 0);
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(acquires, &"abc"[i]);
    coil_yield();
    coil_semaphore_release(&semaphore);
    CHECK(coil_semaphore_locked(&semaphore)); /* it is a's */
    coil_semaphore_release(&semaphore);
    coil_semaphore_release(&semaphore);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(coil_join(tasks[i]).status, 0);
    CHECK_STR(noted(), "abc0 bc0 c0");
    CHECK_EQ(semaphore.value, 0);
}

LOOP_TEST(a_waiter_cancelled_as_it_got_one_gives_it_to_the_next)
{
    struct coil_future *a, *b;

    coil_semaphore_init(&semaphore, 0);
    a = coil_create_task(acquires, "a");
    b = coil_create_task(acquires, "b");
    coil_yield();
    coil_semaphore_release(&semaphore);
    coil_future_cancel(a, NULL);
    coil_join(a);
    CHECK_EQ(coil_join(b).status, 0);
    CHECK_STR(noted(), "a-125 b0");
    CHECK_EQ(semaphore.value, 0);
}

LOOP_TEST(the_last_one_cancelled_leaves_its_permit)
{
    struct coil_future *a;

    coil_semaphore_init(&semaphore, 0);
    a = coil_create_task(acquires, "a");
    coil_yield();
    coil_semaphore_release(&semaphore);
    coil_future_cancel(a, NULL);
    coil_join(a);
    CHECK_EQ(semaphore.value, 1);
    CHECK(!coil_semaphore_locked(&semaphore));
    a = coil_create_task(acquires, "a");
    CHECK_EQ(coil_join(a).status, 0);
    noted();
}

LOOP_TEST(a_bounded_one_refuses_more_than_was_taken)
{
    coil_bounded_semaphore_init(&semaphore, 1);
    CHECK_EQ(coil_semaphore_release(&semaphore), -EOVERFLOW);
    CHECK_EQ(coil_semaphore_acquire(&semaphore), 0);
    CHECK_EQ(coil_semaphore_release(&semaphore), 0);
    CHECK_EQ(coil_semaphore_release(&semaphore), -EOVERFLOW);
    coil_semaphore_init(&semaphore, 1);
    CHECK_EQ(coil_semaphore_release(&semaphore), 0); /* the other kind grows */
    CHECK_EQ(semaphore.value, 2);
}

static int inside, most;

static coil_async struct coil_result works(void *arg)
{
    int err = coil_semaphore_acquire(&semaphore);

    if (err != 0)
        return coil_error(err);
    if (++inside > most)
        most = inside;
    err = coil_sleep(COIL_MS((intptr_t)arg % 5));
    inside--;
    coil_semaphore_release(&semaphore);
    return coil_error(err);
}

LOOP_TEST(a_storm_of_cancels_loses_no_permit)
{
    struct coil_future *tasks[200];

    coil_bounded_semaphore_init(&semaphore, 3);
    for (intptr_t i = 0; i < 200; i++)
        tasks[i] = coil_create_task(works, (void *)i);
    for (int i = 0; i < 100; i++) {
        if (i % 3)
            coil_sleep(COIL_US(700));
        coil_future_cancel(tasks[(i * 37) % 200], NULL);
    }
    for (int i = 0; i < 200; i++)
        coil_join(tasks[i]);
    CHECK_EQ(most, 3);
    CHECK_EQ(semaphore.value, 3);
    CHECK_PTR(semaphore.waiters.first, NULL);
}
