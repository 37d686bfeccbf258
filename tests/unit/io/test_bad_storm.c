/* Signals that interrupt whatever the loop does, thousands in a second, change nothing. */
#include <stdlib.h>

#include "unit/io/programs.h"
#include "unit/io/servers.h"
#include "unit/io/sockets.h"
#include "unit/io/storm.h"

#define STORM_US (100 * kit_slowness()) /* else valgrind has no time left for anything else */

/* Sends so much in odd pieces, and gets it back. */
static coil_async void exchange(struct coil_stream *stream, size_t size)
{
    char out[7777], in[7777];

    for (size_t at = 0; at < size; at += sizeof(out)) {
        fill_bytes(out, at, sizeof(out));
        CHECK_EQ(coil_stream_sendall(stream, out, sizeof(out)), 0);
        CHECK_EQ(coil_stream_readexactly(stream, in, sizeof(in)), sizeof(in));
        check_bytes(in, at, sizeof(in));
    }
}

static coil_async struct coil_result visits(void *arg)
{
    struct coil_stream *stream = connect_to(arg);

    exchange(stream, 400000);
    coil_stream_unref(stream);
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(a_storm_of_signals_does_not_disturb_a_server)
{
    struct coil_server *server;
    struct coil_future *visitors[8];

    storm(STORM_US);
    server = start_server(echo, NULL);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i++)
            visitors[i] = coil_create_task(visits, server);
        for (int i = 0; i < 8; i++)
            CHECK_EQ(coil_join(visitors[i]).status, 0);
    }
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    storm(0);
    CHECK(interrupted > 0);
    coil_server_unref(server);
}

static coil_async void copy(const char *from, const char *to)
{
    int in = coil_open(from, O_RDONLY, 0), out = coil_open(to, O_WRONLY | O_CREAT, 0600);
    char data[7777];
    int64_t n;

    CHECK(in >= 0 && out >= 0);
    while ((n = coil_read(in, data, sizeof(data))) > 0)
        CHECK_EQ(coil_write(out, data, (size_t)n), 0);
    CHECK_EQ(n, 0);
    CHECK_EQ(coil_fdatasync(out), 0);
    CHECK_EQ(coil_close(in), 0);
    CHECK_EQ(coil_close(out), 0);
}

DRIVER_LOOP_TEST(a_storm_of_signals_does_not_disturb_a_copy)
{
    static char data[1000000];
    const char *first = kit_path("first"), *second = kit_path("second");
    size_t size;
    char *back;

    fill_bytes(data, 0, sizeof(data));
    storm(STORM_US);
    CHECK_EQ(coil_write_file(first, data, sizeof(data)), 0);
    copy(first, second);
    CHECK_EQ(coil_read_file(second, &back, &size), 0);
    storm(0);
    CHECK_EQ(size, sizeof(data));
    check_bytes(back, 0, size);
    free(back);
}

DRIVER_LOOP_TEST(a_storm_of_signals_does_not_disturb_children)
{
    static char input[200000];
    const struct coil_process_options piped = {.in = COIL_PIPE, .out = COIL_PIPE};
    const char *const command[] = {"cat", NULL};
    struct coil_output output;
    struct coil_process *child;

    fill_bytes(input, 0, sizeof(input));
    storm(STORM_US);
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(coil_create_subprocess_exec(command, &piped, &child), 0);
        CHECK_EQ(coil_process_communicate(child, input, sizeof(input), &output), 0);
        CHECK_EQ(output.out_size, sizeof(input));
        check_bytes(output.out, 0, output.out_size);
        coil_output_free(&output);
        coil_process_unref(child);
    }
    storm(0);
    CHECK(!kit_has_children());
}

static coil_async struct coil_result answers(void *arg)
{
    struct coil_datagram *endpoint = arg;
    struct coil_address from;
    char data[64];
    int64_t n;

    while ((n = coil_datagram_recv(endpoint, data, sizeof(data), &from)) >= 0)
        coil_datagram_send(endpoint, data, (size_t)n, &from);
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(a_storm_of_signals_loses_no_datagram)
{
    struct coil_address any = address_of("127.0.0.1:0"), to;
    struct coil_datagram *here, *there;
    struct coil_future *task;
    char data[64] = "";

    CHECK_EQ(coil_datagram_open(&any, NULL, NULL, &here), 0);
    CHECK_EQ(coil_datagram_open(&any, NULL, NULL, &there), 0);
    CHECK_EQ(coil_datagram_address(there, &to), 0);
    task = coil_create_task(answers, there);
    storm(STORM_US);
    for (int i = 0; i < 3000; i++) {
        CHECK_EQ(coil_datagram_send(here, &i, sizeof(i), &to), 0);
        CHECK_EQ(coil_datagram_recv(here, data, sizeof(data), NULL), sizeof(i));
        CHECK_EQ(memcmp(data, &i, sizeof(i)), 0);
    }
    storm(0);
    coil_datagram_close(there);
    coil_join(task);
    coil_datagram_close(here);
}
