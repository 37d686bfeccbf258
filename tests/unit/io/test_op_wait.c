/* An operation on a task's stack is waited out, whatever happens to the task. */
#include "io/op_wait.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/loop/inside.h"

static struct {
    int fd, dones;
    int64_t err, result;
} seen;

static void count_done(struct op_wait *wait)
{
    seen.dones++;
    CHECK_EQ(wait->op.state, OP_IDLE);
}

static coil_async struct coil_result waits(void *arg)
{
    struct op_wait wait = {.op = {.kind = OP_POLL}, .done = count_done};

    (void)arg;
    wait.op.fd = seen.fd;
    wait.op.poll.events = POLLIN;
    seen.err = coil__op_wait(&wait, "test");
    seen.result = wait.op.result;
    CHECK_EQ(wait.op.state, OP_IDLE); /* it is ours again */
    return coil_number(-seen.err);
}

DRIVER_LOOP_TEST(the_result_is_in_the_op)
{
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    seen.fd = ends[0];
    CHECK_EQ(coil_join(coil_create_task(waits, NULL)).status, 0);
    CHECK_EQ(seen.result, POLLIN);
    CHECK_EQ(seen.dones, 1);
    close(ends[0]);
    close(ends[1]);
}

DRIVER_LOOP_TEST(an_error_is_a_result)
{
    seen.fd = -1;
    CHECK_EQ(coil_join(coil_create_task(waits, NULL)).status, 0);
    CHECK_EQ(seen.result, -EBADF);
}

DRIVER_LOOP_TEST(cancelled_again_and_again_it_still_waits_for_the_op)
{
    struct coil_future *task;
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    seen.fd = ends[0];
    task = coil_create_task(waits, NULL);
    let_run(2);
    while (coil_future_cancel(task, NULL))
        coil_yield();
    CHECK_EQ(coil_await(task).status, ECANCELED);
    CHECK_EQ(seen.dones, 1);
    coil_future_unref(task);
    close(ends[0]);
    close(ends[1]);
}

static char much[32768];
static bool over;
static int turns;

static coil_async struct coil_result moves_much(void *arg)
{
    int fds[2];

    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), 0);
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(coil_sock_sendall(fds[0], much, sizeof(much)), 0);
        for (int64_t n = 0; n < (int64_t)sizeof(much);)
            n += coil_sock_recv(fds[1], much, sizeof(much));
    }
    coil_close_soon(fds[0]);
    coil_close_soon(fds[1]);
    over = true;
    return coil_value(arg);
}

static coil_async struct coil_result counts_turns(void *arg)
{
    for (; !over; turns++)
        coil_yield();
    return coil_value(arg);
}

DRIVER_LOOP_TEST(who_moves_much_without_waiting_lets_others_run_the_more_often)
{
    struct coil_future *mover = coil_create_task(moves_much, NULL);
    struct coil_future *counter = coil_create_task(counts_turns, NULL);

    CHECK_EQ(coil_join(mover).status, 0);
    CHECK_EQ(coil_join(counter).status, 0);
    CHECK(turns >= 10); /* by number alone it would be one or two */
}

static coil_async struct coil_result writes_pairs(void *fd)
{
    for (int i = 0; i < 300; i++) {
        CHECK_EQ(write(*(int *)fd, "ab", 2), 2);
        coil_sleep(COIL_US(1));
    }
    return coil_value(NULL);
}

/* The first byte is waited for, and others have had their turn; the second one is there. */
DRIVER_LOOP_TEST(who_waits_in_between_is_not_made_to_wait_more)
{
    const struct driver *driver = coil_loop_current()->driver;
    struct coil_future *writer;
    char byte;
    int ends[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    writer = coil_create_task(writes_pairs, &ends[1]);
    for (int i = 0; i < 300; i++) {
        uint64_t before;

        CHECK_EQ(coil_sock_recv(ends[0], &byte, 1), 1);
        before = driver->submitted;
        CHECK_EQ(coil_sock_recv(ends[0], &byte, 1), 1);
        CHECK_EQ(driver->submitted, before);
    }
    CHECK_EQ(coil_join(writer).status, 0);
    coil_close_soon(ends[0]);
    close(ends[1]);
}
