/* An operation on a task's stack is waited out, whatever happens to the task. */
#include "io/op_wait.h"

#include <poll.h>
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
