/* What becomes of the kernel's answers: cancels that race, hints, order. */
#include "world.h"

#include <stdio.h>

#include "drive/uring.h"
#include "drive/uring_slots.h"

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/*
 * Brute force: bytes are sent, receives are asked for, let go by, and canceled in random order. In
 * the end every byte is there once, and none was written to memory that had been given back (ASan
 * looks).
 */
URING_TEST(a_cancel_that_races_with_data_loses_none_and_doubles_none)
{
    enum { ROUNDS = 4000 };
    struct world world;
    uint32_t seed = 7, expected = 0, sent = 0;
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    for (int i = 0; i < kit_effort(ROUNDS); i++) {
        struct probe *probe = malloc(sizeof(*probe));
        uint32_t dice = next_random(&seed);
        uint8_t *byte = malloc(1);

        probe_data(probe, &world, dice & 1 ? OP_RECV : OP_READ, ends[0], byte, 1);
        if (dice & 2)
            world_wait(&world, 0);
        if (dice & 4)
            CHECK_EQ(send(ends[1], &(uint8_t){(uint8_t)sent++}, 1, 0), 1);
        if (dice & 8)
            world_wait(&world, 0);
        if (!probe->done)
            probe_cancel(probe);
        if (dice & 16)
            CHECK_EQ(send(ends[1], &(uint8_t){(uint8_t)sent++}, 1, 0), 1);
        if (world_finish(&world, probe) == 1)
            CHECK_EQ(*byte, (uint8_t)expected++);
        else
            CHECK_EQ(probe->op.result, -ECANCELED);
        free(byte);
        free(probe);
    }
    while (expected < sent) {
        uint8_t byte;

        CHECK_EQ(do_data(&world, OP_RECV, ends[0], &byte, 1), 1);
        CHECK_EQ(byte, (uint8_t)expected++);
    }
    world_shut_both(&world, ends);
    world_close(&world);
}

/* The same in the other direction: what a send says was sent is what arrives. */
URING_TEST(a_canceled_send_has_sent_what_it_says)
{
    enum { ROUNDS = 300, SIZE = 65536 };
    static char drained[1 << 20];
    struct world world;
    uint32_t seed = 11;
    int64_t sent = 0, arrived = 0;
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    for (int i = 0; i < kit_effort(ROUNDS); i++) {
        struct probe probe;
        uint32_t dice = next_random(&seed);
        char *data = calloc(1, SIZE);
        ssize_t n = 0;

        probe_data(&probe, &world, dice & 1 ? OP_SEND : OP_WRITE, ends[1], data, SIZE);
        if (dice & 2)
            world_wait(&world, 0);
        if (dice & 4 && (n = recv(ends[0], drained, sizeof(drained), MSG_DONTWAIT)) > 0)
            arrived += n;
        if (dice & 8)
            world_wait(&world, 0);
        if (!probe.done)
            probe_cancel(&probe);
        if (world_finish(&world, &probe) > 0)
            sent += probe.op.result;
        else
            CHECK_EQ(probe.op.result, -ECANCELED);
        free(data);
    }
    world_shut(&world, ends[1]);
    for (ssize_t n = 1; n != 0; arrived += n) { /* on a busy machine it takes its time to arrive */
        CHECK_EQ(poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, -1), 1);
        n = recv(ends[0], drained, sizeof(drained), 0);
        CHECK(n >= 0);
    }
    CHECK_EQ(arrived, sent);
    world_shut(&world, ends[0]);
    world_close(&world);
}

static int64_t attempt_recv(struct world *world, int fd, void *data, size_t size)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_RECV, fd);

    op->rw.data = data;
    op->rw.size = size;
    return world->driver->ops->attempt(world->driver, op);
}

URING_TEST(after_a_short_read_nothing_is_tried_in_vain)
{
    struct world world;
    char data[100];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    put_byte(ends[1]);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 1);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    CHECK_EQ(attempt_recv(&world, ends[0], data, sizeof(data)), -EAGAIN);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    put_byte(ends[1]);
    world_wait(&world, 0); /* that was then */
    CHECK_EQ(attempt_recv(&world, ends[0], data, sizeof(data)), 1);
    world_shut_both(&world, ends);
    world_close(&world);
}

URING_TEST(after_a_full_read_the_rest_is_there_at_once)
{
    struct world world;
    char data[4];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    CHECK_EQ(send(ends[1], "12345678", 8, 0), 8);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 4);
    CHECK_EQ(attempt_recv(&world, ends[0], data, sizeof(data)), 4);
    world_shut_both(&world, ends);
    world_close(&world);
}

URING_TEST(a_short_datagram_says_nothing_of_the_next)
{
    struct world world;
    char data[100];
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
    CHECK_EQ(send(ends[1], "one", 3, 0), 3);
    CHECK_EQ(send(ends[1], "seven", 5, 0), 5);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 3);
    CHECK_EQ(attempt_recv(&world, ends[0], data, sizeof(data)), 5);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* Of each descriptor the kernel has one at a time; that completions overflow is in test_uring.c. */
URING_TEST(many_reads_of_many_descriptors_are_each_served_in_their_order)
{
    enum { PAIRS = 400, TIMES = 12 };
    static struct probe probes[PAIRS][TIMES];
    static char bytes[PAIRS][TIMES];
    static int ends[PAIRS][2];
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < PAIRS; i++)
        open_pipe(ends[i]);
    for (int i = 0; i < PAIRS; i++) {
        CHECK_EQ(write(ends[i][1], "abcdefghijkl", TIMES), TIMES);
        for (int j = 0; j < TIMES; j++)
            probe_data(&probes[i][j], &world, OP_READ, ends[i][0], &bytes[i][j], 1);
    }
    while (world.done < PAIRS * TIMES)
        world_wait(&world, COIL_FOREVER);
    for (int i = 0; i < PAIRS; i++) {
        CHECK_EQ(memcmp(bytes[i], "abcdefghijkl", TIMES), 0);
        world_shut_both(&world, ends[i]);
    }
    world_close(&world);
}

URING_TEST(a_writer_waits_quietly_while_its_peer_has_half_closed)
{
    static char data[1 << 16];
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_UNIX, ends);
    fill(ends[1]);
    CHECK_EQ(shutdown(ends[0], SHUT_WR), 0);
    probe_data(&probe, &world, OP_WRITE, ends[1], data, sizeof(data));
    settle(&world);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    world_wait(&world, world_now(&world) + COIL_MS(5));
    CHECK(coil__fault_count(FAULT_SYS) <= 2);
    CHECK_EQ(probe.done, 0);
    drain(ends[0]);
    CHECK(world_finish(&world, &probe) > 0);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* Pipes that pass for files: when they are finished is for us to say. */
URING_TEST(what_files_have_ready_is_taken_in_one_wait)
{
    enum { READS = 50 };
    struct world world;
    struct probe probes[READS];
    uint8_t bytes[READS];
    int pipes[READS][2];

    unsetenv("COIL_URING_WITHOUT");
    world_open(&world, 0);
    for (int i = 0; i < READS; i++) {
        CHECK_EQ(ASK(&world, pipe, pipes[i]), 0);
        probe_data(&probes[i], &world, OP_READ, pipes[i][0], &bytes[i], 1);
    }
    settle(&world);
    for (int i = 0; i < READS; i++) {
        uring_slot_of(container_of(world.driver, struct uring_driver, driver), pipes[i][0])
            ->nature = NATURE_FILE;
        CHECK_EQ(write(pipes[i][1], "x", 1), 1);
    }
    world_wait(&world, COIL_FOREVER);
    for (int i = 0; i < READS; i++)
        CHECK_EQ(probes[i].done, 1);
    for (int i = 0; i < READS; i++)
        world_shut_both(&world, pipes[i]);
    world_close(&world);
}
