/* Addresses raced for a connection: who begins when, who wins, and that nothing is left. */
#include "io/race.h"

#include "base/fault.h"
#include "loop/loop.h"
#include "unit/io/sockets.h"

#define MOST 6

static struct coil_address addresses[MOST];
static int errors[MOST];

/* Races the first `count` addresses. */
static coil_async int race(size_t count, int64_t delay_ns)
{
    struct race_options options = {.delay_ns = delay_ns};

    memset(errors, 0, sizeof(errors));
    return coil__connect_race(addresses, count, &options, errors);
}

static void check_peer(int fd, const struct coil_address *expected)
{
    struct coil_address peer;

    CHECK(fd >= 0);
    CHECK_EQ(coil_sock_peer(fd, &peer), 0);
    CHECK(coil_address_equal(&peer, expected));
    coil_close_soon(fd);
}

DRIVER_LOOP_TEST(the_first_that_answers_is_taken)
{
    int first = listen_on("127.0.0.1:0", 5, &addresses[0]);
    int second = listen_on("127.0.0.1:0", 5, &addresses[1]);

    check_peer(race(2, COIL_SECONDS(1000)), &addresses[0]);
    check_peer(race(1, -1), &addresses[0]);
    coil_close_soon(first);
    coil_close_soon(second);
}

DRIVER_LOOP_TEST(after_a_failure_the_next_begins_at_once)
{
    int64_t began = coil_time();
    int listener;

    addresses[0] = addresses[1] = free_address();
    addresses[2].length = 0; /* not even one */
    listener = listen_on("127.0.0.1:0", 5, &addresses[3]);
    check_peer(race(4, COIL_SECONDS(1000)), &addresses[3]);
    check_peer(race(4, -1), &addresses[3]);
    CHECK(coil_time() - began < COIL_SECONDS(100));
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(beside_one_that_is_slow_the_next_begins_after_the_delay)
{
    struct silent silent;
    int listener;

    open_silent(&silent);
    addresses[0] = addresses[1] = silent.at;
    listener = listen_on("127.0.0.1:0", 5, &addresses[2]);
    check_peer(race(3, COIL_MS(2)), &addresses[2]);
    coil_close_soon(listener);
    close_silent(&silent);
}

DRIVER_LOOP_TEST(all_failed_the_error_is_the_first_ones)
{
    addresses[0] = free_address();
    addresses[1] = address_of("255.255.255.255:80");
    addresses[2] = free_address();
    CHECK_EQ(race(3, COIL_MS(1)), -ECONNREFUSED);
    CHECK_EQ(errors[0], -ECONNREFUSED);
    CHECK(errors[1] == -ENETUNREACH || errors[1] == -EACCES);
    CHECK_EQ(errors[2], -ECONNREFUSED);
}

/* --- with the simulator's clock, and its networks that answer nobody --- */

LOOP_TEST(the_delay_counts_from_each_beginning_and_a_late_one_may_win)
{
    int64_t began = coil_time();
    int listener;

    for (int i = 0; i < 3; i++)
        addresses[i] = address_of("192.0.2.1:80");
    listener = listen_on("127.0.0.1:0", 5, &addresses[3]);
    check_peer(race(4, COIL_MS(250)), &addresses[3]);
    CHECK_EQ(coil_time() - began, COIL_MS(750));
    coil_close_soon(listener);
}

LOOP_TEST(only_the_failure_of_the_one_begun_last_begins_the_next)
{
    int64_t began = coil_time();

    addresses[0] = address_of("192.0.2.1:80"); /* will time out after that of the second began */
    addresses[1] = address_of("192.0.2.2:80");
    addresses[2] = free_address();
    CHECK_EQ(race(3, COIL_SECONDS(100)), -ETIMEDOUT);
    CHECK_EQ(errors[0], -ETIMEDOUT); /* 127 s from 0 s on: the second waits on */
    CHECK_EQ(errors[1], -ETIMEDOUT); /* 127 s from 100 s on; the third had begun at 200 s */
    CHECK_EQ(errors[2], -ECONNREFUSED);
    CHECK_EQ(coil_time() - began, COIL_SECONDS(227));
}

LOOP_TEST(without_a_delay_each_waits_for_the_failure_of_the_one_before)
{
    int64_t began = coil_time();

    addresses[0] = addresses[1] = address_of("192.0.2.1:80");
    CHECK_EQ(race(2, -1), -ETIMEDOUT);
    CHECK_EQ(coil_time() - began, COIL_SECONDS(254));
}

/* --- bound to a local address --- */

DRIVER_LOOP_TEST(sockets_are_bound_first)
{
    struct coil_address local = address_of("127.0.0.1:0"), elsewhere = address_of("203.0.113.7:0");
    struct race_options options = {.local = &local, .delay_ns = -1};
    struct coil_address taken, peer;
    int listener = listen_on("127.0.0.1:0", 5, &addresses[0]), fd, other;

    fd = coil__connect_race(addresses, 1, &options, errors);
    CHECK(fd >= 0);
    CHECK_EQ(coil_sock_name(fd, &taken), 0);
    other = coil_sock_accept(listener, &peer);
    CHECK(coil_address_equal(&taken, &peer));
    options.local = &elsewhere;
    CHECK_EQ(coil__connect_race(addresses, 1, &options, errors), -EADDRNOTAVAIL);
    coil_close_soon(fd);
    coil_close_soon(other);
    coil_close_soon(listener);
}

/* --- cancelled --- */

static coil_async struct coil_result races(void *arg)
{
    int fd = race((size_t)(uintptr_t)arg, COIL_MS(1));

    if (fd >= 0)
        coil_close_soon(fd);
    return coil_number(fd < 0 ? fd : 0);
}

DRIVER_LOOP_TEST(cancelled_at_any_turn_nothing_stays_open)
{
    struct silent silent;
    int listener, cancelled = 0, connected = 0, lowest = lowest_free();

    open_silent(&silent);
    addresses[0] = silent.at;
    addresses[1] = free_address();
    listener = listen_on("127.0.0.1:0", 100, &addresses[2]);
    for (int turns = 0; turns < 40; turns++) {
        struct coil_future *task = coil_create_task(races, (void *)3);

        let_run(turns);
        if (turns % 5 == 0)
            coil_sleep(COIL_US(100 * turns));
        while (coil_future_cancel(task, NULL)) /* again and again */
            coil_yield();
        if (coil_join(task).status == -ECANCELED)
            cancelled++;
        else
            connected++;
    }
    CHECK(cancelled > 0);
    coil_close_soon(listener);
    close_silent(&silent);
    CHECK_EQ(lowest_free(), lowest);
    CHECK_EQ(coil_loop_current()->driver->out, 0);
}

DRIVER_LOOP_TEST(a_timeout_ends_it)
{
    struct silent silent;
    struct coil_timeout scope;

    open_silent(&silent);
    addresses[0] = addresses[1] = silent.at;
    coil_timeout_enter(&scope, COIL_MS(5));
    CHECK_EQ(coil_timeout_exit(&scope, race(2, COIL_MS(1))), -ETIMEDOUT);
    close_silent(&silent);
}

/* --- nothing to be had --- */

DRIVER_LOOP_TEST(without_memory_or_descriptors_it_says_so_and_leaves_nothing)
{
    int listener = listen_on("127.0.0.1:0", 100, &addresses[0]), fd, lowest = lowest_free();

    addresses[1] = addresses[0];
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(race(1, -1), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    for (uint64_t k = 1; k < 30; k++) {
        coil__fault_arm(FAULT_SYS, k, false);
        fd = race(2, -1);
        coil__fault_arm(FAULT_SYS, 0, false);
        if (fd >= 0)
            coil_close_soon(fd);
    }
    CHECK_EQ(lowest_free(), lowest);
    check_peer(race(1, -1), &addresses[0]);
    coil_close_soon(listener);
}

static coil_async struct coil_result races_while_closing(void *arg)
{
    while (coil_sleep(COIL_SECONDS(1000)) == 0)
        ;
    addresses[0] = address_of("127.0.0.1:80");
    race(1, -1);
    *(bool *)arg = true;
    return coil_value(NULL);
}

static coil_async struct coil_result races_for_ever(void *arg)
{
    addresses[0] = address_of("192.0.2.1:80");
    *(int *)arg = race(1, -1);
    return coil_value(NULL);
}

static coil_async struct coil_result sleeps(void *arg)
{
    (void)arg;
    return coil_number(coil_sleep(COIL_MS(1)));
}

TEST(when_its_loop_closes_a_race_ends_and_none_begins)
{
    struct coil_loop *loop = open_sim();
    struct coil_future *task;
    bool returned = false;
    int status = 1;

    coil_future_unref(coil_loop_create_task(loop, races_while_closing, &returned));
    coil_future_unref(coil_loop_create_task(loop, races_for_ever, &status));
    task = coil_loop_create_task(loop, sleeps, NULL);
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0);
    coil_future_unref(task);
    coil_loop_close(loop);
    CHECK(!returned);
    CHECK_EQ(status, -ECANCELED);
    heard_take();
}
