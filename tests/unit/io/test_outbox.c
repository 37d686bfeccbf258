/* Writes that are held back and go out together: when, and in which order. */
#include <sys/uio.h>

#include <coil/file.h>

#include "base/fault.h"
#include "io/outbox.h"
#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static struct both both;

/* The real world can be asked past coil. */
static void check_nothing_came(const struct both *at)
{
    char byte;

    if (!in_simulator())
        CHECK_EQ(recv(coil_stream_fd(at->far), &byte, 1, MSG_PEEK | MSG_DONTWAIT), -1);
}

static coil_async struct coil_result reads_once(void *stream)
{
    static char data[100];
    int64_t n = coil_stream_read(stream, data, sizeof(data) - 1);

    note("%.*s", (int)n, data);
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(what_is_written_piece_by_piece_arrives_as_one_when_the_writer_awaits)
{
    struct iovec parts[] = {{"thr", 3}, {NULL, 0}, {"ee", 2}};
    struct coil_future *reader;

    both = open_both(&together);
    reader = coil_create_task(reads_once, both.far);
    coil_sleep(COIL_MS(1));
    write_text(both.near, "one ");
    CHECK_EQ(coil_stream_pending(both.near), 4);
    CHECK_EQ(coil_stream_printf(both.near, "%s ", "two"), 0);
    CHECK_EQ(coil_stream_pending(both.near), 8);
    CHECK_EQ(coil_stream_writev(both.near, parts, 3), 0);
    CHECK_EQ(coil_stream_pending(both.near), 13);
    check_nothing_came(&both);
    coil_join(reader);
    CHECK_STR(noted(), "one two three");
    CHECK_EQ(coil_stream_pending(both.near), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_stream_that_was_not_asked_to_holds_nothing)
{
    both = open_both(NULL);
    write_text(both.near, "now");
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_flush(both.near), 0);
    check_received(both.far, "now");
    unref_both(&both);
}

static uint64_t calls(void)
{
    uint64_t n = coil__fault_count(FAULT_SYS);

    coil__fault_arm(FAULT_SYS, 0, false);
    return n;
}

DRIVER_LOOP_TEST(a_hundred_writes_and_a_flush_are_one_system_call)
{
    both = open_both(&together);
    write_text(both.near, "x");
    CHECK_EQ(coil_stream_flush(both.near), 0); /* what the descriptor is, is known now */
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    for (int i = 0; i < 100; i++)
        write_text(both.near, "y");
    CHECK_EQ(coil_stream_pending(both.near), 100);
    CHECK_EQ(coil_stream_flush(both.near), 0);
    CHECK_EQ(coil_stream_flush(both.near), 0);
    CHECK_EQ(calls(), in_simulator() ? 0 : 1);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_readexactly(both.far, (char[101]){0}, 101), 101);
    unref_both(&both);
}

DRIVER_LOOP_TEST(nothing_written_is_nothing_held)
{
    struct iovec parts[] = {{"", 0}, {NULL, 0}};

    both = open_both(&together);
    write_text(both.near, "x");
    CHECK_EQ(coil_stream_flush(both.near), 0);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    CHECK_EQ(coil_stream_write(both.near, "", 0), 0);
    CHECK_EQ(coil_stream_writev(both.near, parts, 0), 0);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_flush(both.near), 0);
    CHECK_EQ(calls(), 0);
    unref_both(&both);
}

/* A driver is never given nothing to send: drive_send's size is > 0. */
DRIVER_LOOP_TEST(empty_parts_have_no_place_among_what_is_held)
{
    struct iovec parts[] = {{"", 0}, {NULL, 0}};

    both = open_both(&together);
    CHECK_EQ(coil_stream_writev(both.near, parts, 2), 0);
    CHECK_EQ(both.near->held, 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(no_more_than_16_kib_or_the_high_watermark_is_held)
{
    for (int low = 0; low < 2; low++) {
        struct coil_stream_options options = {.coalesce_writes = true,
                                              .high_bytes = low ? 1000 : 0};
        size_t most = low ? 1000 : 16384;
        static char data[16385];

        both = open_both(&options);
        fill_bytes(data, 0, sizeof(data));
        CHECK_EQ(coil_stream_write(both.near, data, most), 0);
        CHECK_EQ(coil_stream_pending(both.near), most);
        CHECK_EQ(coil_stream_write(both.near, data, 1), 0);
        CHECK_EQ(coil_stream_pending(both.near), 1);
        CHECK_EQ(coil_stream_write(both.near, data, most + 1), 0);
        CHECK_EQ(coil_stream_pending(both.near), 0);
        check_gets(both.far, most);
        check_gets(both.far, 1);
        check_gets(both.far, most + 1);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(behind_what_a_full_socket_has_left_more_is_kept_in_order)
{
    struct coil_stream_options options = {
        .coalesce_writes = true, .high_bytes = 1000, .low_bytes = 100};
    char data[10];
    size_t size;

    both = open_both(&options);
    size = fill_up(both.near);
    CHECK_EQ(both.near->held, 0);
    for (int i = 0; i < 500; i++) {
        size_t before = coil_stream_pending(both.near);

        fill_bytes(data, size, sizeof(data));
        CHECK_EQ(coil_stream_write(both.near, data, sizeof(data)), 0);
        CHECK_EQ(coil_stream_pending(both.near), before + sizeof(data));
        size += sizeof(data);
    }
    CHECK_EQ(coil_stream_flush(both.near), 0);
    check_gets(both.far, size);
    CHECK_EQ(coil_stream_drain(both.near), 0);
    write_text(both.near, "held again");
    CHECK(both.near->held != 0);
    check_received(both.far, "held again");
    unref_both(&both);
}

/* --- many --- */

enum { MANY = OUTBOX_STREAMS + 44, ROUNDS = 30, EACH_ROUND = 600 };

struct talk {
    struct both both;
    size_t written, came;
    bool slow; /* its reader does not begin before all is written */
    struct coil_future *reader;
};

static struct talk talks[MANY];
static struct coil_event all_written;
static uint32_t seed = 3;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

static coil_async struct coil_result hears(void *arg)
{
    struct talk *talk = arg;
    char data[2000];
    int64_t n;

    if (talk->slow)
        coil_event_wait(&all_written);
    while ((n = coil_stream_read(talk->both.far, data, sizeof(data))) > 0) {
        check_bytes(data, talk->came, (size_t)n);
        talk->came += (size_t)n;
    }
    CHECK_EQ(n, 0);
    return coil_value(NULL);
}

static void begin_talk(struct talk *talk, bool pipe)
{
    int fds[2];

    *talk = (struct talk){.slow = dice(3) == 0};
    if (pipe)
        CHECK_EQ(coil_pipe(fds), 0);
    else
        CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), 0);
    if (!pipe && talk->slow)
        coil_sock_set(fds[1], SOL_SOCKET, SO_SNDBUF, 4608);
    CHECK_EQ(coil_stream_open(fds[0], NULL, &talk->both.far), 0);
    CHECK_EQ(coil_stream_open(fds[1], &together, &talk->both.near), 0);
    talk->reader = coil_create_task(hears, talk);
}

/* Mostly little. */
static void say_something(struct talk *talk)
{
    static char data[20000];
    size_t size = dice(50) == 0 ? dice(sizeof(data)) : dice(4) == 0 ? dice(3000) : dice(100);

    fill_bytes(data, talk->written, size);
    CHECK_EQ(coil_stream_write(talk->both.near, data, size), 0);
    talk->written += size;
}

static coil_async void say_much(size_t count)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t few = 1 + dice(2) * (uint32_t)(count - 1); /* or all of them */

        for (int i = 0; i < EACH_ROUND; i++)
            say_something(&talks[(dice((uint32_t)few) + (size_t)round) % count]);
        if (dice(4) == 0)
            CHECK_EQ(coil_stream_flush(talks[dice((uint32_t)count)].both.near), 0);
        if (dice(2) == 0)
            coil_sleep(COIL_US(10));
        else if (dice(2) == 0)
            coil_yield();
    }
}

static void end_talk(struct talk *talk)
{
    if (dice(2) == 0)
        CHECK_EQ(coil_stream_write_eof(talk->both.near), 0);
    else
        coil_stream_close(talk->both.near);
}

static coil_async void talk_much(size_t count, uint32_t pipe_every)
{
    coil_event_clear(&all_written);
    for (size_t i = 0; i < count; i++)
        begin_talk(&talks[i], i % pipe_every == pipe_every - 1);
    say_much(count);
    coil_event_set(&all_written);
    for (size_t i = 0; i < count; i++)
        end_talk(&talks[i]);
    for (size_t i = 0; i < count; i++) {
        coil_join(talks[i].reader);
        CHECK_EQ(talks[i].came, talks[i].written);
        unref_both(&talks[i].both);
    }
}

DRIVER_LOOP_TEST(of_more_streams_and_bytes_than_there_is_room_for_each_peer_gets_its_own_in_order)
{
    talk_much(MANY, UINT32_MAX);
}

DRIVER_LOOP_TEST(of_some_streams_that_grow_side_by_side_each_peer_gets_its_own_in_order)
{
    for (size_t count = 2; count < 20; count += 6)
        talk_much(count, UINT32_MAX);
}

DRIVER_LOOP_TEST(pipes_are_held_too_and_go_out_beside_sockets)
{
    talk_much(2, 2);
    talk_much(2, 1);
    talk_much(9, 3);
    talk_much(MANY, 4);
}

/* Two at least, so that their number does not count; and what the loop does beside. */
DRIVER_LOOP_TEST(on_uring_all_streams_are_sent_to_by_one_system_call)
{
    enum { COUNT = 100 };
    uint64_t n;

    for (size_t i = 0; i < COUNT; i++) {
        talks[i].both = open_both(&together);
        write_text(talks[i].both.near, "first");
    }
    coil_sleep(COIL_MS(1));
    for (size_t i = 0; i < COUNT; i++)
        check_received(talks[i].both.far, "first");
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    for (size_t i = 0; i < COUNT; i++)
        write_text(talks[i].both.near, "second");
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    coil_sleep(COIL_US(1));
    n = calls();
    if (strcmp(coil_loop_driver(coil_loop_current()), "uring") == 0)
        CHECK(n <= 10);
    for (size_t i = 0; i < COUNT; i++) {
        check_received(talks[i].both.far, "second");
        unref_both(&talks[i].both);
    }
}

/* --- where it would change what is written, or cannot be done --- */

DRIVER_LOOP_TEST(sockets_that_keep_messages_apart_go_on_doing_so)
{
    static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};
    char data[20];

    for (size_t i = 0; i < (in_simulator() ? 1 : 2); i++) {
        int fds[2];

        CHECK_EQ(coil_sock_pair(AF_UNIX, types[i], fds), 0);
        CHECK_EQ(coil_stream_open(fds[0], &together, &both.near), 0);
        CHECK_EQ(coil_stream_open(fds[1], &together, &both.far), 0);
        coil_stream_set_watermarks(both.near, 1000, 100);
        write_text(both.near, "one");
        CHECK_EQ(coil_stream_pending(both.near), 0);
        write_text(both.near, "three");
        CHECK_EQ(coil_stream_flush(both.near), 0);
        CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 3);
        CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 5);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(without_memory_to_hold_it_in_a_write_goes_out_at_once)
{
    both = open_both(&together);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    write_text(both.near, "at once");
    CHECK(coil__fault_count(FAULT_ALLOC) >= 1);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    write_text(both.near, ", later");
    CHECK_EQ(coil_stream_pending(both.near), 7);
    check_received(both.far, "at once, later");
    unref_both(&both);
}
