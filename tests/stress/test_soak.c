/*
 * Thousands of connections that behave badly, with faults at random, and hundreds of loops opened
 * and closed: afterwards descriptors and memory are where they were.
 */
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>

#include "base/fault.h"
#include "unit/io/servers.h"

#define AT_ONCE 250
#define MESSAGE 20000

#define SOAK_ON(id, driver_id)                                                           \
    KIT_REGISTER(id##_on_##driver_id, .name = #id "/" #driver_id, .body = kit_body_##id, \
                 .file = __FILE__, .line = __LINE__, .driver = #driver_id, .limit_seconds = 120)

#define SOAK_TEST(id)                \
    static void kit_body_##id(void); \
    SOAK_ON(id, sim);                \
    SOAK_ON(id, epoll);              \
    SOAK_ON(id, uring);              \
    static void kit_body_##id(void)

static uint32_t dice_state;
static struct coil_server *server;
static char message[MESSAGE];

static uint32_t roll(uint32_t sides)
{
    dice_state = dice_state * 1103515245u + 12345u;
    return (dice_state >> 16) % sides;
}

static coil_async int talk(struct coil_stream *stream, size_t size)
{
    char *back = malloc(size);
    int64_t err = coil_stream_write(stream, message, size);

    if (err == 0)
        err = coil_stream_readexactly(stream, back, size);
    if (err == (int64_t)size)
        check_bytes(back, 0, size);
    free(back);
    return err < 0 ? (int)err : 0;
}

/* Writes more and more, and never reads. */
static coil_async int flood(struct coil_stream *stream)
{
    int err = 0;

    for (int i = 0; i < 200 && err == 0; i++) {
        err = coil_stream_write(stream, message, sizeof(message));
        if (err == 0)
            err = coil_stream_drain(stream);
    }
    return err;
}

static coil_async int misbehave(struct coil_stream *stream)
{
    char data[64];

    switch (roll(7)) {
    case 0: coil_stream_abort(stream); return 0;
    case 1: return talk(stream, 1 + roll(MESSAGE));
    case 2: return coil_stream_write(stream, message, 1 + roll(MESSAGE)); /* and goes */
    case 3: return flood(stream);
    case 4:
        coil_stream_write(stream, message, 10);
        coil_stream_write_eof(stream);
        return (int)coil_stream_read(stream, data, sizeof(data));
    case 5: return (int)coil_stream_read(stream, data, sizeof(data)); /* which never comes */
    default: break;
    }
    for (int i = 0; i < 5; i++)
        if (talk(stream, 1 + roll(100)) != 0)
            break;
    return 0;
}

static coil_async struct coil_result client(void *arg)
{
    struct coil_timeout patience;
    struct coil_stream *stream = NULL;
    int64_t err;

    coil_timeout_enter(&patience, COIL_MS(5 + roll(50)));
    err = coil_open_connection("127.0.0.1", (uint16_t)(uintptr_t)arg, &stream);
    if (err == 0)
        err = misbehave(stream);
    coil_timeout_exit(&patience, err);
    coil_stream_unref(stream);
    return coil_value(NULL);
}

/* So many at once; some are cancelled, and now and then something fails. */
static coil_async void wave(void)
{
    struct coil_future *clients[AT_ONCE];
    uintptr_t port = coil_server_port(server);

    for (int i = 0; i < AT_ONCE; i++)
        clients[i] = coil_create_task(client, (void *)port);
    coil__fault_arm(roll(2) ? FAULT_SYS : FAULT_ALLOC, 1 + roll(2000), false);
    coil_sleep(COIL_MS(roll(3)));
    for (int i = 0; i < 10; i++)
        coil_future_cancel(clients[roll(AT_ONCE)], NULL);
    for (int i = 0; i < AT_ONCE; i++)
        coil_join(clients[i]);
    coil__fault_arm(FAULT_SYS, 0, false);
    coil__fault_arm(FAULT_ALLOC, 0, false);
}

struct level {
    int descriptors;
    size_t memory;
};

static struct level level_now(void)
{
    return (struct level){kit_count_descriptors(), mallinfo2().uordblks};
}

/* Caches may have grown a little, malloc's own for the thread to 200 KB, which count as in use;
 * what grows with the number of connections would be far more. */
static void check_level(struct level before, size_t slack)
{
    struct level now = level_now();

    CHECK_EQ(now.descriptors, before.descriptors);
    if (kit_slowness() == 1 && now.memory > before.memory + slack)
        FAIL("%zu bytes more are in use", now.memory - before.memory);
}

static void ignore(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    (void)loop, (void)report, (void)arg; /* failures are what this is about */
}

/* What clients left behind has to be accepted, by a server that may be short of something for a
 * second, and closed, before all is as it was; on a busy machine that takes a while. */
static coil_async void settle(int usual)
{
    for (int i = 0; i < 1000; i++) {
        coil_server_abort_clients(server);
        coil_sleep(COIL_MS(10));
        if (coil_server_clients(server) == 0 && kit_count_descriptors() <= usual)
            break;
    }
}

static coil_async struct coil_result waves(void *arg)
{
    int count = kit_effort(*(int *)arg / AT_ONCE);
    struct level before;

    coil_loop_set_exception_handler(coil_loop_current(), ignore, NULL);
    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    wave();
    settle(INT_MAX);
    before = level_now();
    for (int i = 0; i < count; i++)
        wave();
    settle(before.descriptors);
    check_level(before, 400000);
    coil_server_shutdown(server, 0);
    coil_server_unref(server);
    return coil_value(NULL);
}

SOAK_TEST(five_thousand_connections_and_random_faults_leave_nothing_behind)
{
    int connections = 5000;
    struct level before = level_now();

    fill_bytes(message, 0, sizeof(message));
    dice_state = 1;
    CHECK_EQ(coil_run(waves, &connections).status, 0);
    check_level(before, 400000);
}

static coil_async struct coil_result one_visit(void *arg)
{
    struct coil_stream *stream;
    int err = coil_start_server(echo, NULL, "127.0.0.1", 0, &server);

    (void)arg;
    CHECK_EQ(err, 0);
    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &stream), 0);
    CHECK_EQ(talk(stream, 100), 0);
    if (roll(2)) { /* else the loop closes with all of it */
        coil_stream_unref(stream);
        coil_server_shutdown(server, COIL_SECONDS(1));
    } else {
        coil_stream_close(stream);
        coil_stream_unref(stream);
    }
    coil_server_unref(server);
    return coil_value(NULL);
}

SOAK_TEST(five_hundred_loops_opened_and_closed_leave_nothing_behind)
{
    struct level before;

    fill_bytes(message, 0, sizeof(message));
    for (int i = 0; i < 10; i++)
        CHECK_EQ(coil_run(one_visit, NULL).status, 0);
    before = level_now();
    for (int i = 0; i < kit_effort(500); i++)
        CHECK_EQ(coil_run(one_visit, NULL).status, 0);
    check_level(before, 10000);
}
