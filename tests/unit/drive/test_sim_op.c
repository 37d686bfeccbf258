/* Forms of ops, short transfers, trouble that was asked for, and whole programs by seed. */
#include <stdio.h>

#include "drive/sim.h"
#include "sim_world.h"

DRIVER_TEST(vectors_and_messages_move_what_their_parts_say)
{
    struct world world;
    char one[2], two[5];
    struct iovec out[3] = {{"ab", 2}, {NULL, 0}, {"cdef", 4}};
    struct iovec in_parts[2] = {{one, 2}, {two, 5}};
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_PIPE, ends);
    CHECK_EQ(do_vector(&world, OP_WRITEV, ends[1], out, 3, OP_STREAM), 6);
    CHECK_EQ(do_vector(&world, OP_READV, ends[0], in_parts, 2, OP_STREAM), 6);
    CHECK_EQ(memcmp(one, "ab", 2), 0);
    CHECK_EQ(memcmp(two, "cdef", 4), 0);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(sendfile_moves_bytes_of_a_file_from_an_offset)
{
    struct folder folder;
    struct world world;
    char data[20];

    world_open(&world, 0);
    folder_open(&folder);
    put_file(&world, in(&folder, "f"), "0123456789");
    for (enum stream kind = 0; kind < STREAMS; kind++) {
        int fd = (int)do_open(&world, in(&folder, "f"), O_RDONLY);
        int ends[2];

        world_stream(&world, kind, ends);
        CHECK_EQ(do_sendfile(&world, ends[1], fd, 4, 100), 6);
        CHECK_EQ(read_all(&world, ends[0], data, 6), 6);
        CHECK_EQ(memcmp(data, "456789", 6), 0);
        CHECK_EQ(do_sendfile(&world, ends[1], fd, 10, 100), 0);
        world_shut_both(&world, ends);
        world_shut(&world, fd);
    }
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(files_are_not_polled)
{
    struct world world;
    struct probe probe;
    int64_t result;
    int fd;

    world_open(&world, 0);
    fd = (int)do_open(&world, "/etc/passwd", O_RDONLY);
    probe_poll(&probe, &world, fd, POLLIN);
    result = world_finish(&world, &probe);
    CHECK(world_is(&world, "uring") ? result == POLLIN || result == -EPERM : result == -EPERM);
    world_shut(&world, fd);
    world_close(&world);
}

TEST(a_seed_makes_reads_and_writes_short_but_never_empty)
{
    struct world world;
    char data[100];
    int ends[2];
    int whole = 0;

    sim_open(&world, 11);
    world_stream(&world, STREAM_TCP, ends);
    for (int i = 0; i < 200; i++) {
        int64_t n = do_data(&world, OP_SEND, ends[1], data, 50);

        CHECK(n > 0 && n <= 50);
        whole += n == 50;
        CHECK_EQ(read_all(&world, ends[0], data, (size_t)n), n);
    }
    CHECK(whole > 60 && whole < 160);
    CHECK(sim_of(world.driver)->retries > 20); /* and some were tried in vain */
    world_shut_both(&world, ends);
    world_close(&world);
}

/* --- trouble --- */

/* Echoes until something breaks; how far it came. */
static int echoes_until(struct world *world, int64_t *error)
{
    char data[10];
    int ends[2];
    int i;

    *error = 0;
    world_stream(world, STREAM_UNIX, ends);
    for (i = 0; i < 1000 && *error >= 0; i++) {
        *error = do_data(world, OP_SEND, ends[1], "x", 1);
        if (*error >= 0)
            *error = do_data(world, OP_RECV, ends[0], data, 1);
    }
    world_shut_both(world, ends);
    return i;
}

TEST(faults_come_only_when_asked_for_and_then_of_all_kinds)
{
    struct world world;
    int resets = 0, full = 0;
    int64_t error;

    setenv("COIL_SIM_FAULTS", "20000", 1);
    for (uint64_t seed = 1; seed < 50; seed++) {
        sim_open(&world, seed);
        CHECK(echoes_until(&world, &error) < 1000);
        resets += error == -ECONNRESET;
        full += error == -ENOBUFS;
        world_close(&world);
    }
    CHECK(resets > 10 && full > 5);
    CHECK_EQ(resets + full, 49);
    unsetenv("COIL_SIM_FAULTS");
    for (uint64_t seed = 1; seed < 10; seed++) {
        sim_open(&world, seed);
        CHECK_EQ(echoes_until(&world, &error), 1000);
        world_close(&world);
    }
}

/* --- a whole program --- */

enum { CLIENTS = 4, MESSAGES = 5 };

/* One end of a connection of the echo program, and what happened, as text. */
struct end {
    struct probe probe;
    int fd;
    char data[32];
    size_t size, at; /* of what is sent back */
    int left;
};

struct echo {
    struct world world;
    int listener;
    struct sockaddr_in address;
    struct probe accept;
    struct end clients[CLIENTS], served[CLIENTS];
    int accepted, over;
    char *trace;
    size_t length;
};

enum { TRACE = 1 << 16 };

static void note(struct echo *echo, const char *what, long who, int64_t result)
{
    echo->length +=
        (size_t)snprintf(echo->trace + echo->length, TRACE - echo->length, "%lld %s %ld %lld\n",
                         (long long)world_now(&echo->world), what, who, (long long)result);
    CHECK(echo->length < TRACE - 100);
}

static struct echo *echo_of(struct probe *probe)
{
    return container_of(probe->world, struct echo, world);
}

static void go(struct end *end, enum op_kind kind, void (*then)(struct probe *probe))
{
    struct world *world = end->probe.world;
    struct op *op = probe_op(&end->probe, world, kind, end->fd);

    end->probe.then = then;
    op->rw.data = end->data + (kind == OP_SEND ? end->at : 0);
    op->rw.size = kind == OP_SEND ? end->size - end->at : sizeof(end->data);
    op->rw.flags = 0;
    probe_go(&end->probe);
}

static void server_sent(struct probe *probe);

static void server_received(struct probe *probe)
{
    struct echo *echo = echo_of(probe);
    struct end *end = container_of(probe, struct end, probe);

    note(echo, "server got", end - echo->served, probe->op.result);
    if (probe->op.result <= 0) {
        world_shut(&echo->world, end->fd);
        echo->over++;
        return;
    }
    end->size = (size_t)probe->op.result;
    end->at = 0;
    go(end, OP_SEND, server_sent);
}

static void server_sent(struct probe *probe)
{
    struct end *end = container_of(probe, struct end, probe);

    note(echo_of(probe), "server put", end - echo_of(probe)->served, probe->op.result);
    end->at += (size_t)probe->op.result;
    if (end->at < end->size)
        go(end, OP_SEND, server_sent);
    else
        go(end, OP_RECV, server_received);
}

static void server_accepted(struct probe *probe)
{
    struct echo *echo = echo_of(probe);
    struct end *end = &echo->served[echo->accepted++];

    note(echo, "accepted", echo->accepted, probe->op.result);
    end->fd = (int)probe->op.result;
    end->probe.world = &echo->world;
    go(end, OP_RECV, server_received);
    if (echo->accepted < CLIENTS) {
        probe_op(&echo->accept, &echo->world, OP_ACCEPT, echo->listener);
        echo->accept.then = server_accepted;
        probe_go(&echo->accept);
    }
}

static void client_sent(struct probe *probe);

static void client_received(struct probe *probe)
{
    struct echo *echo = echo_of(probe);
    struct end *end = container_of(probe, struct end, probe);

    note(echo, "client got", end - echo->clients, probe->op.result);
    CHECK(probe->op.result > 0);
    end->at += (size_t)probe->op.result;
    if (end->at < end->size) {
        go(end, OP_RECV, client_received);
    } else if (--end->left == 0) {
        world_shut(&echo->world, end->fd);
        echo->over++;
    } else {
        end->at = 0;
        go(end, OP_SEND, client_sent);
    }
}

static void client_sent(struct probe *probe)
{
    struct end *end = container_of(probe, struct end, probe);

    note(echo_of(probe), "client put", end - echo_of(probe)->clients, probe->op.result);
    end->at += (size_t)probe->op.result;
    if (end->at < end->size) {
        go(end, OP_SEND, client_sent);
    } else {
        end->at = 0;
        go(end, OP_RECV, client_received);
    }
}

static void client_connected(struct probe *probe)
{
    struct end *end = container_of(probe, struct end, probe);

    note(echo_of(probe), "connected", end - echo_of(probe)->clients, probe->op.result);
    CHECK_EQ(probe->op.result, 0);
    end->size = sizeof(end->data);
    end->at = 0;
    end->left = MESSAGES;
    go(end, OP_SEND, client_sent);
}

static void echo_run(struct echo *echo, uint64_t seed)
{
    char *trace = echo->trace;

    *echo = (struct echo){.trace = trace};
    sim_open(&echo->world, seed);
    echo->listener = world_listen(&echo->world, &echo->address, CLIENTS);
    probe_op(&echo->accept, &echo->world, OP_ACCEPT, echo->listener);
    echo->accept.then = server_accepted;
    probe_go(&echo->accept);
    for (int i = 0; i < CLIENTS; i++) {
        struct end *end = &echo->clients[i];
        struct op *op;

        end->fd = make_socket(&echo->world, AF_INET, SOCK_STREAM);
        op = probe_op(&end->probe, &echo->world, OP_CONNECT, end->fd);
        op->connect.address = (struct sockaddr *)&echo->address;
        op->connect.length = sizeof(echo->address);
        end->probe.then = client_connected;
        probe_go(&end->probe);
    }
    while (echo->over < 2 * CLIENTS)
        CHECK_EQ(wait_alone(&echo->world, COIL_FOREVER), 0);
    world_shut(&echo->world, echo->listener);
    CHECK_EQ(wait_alone(&echo->world, COIL_FOREVER), -EDEADLK);
    world_close(&echo->world);
}

TEST(a_thousand_seeds_each_repeat_byte_for_byte_and_differ_from_each_other)
{
    static struct echo echo;
    char *first = malloc(TRACE), *again = malloc(TRACE), *before = calloc(1, TRACE);

    for (uint64_t seed = 1; seed <= 1000; seed++) {
        char *swap = before;

        echo.trace = again;
        echo_run(&echo, seed);
        echo.trace = first;
        echo_run(&echo, seed);
        CHECK_STR(first, again);
        CHECK(strcmp(first, before) != 0);
        before = first;
        first = swap;
    }
    free(first);
    free(again);
    free(before);
}

TEST(without_a_seed_the_program_takes_no_time_and_nothing_is_short)
{
    static struct echo echo;

    echo.trace = malloc(TRACE);
    echo_run(&echo, 0);
    CHECK(strstr(echo.trace, "got 0 32") != NULL);
    for (char *line = strtok(echo.trace, "\n"); line; line = strtok(NULL, "\n"))
        CHECK(strncmp(line, "1000000000000 ", 14) == 0);
    free(echo.trace);
}
