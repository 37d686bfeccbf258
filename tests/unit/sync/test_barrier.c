/* Barriers: all or nobody. */
#include "unit/loop/inside.h"

static struct coil_barrier barrier;

static coil_async struct coil_result arrives(void *arg)
{
    int64_t index = coil_barrier_wait(&barrier);

    note("%s%lld", (char *)arg, (long long)index);
    return coil_number(index);
}

static void start(struct coil_future **tasks, int n)
{
    static char names[] = "abcdefgh";

    for (int i = 0; i < n; i++)
        tasks[i] = coil_create_task(arrives, &names[7 - i]);
}

static coil_async void join_all(struct coil_future **tasks, int n)
{
    for (int i = 0; i < n; i++)
        coil_join(tasks[i]);
}

LOOP_TEST(the_last_party_lets_all_go_each_with_its_index)
{
    struct coil_future *tasks[3];

    coil_barrier_init(&barrier, 3);
    for (int round = 0; round < 3; round++) {
        bool seen[3] = {false};

        start(tasks, 2);
        let_run(3);
        CHECK_EQ(coil_barrier_waiting(&barrier), 2);
        CHECK_STR(noted(), "");
        start(tasks + 2, 1);
        for (int i = 0; i < 3; i++)
            seen[coil_join(tasks[i]).status] = true;
        CHECK(seen[0] && seen[1] && seen[2]);
        CHECK_EQ(coil_barrier_waiting(&barrier), 0);
        noted();
    }
}

LOOP_TEST(a_barrier_for_one_lets_it_through)
{
    coil_barrier_init(&barrier, 1);
    CHECK_EQ(coil_barrier_wait(&barrier), 0);
    CHECK_EQ(coil_barrier_wait(&barrier), 0);
}

LOOP_TEST(a_cancelled_party_is_not_counted_and_the_others_go_on_waiting)
{
    struct coil_future *tasks[3];

    coil_barrier_init(&barrier, 3);
    start(tasks, 2);
    let_run(3);
    coil_future_cancel(tasks[0], NULL);
    coil_join(tasks[0]);
    CHECK_STR(noted(), "h-125");
    CHECK_EQ(coil_barrier_waiting(&barrier), 1);
    CHECK(!coil_barrier_broken(&barrier));
    start(tasks + 2, 1);
    start(tasks, 1);
    join_all(tasks, 3);
    CHECK(strstr(noted(), "-") == NULL);
}

LOOP_TEST(reset_sends_all_away_and_starts_afresh)
{
    struct coil_future *tasks[3];

    coil_barrier_init(&barrier, 3);
    start(tasks, 2);
    let_run(3);
    CHECK_EQ(coil_barrier_reset(&barrier), 0);
    join_all(tasks, 2);
    CHECK_STR(noted(), "h-5005 gh-5005");
    CHECK(!coil_barrier_broken(&barrier));
    start(tasks, 3);
    join_all(tasks, 3);
    CHECK(strstr(noted(), "-") == NULL);
    CHECK_EQ(coil_barrier_reset(&barrier), 0); /* nobody waits: nothing to do */
    CHECK(!coil_barrier_broken(&barrier));
}

LOOP_TEST(abort_breaks_it_for_good)
{
    struct coil_future *tasks[2];

    coil_barrier_init(&barrier, 3);
    start(tasks, 2);
    let_run(3);
    CHECK_EQ(coil_barrier_abort(&barrier), 0);
    CHECK(coil_barrier_broken(&barrier));
    join_all(tasks, 2);
    CHECK_STR(noted(), "h-5005 gh-5005");
    CHECK_EQ(coil_barrier_wait(&barrier), -COIL_EBROKEN);
}

FAIL_TEST(a_barrier_for_nobody_aborts, "a barrier needs at least one party")
{
    coil_barrier_init(&barrier, 0);
}
