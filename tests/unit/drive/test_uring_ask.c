/* Every operation gives the same, whichever way it has to go: by request, by poll, by a worker. */
#include "ops.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

static const char *const missing[] = {"", "all", "multishot", "defer", "defer,coop"};

/* The same body on a kernel that has all, and on some that lack something. */
static void on_each_kernel(void (*body)(struct world *world))
{
    for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
        struct world world;

        setenv("COIL_URING_WITHOUT", missing[i], 1);
        printf("without: %s\n", missing[i]);
        world_open(&world, 0);
        body(&world);
        world_close(&world);
    }
}

static void contents(struct world *world, int fd)
{
    char data[16] = "";
    struct iovec parts[2] = {{data, 3}, {data + 8, 3}};

    CHECK_EQ(do_data(world, OP_WRITE, fd, "hello ", 6), 6);
    CHECK_EQ(do_data(world, OP_WRITE, fd, "world", 5), 5);
    CHECK_EQ(do_at(world, OP_READ, fd, data, 5, 6), 5);
    CHECK_STR(data, "world");
    CHECK_EQ(do_at(world, OP_WRITE, fd, "W", 1, 6), 1);
    CHECK_EQ(do_vector(world, OP_READV, fd, parts, 2, 4), 6);
    CHECK_EQ(memcmp(data, "o W", 3), 0);
    CHECK_EQ(memcmp(data + 8, "orl", 3), 0);
    CHECK_EQ(do_vector(world, OP_WRITEV, fd, parts, 2, 11), 6);
    CHECK_EQ(do_at(world, OP_READ, fd, data, 16, 100), 0);
    CHECK_EQ(do_fsync(world, fd, false), 0);
    CHECK_EQ(do_fsync(world, fd, true), 0);
}

static void files(struct world *world)
{
    struct stat by_path, by_fd, expected;
    int fd = (int)do_open(world, kit_path("a"), O_RDWR | O_CREAT | O_EXCL);

    CHECK(fd >= 0);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    contents(world, fd);
    CHECK_EQ(stat(kit_path("a"), &expected), 0);
    CHECK_EQ(do_stat(world, kit_path("a"), &by_path), 0);
    CHECK_EQ(do_fstat(world, fd, &by_fd), 0);
    CHECK_EQ(memcmp(&expected, &by_path, sizeof(expected)), 0);
    CHECK_EQ(memcmp(&expected, &by_fd, sizeof(expected)), 0);
    CHECK_EQ(expected.st_size, 17);
    CHECK_EQ(expected.st_mode & 0777, 0644);
    CHECK_EQ(do_close(world, fd), 0);
    CHECK_EQ(do_close(world, fd), -EBADF);
    CHECK_EQ(do_unlink(world, kit_path("a"), 0), 0);
    CHECK_EQ(do_open(world, kit_path("a"), O_RDONLY), -ENOENT);
}

static void names(struct world *world)
{
    struct probe probe;
    struct stat about;
    char *found = NULL;
    struct op *op;
    int fd;

    CHECK_EQ(do_mkdir(world, kit_path("d")), 0);
    CHECK_EQ(do_mkdir(world, kit_path("d")), -EEXIST);
    fd = (int)do_open(world, kit_path("d/x"), O_WRONLY | O_CREAT);
    CHECK_EQ(do_close(world, fd), 0);
    CHECK_EQ(do_rename(world, kit_path("d/x"), kit_path("d/y")), 0);
    CHECK_EQ(symlink("nowhere", kit_path("d/y2")), 0);
    CHECK_EQ(do_stat(world, kit_path("d/y2"), &about), -ENOENT);
    CHECK_EQ(do_lstat(world, kit_path("d/y2"), &about), 0);
    CHECK(S_ISLNK(about.st_mode));
    CHECK_EQ(do_unlink(world, kit_path("d/y2"), 0), 0);
    op = probe_op(&probe, world, OP_LIST, -1);
    op->list.path = kit_path("d");
    op->list.names = &found;
    CHECK_EQ(probe_run(&probe), 1);
    CHECK_STR(found, "y");
    free(found);
    CHECK_EQ(do_unlink(world, kit_path("d"), AT_REMOVEDIR), -ENOTEMPTY);
    CHECK_EQ(do_unlink(world, kit_path("d/y"), 0), 0);
    CHECK_EQ(do_unlink(world, kit_path("d"), AT_REMOVEDIR), 0);
}

static void fifo(struct world *world)
{
    int fd;

    CHECK_EQ(mkfifo(kit_path("f"), 0600), 0);
    CHECK_EQ(do_open(world, kit_path("f"), O_WRONLY), -ENXIO);
    fd = (int)do_open(world, kit_path("f"), O_RDONLY);
    CHECK(fd >= 0);
    CHECK_EQ(do_close(world, fd), 0);
    CHECK_EQ(unlink(kit_path("f")), 0);
}

static void all_of_files(struct world *world)
{
    files(world);
    names(world);
    fifo(world);
}

URING_TEST(files_are_the_same_on_every_kernel)
{
    on_each_kernel(all_of_files);
}

static void messages(struct world *world)
{
    int ends[2];
    char data[8];
    struct iovec part = {data, sizeof(data)};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    struct probe in, out;

    world_stream(world, STREAM_UNIX, ends);
    probe_op(&in, world, OP_RECVMSG, ends[0])->message.header = &header;
    probe_go(&in);
    settle(world);
    CHECK_EQ(in.done, 0);
    part.iov_len = 5;
    memcpy(data, "12345", 5);
    probe_op(&out, world, OP_SENDMSG, ends[1])->message.header = &header;
    CHECK_EQ(probe_run(&out), 5);
    CHECK_EQ(world_finish(world, &in), 5);
    probe_op(&out, world, OP_SENDMSG, ends[1])->message.header = &header;
    world_shut(world, ends[0]);
    CHECK_EQ(probe_run(&out), -EPIPE); /* and no SIGPIPE */
    world_shut(world, ends[1]);
}

static void connections(struct world *world)
{
    struct sockaddr_in address;
    int listener = world_listen(world, &address, 4);
    int fd = make_socket(world, AF_INET, SOCK_STREAM);
    struct probe accepting;
    char data[8];

    probe_op(&accepting, world, OP_ACCEPT, listener);
    probe_go(&accepting);
    settle(world);
    CHECK_EQ(do_connect(world, fd, &address, sizeof(address)), 0);
    CHECK(world_finish(world, &accepting) >= 0);
    CHECK_EQ(do_data(world, OP_SEND, fd, "hi", 2), 2);
    CHECK_EQ(do_data(world, OP_RECV, (int)accepting.op.result, data, 8), 2);
    world_shut(world, fd);
    CHECK_EQ(do_data(world, OP_RECV, (int)accepting.op.result, data, 8), 0);
    world_shut(world, (int)accepting.op.result);
    world_shut(world, listener);
    fd = make_socket(world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_connect(world, fd, &address, sizeof(address)), -ECONNREFUSED);
    world_shut(world, fd);
}

/* A pipe is the one to raise SIGPIPE. */
static void pipes(struct world *world)
{
    int ends[2];

    world_stream(world, STREAM_PIPE, ends);
    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "x", 1), 1);
    world_shut(world, ends[0]);
    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "x", 1), -EPIPE);
    world_shut(world, ends[1]);
}

static void half_a_megabyte(struct world *world)
{
    enum { SIZE = 1 << 19 };
    static char data[SIZE], got[SIZE];
    const char *name = kit_path("file");
    int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct probe probe;
    size_t sent = 0, arrived = 0;
    int ends[2];

    for (int i = 0; i < SIZE; i++)
        data[i] = (char)(i * 7 / 5);
    CHECK_EQ(write(file, data, SIZE), SIZE);
    unlink(name);
    world_stream(world, STREAM_TCP, ends);
    while (sent < SIZE) {
        struct op *op = probe_op(&probe, world, OP_SENDFILE, ends[1]);

        op->sendfile.from = file;
        op->sendfile.offset = (int64_t)sent;
        op->sendfile.size = SIZE - sent;
        probe_go(&probe);
        while (!probe.done || arrived < sent) {
            ssize_t n = recv(ends[0], got + arrived, SIZE - arrived, MSG_DONTWAIT);

            arrived += n > 0 ? (size_t)n : 0;
            world_wait(world, 0);
            if (probe.done && probe.op.result > 0) {
                sent += (size_t)probe.op.result;
                probe.op.result = 0;
            }
        }
    }
    CHECK_EQ(memcmp(data, got, SIZE), 0);
    close(file);
    world_shut_both(world, ends);
}

static void all_of_streams(struct world *world)
{
    messages(world);
    connections(world);
    pipes(world);
    half_a_megabyte(world);
}

URING_TEST(streams_are_the_same_on_every_kernel)
{
    signal(SIGPIPE, SIG_DFL);
    on_each_kernel(all_of_streams);
}

static int64_t wait_for_child(struct world *world, bool cancel_first)
{
    struct probe probe;
    siginfo_t info;
    int ends[2], fd, pid;

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        char byte;

        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 42 : 1);
    }
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    probe_op(&probe, world, OP_WAITID, fd)->waitid.info = &info;
    probe_go(&probe);
    settle(world);
    CHECK_EQ(probe.done, 0);
    if (cancel_first) {
        probe_cancel(&probe);
        CHECK_EQ(world_finish(world, &probe), -ECANCELED);
        probe_op(&probe, world, OP_WAITID, fd)->waitid.info = &info;
        probe_go(&probe);
    }
    close_both(ends);
    CHECK_EQ(world_finish(world, &probe), 0);
    CHECK_EQ(info.si_pid, pid);
    CHECK_EQ(waitpid(pid, NULL, 0), -1); /* reaped */
    world_shut(world, fd);
    return info.si_status;
}

static void children(struct world *world)
{
    CHECK_EQ(wait_for_child(world, false), 42);
    CHECK_EQ(wait_for_child(world, true), 42);
}

URING_TEST(children_are_waited_for_on_every_kernel)
{
    on_each_kernel(children);
}
