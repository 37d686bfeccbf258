/* A task waits in readany: it holds little, and whatever ends its wait, nothing is lost. */
#include <stdlib.h>

#include "base/fault.h"
#include "base/spares.h"
#include "io/stream.h"
#include "unit/io/streams.h"

static struct both both;

static void say(const char *text)
{
    CHECK_EQ(coil_stream_write(both.far, text, strlen(text)), 0);
}

static coil_async struct coil_result reads_any(void *arg)
{
    char *data;

    (void)arg;
    return coil_number(coil_stream_readany(both.near, &data));
}

/* A stream is told which way to wait by what came before. */
static coil_async struct coil_future *reader_that_waits(bool much)
{
    static char large[8192];
    struct coil_future *task;
    char *data;

    both = open_both(NULL);
    CHECK_EQ(coil_stream_write(both.far, large, much ? sizeof(large) : 1), 0);
    for (size_t have = 0; have < (much ? sizeof(large) : 1);)
        have += (size_t)coil_stream_readany(both.near, &data);
    task = coil_create_task(reads_any, NULL);
    for (int i = 0; i < 3; i++)
        coil_yield();
    return task;
}

DRIVER_LOOP_TEST(a_reader_that_waits_has_no_large_buffer)
{
    for (int much = 0; much < 2; much++) {
        struct coil_future *task = reader_that_waits(much);

        CHECK(both.near->reader != NULL);
        CHECK(!both.near->borrowed);
        CHECK(both.near->in_size < SPARE_BYTES);
        say("go on");
        CHECK_EQ(coil_join(task).status, 5);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(a_cancelled_readany_takes_nothing)
{
    for (int much = 0; much < 2; much++) {
        struct coil_future *task = reader_that_waits(much);
        char *data;

        coil_future_cancel(task, NULL);
        CHECK_EQ(coil_join(task).status, -ECANCELED);
        say("later");
        CHECK_EQ(coil_stream_readany(both.near, &data), 5);
        CHECK_STR(data, "later");
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(closing_ends_a_readany_that_waits)
{
    for (int much = 0; much < 2; much++) {
        struct coil_future *task = reader_that_waits(much);
        char *data;

        CHECK_EQ(coil_stream_readany(both.near, &data), -EBUSY);
        coil_stream_close(both.near);
        CHECK_EQ(coil_join(task).status, 0);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(aborting_ends_a_readany_that_waits)
{
    for (int much = 0; much < 2; much++) {
        struct coil_future *task = reader_that_waits(much);

        coil_stream_abort(both.near);
        CHECK_EQ(coil_join(task).status, 0);
        CHECK_EQ(coil_stream_fd(both.near), -1);
        unref_both(&both);
    }
}

/* The stream lives until its reader is told, and then its data have no owner. */
DRIVER_LOOP_TEST(a_readany_that_waits_holds_a_stream_that_nobody_else_does)
{
    for (int much = 0; much < 2; much++) {
        struct coil_future *task = reader_that_waits(much);

        coil_stream_unref(both.near);
        coil_yield();
        CHECK(!coil_future_done(task));
        say("to nobody");
        CHECK_EQ(coil_join(task).status, 0);
        coil_stream_unref(both.far);
    }
}

DRIVER_LOOP_TEST(the_end_ends_a_readany_that_waits)
{
    for (int much = 0; much < 2; much++) {
        struct coil_future *task = reader_that_waits(much);

        CHECK_EQ(coil_stream_write_eof(both.far), 0);
        CHECK_EQ(coil_join(task).status, 0);
        CHECK(coil_stream_at_eof(both.near));
        unref_both(&both);
    }
}

/* Something comes while memory is out: the first allocation fails, or each. */
static coil_async int64_t read_without_memory(bool much, bool each)
{
    struct coil_future *task = reader_that_waits(much);

    say("some");
    coil__fault_arm(FAULT_ALLOC, 1, each);
    while (!coil_future_done(task))
        coil_yield();
    coil__fault_arm(FAULT_ALLOC, 0, false);
    return coil_join(task).status;
}

DRIVER_LOOP_TEST(a_readany_that_waited_does_without_a_large_buffer)
{
    for (int much = 0; much < 2; much++) {
        CHECK_EQ(read_without_memory(much, false), 4);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(a_readany_that_finds_no_memory_after_its_wait_loses_nothing)
{
    char *data;

    CHECK_EQ(read_without_memory(true, true), -ENOMEM);
    CHECK_EQ(coil_stream_readany(both.near, &data), 4);
    CHECK_STR(data, "some");
    unref_both(&both);
}

static bool unwound;

static coil_async struct coil_result reads_to_the_end(void *arg)
{
    char *data;
    int64_t n;

    (void)arg;
    n = coil_stream_readany(both.near, &data);
    unwound = true;
    return coil_number(n);
}

static coil_async struct coil_result leaves_a_reader(void *arg)
{
    struct coil_future *task = reader_that_waits(*(bool *)arg);

    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    coil_future_unref(coil_create_task(reads_to_the_end, NULL));
    coil_yield();
    coil_yield();
    return coil_value(NULL);
}

DRIVER_TEST(a_loop_that_closes_ends_a_readany_that_waits)
{
    for (int much = 0; much < 2; much++) {
        bool large = much;

        unwound = false;
        CHECK_EQ(coil_run(leaves_a_reader, &large).status, 0);
        CHECK(unwound);
        unref_both(&both);
    }
}
