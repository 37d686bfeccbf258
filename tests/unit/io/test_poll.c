/* coil_poll: a task waits for a descriptor of somebody else's. */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/loop/inside.h"

static int ends[2];

static void open_pair(void)
{
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
}

static void close_pair(void)
{
    close(ends[0]);
    close(ends[1]);
}

static void write_one(void *arg)
{
    (void)arg;
    CHECK_EQ(write(ends[1], "x", 1), 1);
}

DRIVER_LOOP_TEST(what_is_ready_is_told)
{
    open_pair();
    CHECK_EQ(coil_poll(ends[0], POLLOUT), POLLOUT);
    write_one(NULL);
    CHECK_EQ(coil_poll(ends[0], POLLIN), POLLIN);
    CHECK_EQ(coil_poll(ends[0], POLLIN | POLLOUT), POLLIN | POLLOUT);
    close_pair();
}

static coil_async struct coil_result polls_in(void *arg)
{
    int events = coil_poll(*(int *)arg, POLLIN);

    note("%d", events);
    return coil_number(events);
}

DRIVER_LOOP_TEST(what_becomes_ready_wakes)
{
    struct coil_future *task;

    open_pair();
    task = coil_create_task(polls_in, &ends[0]);
    let_run(5);
    CHECK(!coil_future_done(task));
    write_one(NULL);
    CHECK_EQ(coil_join(task).status, POLLIN);
    noted();
    close_pair();
}

DRIVER_LOOP_TEST(cancelled_nothing_watches_the_descriptor_any_more)
{
    struct coil_future *task;

    open_pair();
    for (int turns = 0; turns < 4; turns++) {
        task = coil_create_task(polls_in, &ends[0]);
        let_run(turns);
        coil_future_cancel(task, NULL);
        CHECK_EQ(coil_join(task).status, -ECANCELED);
        write_one(NULL); /* wakes nobody */
        let_run(3);
        CHECK_EQ(read(ends[0], (char[1]){0}, 1), 1);
    }
    noted();
    close_pair();
}

DRIVER_LOOP_TEST(cancelled_as_it_becomes_ready_it_ends_either_way_once)
{
    struct coil_future *task;

    open_pair();
    for (int i = 0; i < 30; i++) {
        int64_t got;

        task = coil_create_task(polls_in, &ends[0]);
        let_run(2);
        write_one(NULL);
        let_run(i % 5);
        coil_future_cancel(task, NULL);
        got = coil_join(task).status;
        CHECK(got == POLLIN || got == -ECANCELED);
        CHECK_EQ(read(ends[0], (char[1]){0}, 1), 1);
    }
    noted();
    close_pair();
}

DRIVER_LOOP_TEST(a_hangup_is_told)
{
    struct coil_future *task;

    open_pair();
    task = coil_create_task(polls_in, &ends[0]);
    let_run(3);
    close(ends[1]);
    CHECK((coil_join(task).status & (POLLHUP | POLLIN)) != 0);
    noted();
    close(ends[0]);
}

DRIVER_LOOP_TEST(no_descriptor_is_an_error)
{
    CHECK_EQ(coil_poll(-1, POLLIN), -EBADF);
    CHECK_EQ(coil_poll(999, POLLIN), -EBADF);
}

DRIVER_LOOP_TEST(a_regular_file_is_ready_or_refused)
{
    FILE *file = tmpfile();
    int got = coil_poll(fileno(file), POLLIN);

    CHECK(got == -EPERM || got == POLLIN);
    fclose(file);
}

DRIVER_LOOP_TEST(a_hundred_pairs_at_once)
{
    struct coil_future *tasks[100];
    int pairs[100][2];

    for (int i = 0; i < 100; i++) {
        CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
        tasks[i] = coil_create_task(polls_in, &pairs[i][0]);
    }
    let_run(2);
    for (int i = 99; i >= 0; i--)
        CHECK_EQ(write(pairs[i][1], "x", 1), 1);
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(coil_join(tasks[i]).status, POLLIN);
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    noted();
}

DRIVER_TEST(left_over_at_closing_it_unwinds)
{
    struct coil_loop *loop = open_any();
    struct coil_future *task;

    open_pair();
    task = coil_create_task_with(polls_in, &ends[0], &(struct coil_task_options){.loop = loop});
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 1);
    CHECK_EQ(coil_future_result(task).status, -ECANCELED);
    coil_future_unref(task);
    noted();
    close_pair();
}
