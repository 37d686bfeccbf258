/* The line of those who wait. */
#include "sync/waiter.h"
#include "unit/loop/inside.h"

LOOP_TEST(waiters_stand_in_order_and_may_leave_from_anywhere)
{
    struct coil_waiters line = {0};
    struct coil_waiter w[4];

    CHECK(!waiters_any(&line));
    CHECK_PTR(waiters_first_pending(&line), NULL);
    for (int i = 0; i < 4; i++)
        coil__waiter_join(&line, &w[i], "test");
    CHECK_PTR(line.first, &w[0]);
    CHECK_PTR(line.last, &w[3]);
    coil__waiter_leave(&w[1]);
    coil__waiter_leave(&w[1]); /* twice is fine */
    CHECK_PTR(w[0].next, &w[2]);
    CHECK_PTR(w[2].prev, &w[0]);
    coil__waiter_leave(&w[0]);
    CHECK_PTR(line.first, &w[2]);
    coil__waiter_leave(&w[3]);
    CHECK_PTR(line.last, &w[2]);
    coil__waiter_leave(&w[2]);
    CHECK_PTR(line.first, NULL);
    CHECK_PTR(line.last, NULL);
}

LOOP_TEST(the_first_pending_is_neither_woken_nor_cancelled)
{
    struct coil_waiters line = {0};
    struct coil_waiter w[3];

    for (int i = 0; i < 3; i++)
        coil__waiter_join(&line, &w[i], "test");
    future_wake(&w[0].future);
    CHECK_PTR(waiters_first_pending(&line), &w[1]);
    coil__future_cancel(&w[1].future, NULL);
    CHECK(waiter_cancelled(&w[1]));
    CHECK_PTR(waiters_first_pending(&line), &w[2]);
    future_wake(&w[2].future);
    CHECK_PTR(waiters_first_pending(&line), NULL);
    CHECK(waiters_any(&line)); /* two are still in line */
    future_wake(&w[2].future); /* woken twice is woken */
}

static struct coil_waiters shared;

static coil_async struct coil_result stands_in_line(void *arg)
{
    struct coil_waiter waiter;

    (void)arg;
    coil__waiter_join(&shared, &waiter, "test");
    return coil_error(coil__waiter_wait(&waiter));
}

LOOP_TEST(woken_or_cancelled_it_leaves_the_line)
{
    struct coil_future *a = coil_create_task(stands_in_line, NULL);
    struct coil_future *b = coil_create_task(stands_in_line, NULL);

    coil_yield();
    future_wake(&shared.first->future);
    coil_future_cancel(b, NULL);
    CHECK_EQ(coil_join(a).status, 0);
    CHECK_EQ(coil_join(b).status, -ECANCELED);
    CHECK_PTR(shared.first, NULL);
}
