/* What blocks is known, and is done even where no worker can be had. */
#include "drive/files.h"

#include "world.h"

TEST(reads_of_files_block_and_of_nothing_else)
{
    struct op op = {.kind = OP_READ};

    CHECK(coil__op_blocks(&op, NATURE_FILE));
    CHECK(!coil__op_blocks(&op, NATURE_PIPE));
    op.kind = OP_RECV;
    CHECK(!coil__op_blocks(&op, NATURE_TCP));
    for (op.kind = OP_OPEN; op.kind <= OP_LIST; op.kind++)
        CHECK(coil__op_blocks(&op, NATURE_UNKNOWN));
}

TEST(without_a_worker_it_is_done_on_the_spot)
{
    struct world world;
    struct probe probe;
    struct stat info;

    setenv("COIL_DRIVER", "epoll", 1);
    world_open(&world, 0);
    probe_op(&probe, &world, OP_STAT, -1);
    probe.op.stat.path = "/tmp";
    probe.op.stat.out = &info;
    coil__fault_arm(FAULT_SYS, 1, false); /* the thread */
    probe_go(&probe);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(world_finish(&world, &probe), 0);
    CHECK(S_ISDIR(info.st_mode));
    world_close(&world);
}

TEST(a_list_without_memory_says_so)
{
    for (uint64_t k = 1; k <= 2; k++) {
        char *names = NULL;
        struct op op = {.kind = OP_LIST};

        op.list.path = k == 1 ? "/tmp" : "/proc/self/fdinfo/../../../dev";
        op.list.names = &names;
        coil__fault_arm(FAULT_ALLOC, k, false);
        coil__op_block(&op);
        CHECK(op.result == -ENOMEM || (k == 2 && op.result >= 0));
        if (op.result >= 0)
            free(names);
        else
            CHECK_PTR(names, NULL);
    }
}

static int64_t send_file(int to, int from, size_t size)
{
    struct op op = {.kind = OP_SENDFILE, .fd = to};

    op.sendfile.from = from;
    op.sendfile.size = size;
    coil__op_block(&op);
    return op.result;
}

TEST(a_file_is_sent_without_waiting_whatever_the_mode_of_the_receiver)
{
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        int from = memfd_create("file", MFD_CLOEXEC);
        int64_t n = 0;
        int ends[2];

        CHECK_EQ(ftruncate(from, 1 << 20), 0);
        CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | (flags ? SOCK_NONBLOCK : 0), 0, ends), 0);
        for (int i = 0; i < 1000 && n >= 0; i++)
            n = send_file(ends[1], from, 1 << 20);
        CHECK_EQ(n, -EAGAIN);
        close(ends[0]);
        CHECK_EQ(send_file(ends[1], -1, 10), -EBADF);
        close(ends[1]);
        close(from);
    }
}

static int64_t send_now(int to, int from, int64_t offset, size_t size)
{
    struct op op = {.kind = OP_SENDFILE, .fd = to};

    op.sendfile.from = from;
    op.sendfile.offset = offset;
    op.sendfile.size = size;
    return coil__send_file_now(&op);
}

/* Whether this file system can be read without waiting: memory's cannot, on many kernels. */
static bool can_read_now(int fd)
{
    char byte;
    struct iovec part = {&byte, 1};

    return preadv2(fd, &part, 1, 0, RWF_NOWAIT) == 1;
}

TEST(a_small_file_that_is_cached_is_sent_at_once_and_a_large_one_is_not)
{
    enum { LARGE = 70000 };
    static char data[LARGE];
    char path[] = "/var/tmp/coil-send-XXXXXX";
    int from = mkostemp(path, O_CLOEXEC);
    int ends[2];

    CHECK_EQ(unlink(path), 0);
    data[LARGE - 1] = 'z';
    CHECK_EQ(write(from, data, LARGE), LARGE);
    if (!can_read_now(from))
        SKIP("this file system reads nothing without waiting");
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK_EQ(send_now(ends[1], from, 0, LARGE), -EAGAIN);
    CHECK_EQ(send_now(ends[1], from, LARGE, SIZE_MAX), -EAGAIN);
    CHECK_EQ(send_now(ends[1], from, LARGE - 5, SIZE_MAX), 5);
    CHECK_EQ(recv(ends[0], data, LARGE, 0), 5);
    CHECK_EQ(data[4], 'z');
    CHECK_EQ(send_now(from, from, 0, 5), -EAGAIN); /* no socket: the worker tells */
    CHECK_EQ(send_now(ends[1], -1, 0, 5), -EAGAIN);
    for (int i = 0; i < 1000; i++)
        if (send_now(ends[1], from, 0, 5000) < 0)
            break;
    CHECK_EQ(send_now(ends[1], from, 0, 5000), -EAGAIN); /* nor does it wait for room */
    close_both(ends);
    close(from);
}
