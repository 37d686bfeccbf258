/* Many sends by one system call: all of them over, or not begun, when it returns. epoll has a ring
 * of its own for this, if there are any. */
#include "world.h"

#include "drive/uring.h"

enum { MOST = 300, TEXT = 16 };

/* Sockets, and what is sent to each. */
static struct {
    struct world world;
    size_t count;
    int ends[MOST][2];
    struct drive_send sends[MOST];
    char (*texts)[TEXT];
} crowd;

/* epoll's is its own. */
static void check_ring_empty(void)
{
    if (world_is(&crowd.world, "uring"))
        CHECK_PTR(
            coil__ring_last(&container_of(crowd.world.driver, struct uring_driver, driver)->ring),
            NULL);
}

/* To each a text of its own. */
static void set_texts(const char *what)
{
    for (size_t i = 0; i < crowd.count; i++) {
        int n = snprintf(crowd.texts[i], TEXT, "%s %zu", what, i);

        crowd.sends[i] = (struct drive_send){
            .data = crowd.texts[i], .size = (uint32_t)n, .fd = crowd.ends[i][1]};
    }
}

static void crowd_close(void)
{
    for (size_t i = 0; i < crowd.count; i++)
        world_shut_both(&crowd.world, crowd.ends[i]);
    world_close(&crowd.world);
    free(crowd.texts);
}

/* How many system calls it took. */
static uint64_t send_some(size_t count)
{
    uint64_t calls;

    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    crowd.world.driver->ops->send(crowd.world.driver, crowd.sends, count);
    calls = coil__fault_count(FAULT_SYS);
    coil__fault_arm(FAULT_SYS, 0, false);
    return calls;
}

static uint64_t send_all(void)
{
    return send_some(crowd.count);
}

/* What is there now, and no more. */
static void check_came(size_t i, const char *what)
{
    char data[4 * TEXT] = "", expected[TEXT] = "";

    if (*what != '\0')
        snprintf(expected, TEXT, "%s %zu", what, i);
    CHECK(recv(crowd.ends[i][0], data, sizeof(data) - 1, MSG_DONTWAIT) >= -1);
    CHECK_STR(data, expected);
}

static void check_sent(size_t i)
{
    CHECK_EQ(crowd.sends[i].result, crowd.sends[i].size);
    check_came(i, "text");
}

static void crowd_open(size_t count)
{
    crowd.count = count;
    crowd.texts = malloc(count * TEXT);
    world_open(&crowd.world, 0);
    for (size_t i = 0; i < count; i++)
        world_stream(&crowd.world, STREAM_UNIX, crowd.ends[i]);
    world_wait(&crowd.world, 0);
    set_texts("warm"); /* all that is asked once is known after this */
    send_all();
    for (size_t i = 0; i < count; i++)
        check_came(i, "warm");
    set_texts("text");
}

/* Told by a refusal to open another one. */
static bool has_ring(void)
{
    struct driver_options options = {.wake_fd = crowd.world.wake_fd};
    struct driver *driver;

    if (coil__driver_uring.open(&options, &driver) != 0)
        return false;
    driver->ops->close(driver);
    return true;
}

REAL_TEST(a_hundred_sends_are_one_system_call_and_three_hundred_are_two)
{
    unsetenv("COIL_URING_WITHOUT");
    for (size_t count = 100; count <= MOST; count += 200) {
        crowd_open(count);
        CHECK_EQ(send_all(), !has_ring() ? count : count == 100 ? 1 : 2);
        for (size_t i = 0; i < count; i++)
            check_sent(i);
        CHECK_EQ(send_some(0), 0);
        crowd_close();
    }
}

static int64_t attempt_send(int fd)
{
    struct probe probe;
    struct op *op = probe_op(&probe, &crowd.world, OP_SEND, fd);

    op->rw.data = "x";
    op->rw.size = 1;
    return crowd.world.driver->ops->attempt(crowd.world.driver, op);
}

/* On io_uring nothing of it costs a system call. */
static void check_known_full(int fd)
{
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    CHECK_EQ(attempt_send(fd), -EAGAIN);
    if (world_is(&crowd.world, "uring"))
        CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    coil__fault_arm(FAULT_SYS, 0, false);
}

REAL_TEST(a_full_socket_says_so_and_is_not_tried_again_in_this_turn)
{
    crowd_open(20);
    CHECK_EQ(attempt_send(crowd.ends[7][1]), 1); /* and the driver knows it */
    fill(crowd.ends[7][1]);
    send_all();
    for (size_t i = 0; i < crowd.count; i++)
        if (i == 7)
            CHECK_EQ(crowd.sends[i].result, -EAGAIN);
        else
            check_sent(i);
    check_known_full(crowd.ends[7][1]);
    drain(crowd.ends[7][0]);
    world_wait(&crowd.world, 0); /* that was then */
    send_all();
    check_sent(7);
    crowd_close();
}

REAL_TEST(where_there_is_little_room_it_is_told_how_much_went)
{
    static char much[4 << 20], got[4 << 20];

    for (size_t i = 0; i < sizeof(much); i++)
        much[i] = (char)(i * 2654435761u >> 24);
    for (enum stream kind = STREAM_UNIX; kind < STREAMS; kind++) {
        int64_t result;
        int ends[2];

        crowd_open(3);
        world_stream(&crowd.world, kind, ends);
        CHECK_EQ(attempt_send(ends[1]), 1);
        CHECK_EQ(recv(ends[0], got, 1, 0), 1);
        crowd.sends[1] = (struct drive_send){.data = much, .size = sizeof(much), .fd = ends[1]};
        send_all();
        if (kind == STREAM_UNIX || world_is(&crowd.world, "uring"))
            check_known_full(ends[1]); /* TCP may have made room meanwhile, and epoll asks it */
        check_sent(0);
        check_sent(2);
        result = crowd.sends[1].result;
        CHECK(result > 0 && result < (int64_t)sizeof(much));
        CHECK_EQ(read_all(&crowd.world, ends[0], got, (size_t)result), result);
        CHECK_EQ(memcmp(got, much, (size_t)result), 0);
        CHECK_EQ(recv(ends[0], got, 1, MSG_DONTWAIT), -1);
        world_shut_both(&crowd.world, ends);
        crowd_close();
    }
}

REAL_TEST(each_is_told_its_own_error_and_no_signal_comes)
{
    int pipe[2];

    crowd_open(20);
    world_stream(&crowd.world, STREAM_PIPE, pipe);
    CHECK_EQ(shutdown(crowd.ends[3][0], SHUT_RD), 0);
    crowd.sends[5].fd = 9999;
    crowd.sends[7].fd = -1;
    crowd.sends[9].fd = pipe[1];
    for (int times = 0; times < 2; times++) {
        send_all();
        CHECK_EQ(crowd.sends[3].result, -EPIPE);
        CHECK_EQ(crowd.sends[5].result, -EBADF);
        CHECK_EQ(crowd.sends[7].result, -EBADF);
        CHECK_EQ(crowd.sends[9].result, -ENOTSOCK);
        for (size_t i = 0; i < crowd.count; i++)
            if (i != 3 && i != 5 && i != 7 && i != 9)
                check_sent(i);
    }
    world_shut_both(&crowd.world, pipe);
    crowd_close();
}

/* Whether the kernel knows of it already or not. */
REAL_TEST(nothing_overtakes_an_op_that_writes)
{
    crowd_open(10);
    for (int known = 0; known < 2; known++) {
        struct probe probe;

        if (known)
            fill(crowd.ends[4][1]);
        probe_data(&probe, &crowd.world, OP_SEND, crowd.ends[4][1], "first 4", 7);
        if (known)
            world_wait(&crowd.world, 0);
        send_some(5);
        CHECK_EQ(crowd.sends[4].result, -EAGAIN);
        if (known)
            drain(crowd.ends[4][0]);
        CHECK_EQ(world_finish(&crowd.world, &probe), 7);
        check_came(4, "first");
        world_wait(&crowd.world, 0);
        send_some(5);
        check_sent(4);
    }
    crowd_close();
}

/* That they are not told in between, world.c looks for. */
REAL_TEST(what_comes_for_others_meanwhile_is_told_by_the_next_wait_and_once)
{
    enum { READS = 50 };
    static struct probe probes[READS];
    static char bytes[READS];

    crowd_open(100);
    for (int i = 0; i < READS; i++)
        probe_data(&probes[i], &crowd.world, OP_RECV, crowd.ends[i][1], &bytes[i], 1);
    settle(&crowd.world);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < READS; i++)
            CHECK_EQ(send(crowd.ends[i][0], "x", 1, 0), 1);
        for (int times = 0; times < 3; times++) {
            send_all();
            for (size_t i = 0; i < crowd.count; i++)
                check_sent(i);
        }
        CHECK_EQ(crowd.world.done, round * READS);
        for (int i = 0; i < READS; i++) {
            CHECK_EQ(world_finish(&crowd.world, &probes[i]), 1);
            CHECK_EQ(bytes[i], 'x');
            bytes[i] = 0;
        }
        settle(&crowd.world);
        CHECK_EQ(crowd.world.done, (round + 1) * READS);
        for (int i = 0; i < READS; i++)
            probe_data(&probes[i], &crowd.world, OP_RECV, crowd.ends[i][1], &bytes[i], 1);
        settle(&crowd.world);
    }
    for (int i = 0; i < READS; i++) {
        probe_cancel(&probes[i]);
        CHECK_EQ(world_finish(&crowd.world, &probes[i]), -ECANCELED);
    }
    crowd_close();
}

/* Without a ring the refusal is of the first one alone, and that one tells it. */
REAL_TEST(refused_by_the_kernel_once_everything_is_sent_once)
{
    unsetenv("COIL_URING_WITHOUT");
    for (size_t count = 2; count <= MOST; count += 149) {
        crowd_open(count);
        coil__fault_arm(FAULT_SYS, 1, false);
        crowd.world.driver->ops->send(crowd.world.driver, crowd.sends, count);
        coil__fault_arm(FAULT_SYS, 0, false);
        check_ring_empty();
        settle(&crowd.world);
        if (!has_ring()) {
            CHECK_EQ(crowd.sends[0].result, -ENOBUFS);
            send_some(1);
        }
        for (size_t i = 0; i < count; i++)
            check_sent(i);
        crowd_close();
    }
}

REAL_TEST(refused_for_good_nothing_of_it_stays_behind)
{
    for (size_t count = 2; count <= MOST; count += 149)
        for (uint64_t from = 1; from <= 3; from++) {
            crowd_open(count);
            coil__fault_arm(FAULT_SYS, from, true);
            crowd.world.driver->ops->send(crowd.world.driver, crowd.sends, count);
            coil__fault_arm(FAULT_SYS, 0, false);
            check_ring_empty();
            for (size_t i = 0; i < count; i++)
                check_came(i, crowd.sends[i].result > 0 ? "text" : "");
            memset(crowd.texts, '?', count * TEXT); /* it is ours again */
            settle(&crowd.world);
            for (size_t i = 0; i < count; i++)
                check_came(i, "");
            set_texts("then");
            send_all();
            for (size_t i = 0; i < count; i++)
                check_came(i, "then");
            crowd_close();
        }
}

/* Where others have left no room for completions, a refusal is heard of all the same: what says
 * nothing counts as sent. */
URING_TEST(a_refusal_for_which_there_is_no_room_is_told)
{
    enum { POLLS = 2500 };
    static struct probe probes[POLLS];
    int ends[2];

    setenv("COIL_URING_WITHOUT", "defer,coop", 1); /* they come by themselves then */
    crowd_open(100);
    open_pipe(ends);
    for (int i = 0; i < POLLS; i++)
        probe_poll(&probes[i], &crowd.world, ends[0], POLLIN);
    settle(&crowd.world);
    put_byte(ends[1]);
    for (size_t i = 0; i < crowd.count; i += 2)
        crowd.sends[i].fd = 9999;
    send_all();
    for (size_t i = 0; i < crowd.count; i++)
        if (i % 2 == 0)
            CHECK_EQ(crowd.sends[i].result, -EBADF);
        else
            check_sent(i);
    memset(crowd.sends, 0, sizeof(crowd.sends));
    for (int i = 0; i < POLLS; i++)
        CHECK_EQ(world_finish(&crowd.world, &probes[i]), POLLIN);
    settle(&crowd.world);
    for (size_t i = 0; i < crowd.count; i++)
        CHECK_EQ(crowd.sends[i].result, 0);
    close_both(ends);
    crowd_close();
}

REAL_TEST(a_kernel_that_lacks_something_is_sent_to_one_by_one)
{
    static const char *const without[] = {"send", "all", "multishot", "defer", "defer,coop", ""};

    for (size_t w = 0; w < sizeof(without) / sizeof(*without); w++) {
        setenv("COIL_URING_WITHOUT", without[w], 1);
        crowd_open(100);
        CHECK_EQ(shutdown(crowd.ends[50][0], SHUT_RD), 0);
        for (int times = 0; times < 3; times++) {
            CHECK(send_all() >= (w < 2 ? 100 : 1));
            for (size_t i = 0; i < crowd.count; i++)
                if (i == 50)
                    CHECK_EQ(crowd.sends[i].result, -EPIPE);
                else
                    check_sent(i);
            world_wait(&crowd.world, 0);
        }
        crowd_close();
    }
}

/* A thread that is not the ring's is not let in; it sends all the same. */
static void send_elsewhere(void *arg)
{
    (void)arg;
    send_all();
}

URING_TEST(a_thread_that_may_not_enter_the_ring_leaves_nothing_in_it)
{
    struct later thread;

    crowd_open(30);
    later(&thread, 0, send_elsewhere, NULL);
    later_join(&thread);
    check_ring_empty();
    settle(&crowd.world);
    for (size_t i = 0; i < crowd.count; i++)
        check_sent(i);
    crowd_close();
}
