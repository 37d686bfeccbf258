/* Writes that are held back, and the loop: who writes, when it looks at the world, its end. */
#include "unit/io/streams.h"

static struct both both;

/* --- who writes, and when the loop looks --- */

static void writes_in_callback(void *text)
{
    write_text(both.near, text);
}

DRIVER_LOOP_TEST(what_a_callback_writes_is_sent)
{
    struct coil_call call;

    both = open_both(&together);
    coil_call_init(&call, writes_in_callback, "callback");
    coil_call_soon(coil_loop_current(), &call);
    check_received(both.far, "callback");
    coil_call_later(coil_loop_current(), &call, COIL_MS(1));
    check_received(both.far, "callback");
    unref_both(&both);
}

static void writes_before_sleep(struct coil_loop *loop, void *text)
{
    coil_loop_set_hooks(loop, NULL);
    write_text(both.near, text);
}

DRIVER_LOOP_TEST(what_the_hook_before_a_sleep_writes_is_sent_before_it)
{
    const struct coil_loop_hooks hooks = {.before_sleep = writes_before_sleep, .arg = "hook"};

    both = open_both(&together);
    coil_loop_set_hooks(coil_loop_current(), &hooks);
    check_received(both.far, "hook");
    unref_both(&both);
}

static coil_async struct coil_result counts_turns(void *arg)
{
    int *turns = arg;

    while (coil_yield() == 0)
        ++*turns;
    return coil_value(NULL);
}

static coil_async struct coil_result counts_bytes(void *arg)
{
    size_t *bytes = arg;
    char data[1000];
    int64_t n;

    while ((n = coil_stream_read(both.far, data, sizeof(data))) > 0)
        *bytes += (size_t)n;
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(who_writes_and_drains_for_ever_lets_others_run_and_its_reader_read)
{
    int turns = 0, written = 0;
    size_t bytes = 0;
    struct coil_future *counter = coil_create_task(counts_turns, &turns), *reader;

    both = open_both(&together);
    reader = coil_create_task(counts_bytes, &bytes);
    while (bytes == 0 || turns < 100) {
        write_text(both.near, "x");
        CHECK_EQ(coil_stream_drain(both.near), 0);
        CHECK(++written < 10000000);
    }
    coil_stream_close(both.near);
    coil_join(reader);
    CHECK_EQ(bytes, written);
    coil_future_cancel(counter, NULL);
    coil_join(counter);
    unref_both(&both);
}

/* The loop has always something to do, and looks at the world in passing. */
DRIVER_LOOP_TEST(what_is_held_goes_out_though_the_loop_never_rests)
{
    struct coil_future *reader;
    size_t bytes = 0;
    int turns = 0;

    both = open_both(&together);
    reader = coil_create_task(counts_bytes, &bytes);
    hold_text(both.near, "soon");
    while (bytes == 0) {
        CHECK(++turns < 10000000);
        CHECK_EQ(coil_yield(), 0);
    }
    CHECK_EQ(bytes, 4);
    coil_stream_close(both.near);
    coil_join(reader);
    unref_both(&both);
}

/* --- the end of a run, and of a loop; the other end is no stream --- */

static int fds[2];

static void open_fds(void)
{
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
}

static void check_in_socket(const char *text)
{
    char data[100] = "";

    CHECK(recv(fds[0], data, sizeof(data) - 1, 0) >= -1);
    CHECK_STR(data, text);
}

static coil_async struct coil_result opens_and_writes(void *text)
{
    if (both.near == NULL)
        CHECK_EQ(coil_stream_open(fds[1], &together, &both.near), 0);
    hold_text(both.near, text);
    return coil_value(NULL);
}

REAL_TEST(what_main_writes_and_leaves_is_out_when_the_run_is_over)
{
    open_fds();
    CHECK_EQ(coil_run(opens_and_writes, "last words").status, 0);
    check_in_socket("last words");
    CHECK_EQ(coil_stream_pending(both.near), 0);
    coil_stream_unref(both.near);
    close(fds[0]);
}

static void run_task(struct coil_loop *loop, void *text)
{
    struct coil_future *task = coil_loop_create_task(loop, opens_and_writes, text);

    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
    coil_future_unref(task);
}

REAL_TEST(what_each_run_of_a_loop_writes_is_out_when_it_is_over)
{
    struct coil_loop *loop = open_any();

    open_fds();
    run_task(loop, "first");
    check_in_socket("first");
    run_task(loop, "second");
    check_in_socket("second");
    coil_stream_unref(both.near);
    coil_loop_close(loop);
    close(fds[0]);
}

/* Written while no loop runs: not sent yet, and thrown away as what is kept is. */
REAL_TEST(a_loop_that_closes_gives_back_what_is_held)
{
    struct coil_loop *loop = open_any();

    open_fds();
    run_task(loop, "first");
    check_in_socket("first");
    hold_text(both.near, "held");
    coil_loop_close(loop);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    CHECK_EQ(coil_stream_flush(both.near), -COIL_ESTOPPED);
    coil_stream_unref(both.near);
    close(fds[0]);
}

REAL_TEST(written_while_no_loop_runs_it_goes_out_with_the_next_run)
{
    struct coil_loop *loop = open_any();

    open_fds();
    run_task(loop, "first, ");
    write_text(both.near, "second, ");
    CHECK_EQ(coil_stream_pending(both.near), 8);
    coil_loop_stop(loop);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    check_in_socket("first, second, ");
    coil_stream_unref(both.near);
    coil_loop_close(loop);
    close(fds[0]);
}

static coil_async struct coil_result writes_when_cancelled(void *text)
{
    coil_sleep(COIL_FOREVER);
    coil_stream_write(both.near, text, strlen(text));
    return coil_value(NULL);
}

REAL_TEST(a_task_that_writes_while_the_loop_closes_overtakes_nothing)
{
    struct coil_loop *loop = open_any();
    struct coil_future *task;

    open_fds();
    task = coil_loop_create_task(loop, writes_when_cancelled, "second");
    run_task(loop, "zeroth");
    check_in_socket("zeroth");
    hold_text(both.near, "first, ");
    coil_loop_close(loop);
    check_in_socket("first, second");
    heard_take(); /* of the task */
    coil_future_unref(task);
    coil_stream_unref(both.near);
    close(fds[0]);
}
