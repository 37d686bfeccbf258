/* How much is received at once: a packet and a crumb once, then packets, while that goes well. */
#include "io/helping.h"

#include "base/spares.h"
#include "unit/io/streams.h"

enum { WHOLE = 64 << 10, CRUMB = WHOLE - HELPING_PACKET };

/* --- what is learned --- */

static struct coil_stream learner(void)
{
    struct coil_stream stream;

    memset(&stream, 0, sizeof(stream));
    return stream;
}

static void serve_times(struct coil_stream *stream, int times, size_t n)
{
    while (times-- > 0)
        helping_came(stream, n);
}

/* A packet is served, and what is left of it comes alone. */
static void serve_alone(struct coil_stream *stream, int times)
{
    while (times-- > 0) {
        helping_came(stream, HELPING_PACKET);
        helping_came(stream, CRUMB);
    }
}

TEST(helpings_are_whole_at_first)
{
    struct coil_stream stream = learner();

    CHECK_EQ(helping(&stream, SPARE_DATA), SPARE_DATA);
    serve_times(&stream, 100, 1);
    serve_times(&stream, 100, HELPING_PACKET);
    serve_times(&stream, 100, HELPING_FULL); /* a packet and no crumb */
    serve_times(&stream, 100, HELPING_PACKET + STREAM_LITTLE);
    serve_times(&stream, 100, SPARE_DATA);
    CHECK_EQ(helping(&stream, SPARE_DATA), SPARE_DATA);
    CHECK(!stream.crumb_left);
}

TEST(after_a_packet_and_a_crumb_they_are_cut)
{
    struct coil_stream stream = learner();

    helping_came(&stream, WHOLE);
    CHECK_EQ(helping(&stream, SPARE_DATA), HELPING_PACKET);
    CHECK_EQ(helping(&stream, HELPING_PACKET), HELPING_PACKET);
    CHECK_EQ(helping(&stream, 100), 100);
    CHECK(!stream.crumb_left);
    helping_came(&stream, 1000);
    CHECK(!stream.crumb_left);
    helping_came(&stream, HELPING_PACKET);
    CHECK(stream.crumb_left);
    helping_came(&stream, 1000);
    CHECK(!stream.crumb_left);
}

TEST(crumbs_alone_make_them_whole_again)
{
    struct coil_stream stream = learner();

    helping_came(&stream, WHOLE);
    serve_alone(&stream, HELPING_TRUST - 1);
    CHECK_EQ(helping(&stream, SPARE_DATA), HELPING_PACKET);
    serve_alone(&stream, 1);
    CHECK_EQ(helping(&stream, SPARE_DATA), SPARE_DATA);
    CHECK(!stream.crumb_left);
}

TEST(what_comes_in_company_restores_the_trust)
{
    struct coil_stream stream = learner();

    helping_came(&stream, WHOLE);
    for (int i = 0; i < 10; i++) {
        serve_alone(&stream, HELPING_TRUST - 1);
        helping_came(&stream, HELPING_PACKET);
        helping_came(&stream, HELPING_PACKET - 1000);
    }
    CHECK_EQ(helping(&stream, SPARE_DATA), HELPING_PACKET);
    CHECK_EQ(stream.doubts, 0);
}

TEST(more_than_a_packet_each_time_is_no_crumb)
{
    struct coil_stream stream = learner();

    helping_came(&stream, WHOLE);
    serve_times(&stream, HELPING_TRUST + 1, HELPING_PACKET);
    CHECK_EQ(helping(&stream, SPARE_DATA), SPARE_DATA);
}

/* How many crumbs are served with their packets before it is tried again. */
static int pause_of(struct coil_stream *stream)
{
    int pause = 0;

    while (helping(stream, SPARE_DATA) == SPARE_DATA) {
        helping_came(stream, WHOLE);
        pause++;
    }
    return pause - 1; /* the last one is the first that is followed by packets */
}

TEST(each_pause_is_twice_as_long_up_to_the_longest)
{
    struct coil_stream stream = learner();

    CHECK_EQ(pause_of(&stream), 0);
    for (int i = 0; i <= HELPING_DOUBTS + 2; i++) {
        serve_alone(&stream, HELPING_TRUST);
        CHECK_EQ(pause_of(&stream), HELPING_PAUSE << (i < HELPING_DOUBTS ? i : HELPING_DOUBTS));
    }
}

/* --- served --- */

static struct both both;
static char bytes[2 * WHOLE];
static size_t sent, got;

static void begin(void)
{
    both = open_both(NULL);
    sent = got = 0;
}

static void say(size_t size)
{
    fill_bytes(bytes, sent, size);
    CHECK_EQ(coil_stream_write(both.far, bytes, size), 0);
    CHECK_EQ(coil_stream_pending(both.far), 0);
    sent += size;
}

enum way { INTO_MINE, INTO_THEIRS, WAYS };

static coil_async int64_t get(enum way way)
{
    static char mine[WHOLE];
    char *data = mine;
    int64_t n = way == INTO_MINE ? coil_stream_read(both.near, mine, sizeof(mine))
                                 : coil_stream_readany(both.near, &data);

    if (n > 0) {
        check_bytes(data, got, (size_t)n);
        got += (size_t)n;
    }
    return n;
}

/* One packet and a crumb were served, and another packet, and now there is a crumb. */
static coil_async void leave_a_crumb(enum way way)
{
    begin();
    say(WHOLE);
    CHECK_EQ(get(way), WHOLE);
    say(WHOLE);
    CHECK_EQ(get(way), HELPING_PACKET);
}

static coil_async void end(void)
{
    CHECK_EQ(got, sent);
    unref_both(&both);
}

static coil_async void check_alone(enum way way)
{
    leave_a_crumb(way);
    CHECK_EQ(get(way), CRUMB);
    say(10);
    CHECK_EQ(get(way), 10);
    end();
}

DRIVER_LOOP_TEST(a_crumb_comes_though_nothing_else_does)
{
    check_alone(INTO_MINE);
    check_alone(INTO_THEIRS);
}

static coil_async void check_company(enum way way)
{
    leave_a_crumb(way);
    say(WHOLE - 1000);
    CHECK_EQ(get(way),
             CRUMB + WHOLE - 1000 < HELPING_PACKET ? CRUMB + WHOLE - 1000 : HELPING_PACKET);
    while (got < sent)
        CHECK(get(way) > 0);
    end();
}

DRIVER_LOOP_TEST(a_crumb_comes_with_what_came_meanwhile)
{
    check_company(INTO_MINE);
    check_company(INTO_THEIRS);
}

static coil_async struct coil_result says_more(void *arg)
{
    say((size_t)(uintptr_t)arg);
    return coil_value(NULL);
}

static coil_async void check_turn(enum way way)
{
    struct coil_future *other;

    leave_a_crumb(way);
    other = coil_create_task(says_more, (void *)(uintptr_t)500);
    CHECK_EQ(get(way), CRUMB + 500);
    CHECK_EQ(coil_join(other).status, 0);
    end();
}

DRIVER_LOOP_TEST(others_have_their_turn_before_a_crumb)
{
    check_turn(INTO_MINE);
    check_turn(INTO_THEIRS);
}

static coil_async void check_none(enum way way)
{
    struct coil_future *other;

    begin();
    say(WHOLE);
    CHECK_EQ(get(way), WHOLE);
    say(HELPING_PACKET);
    CHECK_EQ(get(way), HELPING_PACKET);
    other = coil_create_task(says_more, (void *)(uintptr_t)7);
    CHECK_EQ(get(way), 7);
    CHECK_EQ(coil_join(other).status, 0);
    end();
}

DRIVER_LOOP_TEST(where_no_crumb_was_left_it_waits_as_ever)
{
    check_none(INTO_MINE);
    check_none(INTO_THEIRS);
}

static coil_async void check_whole_again(enum way way)
{
    leave_a_crumb(way);
    CHECK_EQ(get(way), CRUMB);
    for (int i = 1; i < HELPING_TRUST; i++) {
        say(WHOLE);
        CHECK_EQ(get(way), HELPING_PACKET);
        CHECK_EQ(get(way), CRUMB);
    }
    say(WHOLE);
    CHECK_EQ(get(way), WHOLE);
    end();
}

DRIVER_LOOP_TEST(messages_that_are_waited_for_come_whole_again)
{
    check_whole_again(INTO_MINE);
    check_whole_again(INTO_THEIRS);
}

DRIVER_LOOP_TEST(the_other_ways_to_read_find_the_crumb)
{
    char some[CRUMB], *line;

    leave_a_crumb(INTO_MINE);
    CHECK_EQ(coil_stream_readexactly(both.near, some, CRUMB), CRUMB);
    check_bytes(some, got, CRUMB);
    unref_both(&both);

    leave_a_crumb(INTO_THEIRS);
    CHECK_EQ(coil_stream_write(both.far, "\n", 1), 0);
    CHECK_EQ(coil_stream_readline(both.near, &line), CRUMB + 1);
    check_bytes(line, got, CRUMB);
    unref_both(&both);
}

/* --- while a crumb is waited for --- */

static coil_async struct coil_result gets(void *arg)
{
    return coil_number(get((enum way)(intptr_t)arg));
}

static coil_async struct coil_future *begin_to_wait(enum way way)
{
    struct coil_future *task;

    leave_a_crumb(way);
    task = coil_create_task(gets, (void *)(intptr_t)way);
    coil_yield();
    CHECK(both.near->reader != NULL);
    return task;
}

DRIVER_LOOP_TEST(a_cancelled_wait_for_a_crumb_loses_nothing)
{
    for (int way = 0; way < WAYS; way++) {
        struct coil_future *task = begin_to_wait((enum way)way);

        coil_future_cancel(task, NULL);
        CHECK_EQ(coil_join(task).status, -ECANCELED);
        CHECK_EQ(get((enum way)way), CRUMB);
        end();
    }
}

DRIVER_LOOP_TEST(a_second_reader_is_told_while_a_crumb_is_waited_for)
{
    for (int way = 0; way < WAYS; way++) {
        struct coil_future *task = begin_to_wait((enum way)way);

        CHECK_EQ(get((enum way)way), -EBUSY);
        CHECK_EQ(coil_join(task).status, CRUMB);
        end();
    }
}

DRIVER_LOOP_TEST(a_close_while_a_crumb_is_waited_for_is_the_end)
{
    for (int way = 0; way < WAYS; way++) {
        struct coil_future *task = begin_to_wait((enum way)way);

        coil_stream_close(both.near);
        CHECK_EQ(coil_join(task).status, 0);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(a_stream_can_be_given_up_while_a_crumb_is_waited_for)
{
    struct coil_future *task = begin_to_wait(INTO_MINE);

    coil_stream_unref(both.near);
    CHECK_EQ(coil_join(task).status, CRUMB);
    CHECK_EQ(got, sent);
    coil_stream_unref(both.far);

    task = begin_to_wait(INTO_THEIRS);
    coil_stream_unref(both.near);
    CHECK_EQ(coil_join(task).status, 0); /* what it would look at has gone with the stream */
    coil_stream_unref(both.far);
}

DRIVER_LOOP_TEST(the_end_comes_after_the_crumb)
{
    for (int way = 0; way < WAYS; way++) {
        leave_a_crumb((enum way)way);
        coil_stream_close(both.far);
        CHECK_EQ(get((enum way)way), CRUMB);
        CHECK_EQ(get((enum way)way), 0);
        CHECK(coil_stream_at_eof(both.near));
        end();
    }
}
