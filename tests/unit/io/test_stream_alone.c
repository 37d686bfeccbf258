/* Sending through a stream from the caller's own memory, alone. */
#include "unit/io/streams.h"

static struct both both;

static char sent_data[300000];

static coil_async struct coil_result sends_all(void *arg)
{
    (void)arg;
    return coil_error(coil_stream_sendall(both.near, sent_data, sizeof(sent_data)));
}

/* More than the other end has room for. */
static coil_async struct coil_future *begin_to_send(void)
{
    struct coil_future *task;

    both = open_both(NULL);
    fill_bytes(sent_data, 0, sizeof(sent_data));
    task = coil_create_task(sends_all, NULL);
    let_run(2);
    return task;
}

DRIVER_LOOP_TEST(sendall_sends_from_the_callers_memory)
{
    struct coil_future *task = begin_to_send();

    CHECK_EQ(coil_stream_pending(both.near), 0);
    check_gets(both.far, sizeof(sent_data));
    CHECK_EQ(coil_join(task).status, 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(two_who_send_all_do_not_mix_and_a_write_goes_behind)
{
    struct coil_future *first, *second;
    char *twice = malloc(2 * sizeof(sent_data)), end[4];

    both = open_both(NULL);
    fill_bytes(sent_data, 0, sizeof(sent_data));
    first = coil_create_task(sends_all, NULL);
    second = coil_create_task(sends_all, NULL);
    let_run(2);
    CHECK_EQ(coil_stream_readexactly(both.far, twice, 2 * sizeof(sent_data)),
             2 * (int64_t)sizeof(sent_data));
    check_bytes(twice, 0, sizeof(sent_data));
    check_bytes(twice + sizeof(sent_data), 0, sizeof(sent_data));
    CHECK_EQ(coil_join(first).status, 0);
    CHECK_EQ(coil_join(second).status, 0);
    CHECK_EQ(coil_stream_write(both.near, "end", 3), 0);
    CHECK_EQ(coil_stream_read(both.far, end, sizeof(end)), 3);
    free(twice);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_cancelled_sendall_touches_its_memory_no_more)
{
    struct coil_future *task;

    both = open_both(NULL);
    memset(sent_data, 'o', sizeof(sent_data));
    task = coil_create_task(sends_all, NULL);
    let_run(3);
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    memset(sent_data, 'X', sizeof(sent_data));
    coil_stream_close(both.near);
    for (;;) {
        char data[4096];
        int64_t n = coil_stream_read(both.far, data, sizeof(data));

        if (n <= 0)
            break;
        CHECK_PTR(memchr(data, 'X', (size_t)n), NULL);
    }
    unref_both(&both);
}

static coil_async struct coil_result sends_a_word(void *word)
{
    return coil_error(coil_stream_sendall(both.near, word, strlen(word)));
}

DRIVER_LOOP_TEST(sendall_waits_until_all_that_is_kept_is_out)
{
    struct coil_future *task;
    size_t size;

    both = open_both(NULL);
    size = fill_up(both.near);
    task = coil_create_task(sends_a_word, "behind");
    let_run(3);
    CHECK(!coil_future_done(task));
    check_gets(both.far, size);
    check_received(both.far, "behind");
    CHECK_EQ(coil_join(task).status, 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(what_is_written_while_one_sends_alone_is_kept_behind_it)
{
    struct coil_future *task = begin_to_send();

    CHECK_EQ(coil_stream_write(both.near, "after", 5), 0);
    CHECK_EQ(coil_stream_pending(both.near), 5);
    check_gets(both.far, sizeof(sent_data));
    check_received(both.far, "after");
    CHECK_EQ(coil_join(task).status, 0);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(who_waits_to_send_alone_is_told_that_the_stream_was_closed)
{
    for (int closes = 0; closes < 2; closes++) {
        struct coil_future *task;
        char *all;
        size_t size;

        both = open_both(NULL);
        size = fill_up(both.near);
        task = coil_create_task(sends_a_word, "never");
        let_run(3);
        if (closes)
            coil_stream_close(both.near);
        else
            CHECK_EQ(coil_stream_write_eof(both.near), 0);
        CHECK_EQ(coil_stream_readall(both.far, &all), (int64_t)size);
        CHECK_EQ(coil_join(task).status, -ESHUTDOWN);
        free(all);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(cancelled_before_its_turn_a_sendall_has_sent_nothing_and_the_next_goes_on)
{
    struct coil_future *first, *second, *third;

    both = open_both(NULL);
    fill_bytes(sent_data, 0, sizeof(sent_data));
    first = coil_create_task(sends_all, NULL);
    second = coil_create_task(sends_a_word, "never");
    third = coil_create_task(sends_a_word, "third");
    let_run(3);
    coil_future_cancel(second, NULL);
    CHECK_EQ(coil_join(second).status, -ECANCELED);
    check_gets(both.far, sizeof(sent_data));
    check_received(both.far, "third");
    CHECK_EQ(coil_join(first).status, 0);
    CHECK_EQ(coil_join(third).status, 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(an_abort_ends_who_sends_alone_and_who_waits_for_that)
{
    struct coil_future *first, *second;

    both = open_both(NULL);
    first = coil_create_task(sends_all, NULL);
    second = coil_create_task(sends_a_word, "never");
    let_run(3);
    coil_stream_abort(both.near);
    CHECK_EQ(coil_join(first).status, -ECONNABORTED);
    CHECK_EQ(coil_join(second).status, -ECONNABORTED);
    CHECK_EQ(coil_stream_wait_closed(both.near), -ECONNABORTED);
    unref_both(&both);
}

DRIVER_LOOP_TEST(where_nothing_may_be_written_nothing_is_sent_alone_either)
{
    both = open_both(NULL);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_sendall(both.near, "x", 1), -ESHUTDOWN);
    coil_stream_close(both.far);
    CHECK_EQ(coil_stream_sendall(both.far, "x", 1), -ESHUTDOWN);
    unref_both(&both);
    both = open_both(NULL);
    coil_stream_unref(both.far);
    CHECK_EQ(coil_stream_sendall(both.near, "x", 1), -EPIPE);
    CHECK_EQ(coil_stream_sendall(both.near, "x", 1), -EPIPE);
    CHECK_EQ(coil_stream_drain(both.near), -EPIPE);
    coil_stream_unref(both.near);
}
