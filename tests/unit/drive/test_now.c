/* What a descriptor is, and that nothing done at once ever waits. */
#include "drive/now.h"

#include "mach/sys_io.h"
#include "world.h"

static enum nature taken(int fd)
{
    enum nature nature = coil__nature_of(fd);

    close(fd);
    return nature;
}

TEST(a_descriptor_is_known_for_what_it_is)
{
    int pipes[2][2];
    int packets[2];

    CHECK_EQ(pipe2(pipes[0], O_CLOEXEC), 0);
    CHECK_EQ(pipe2(pipes[1], O_CLOEXEC | O_NONBLOCK), 0);
    CHECK_EQ(pipe2(packets, O_CLOEXEC | O_NONBLOCK | O_DIRECT), 0);
    CHECK_EQ(coil__nature_of(pipes[0][0]), NATURE_BLOCKING);
    CHECK_EQ(coil__nature_of(pipes[1][0]), NATURE_PIPE);
    CHECK_EQ(coil__nature_of(packets[1]), NATURE_STREAM);
    close_both(pipes[0]);
    close_both(pipes[1]);
    close_both(packets);
    CHECK_EQ(taken(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), NATURE_TCP);
    CHECK_EQ(taken(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), NATURE_SOCKET);
    CHECK_EQ(taken(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)), NATURE_SOCKET);
    CHECK_EQ(taken(socket(AF_INET, SOCK_STREAM, 0)), NATURE_BLOCKING_SOCKET);
    CHECK_EQ(taken(memfd_create("file", MFD_CLOEXEC)), NATURE_FILE);
    CHECK_EQ(taken(open("/tmp", O_RDONLY | O_DIRECTORY)), NATURE_FILE);
    CHECK_EQ(taken(open("/dev/null", O_RDWR | O_NONBLOCK)), NATURE_BLOCKING);
    CHECK_EQ(taken(eventfd(0, EFD_NONBLOCK)), NATURE_STREAM);
    CHECK_EQ(coil__nature_of(-1), NATURE_STREAM);
}

static int64_t now(enum op_kind kind, int fd, void *data, size_t size)
{
    struct op op = {.kind = (uint8_t)kind, .fd = fd};

    op.rw.data = data;
    op.rw.size = size;
    if (kind == OP_READ || kind == OP_WRITE)
        op.rw.offset = OP_STREAM;
    return coil__op_now(&op);
}

/* The kernel's "do not wait" is about the cache; past it, a try waits for the disk. */
TEST(what_goes_past_the_cache_is_not_tried)
{
    static char page[4096] __attribute__((aligned(4096)));
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/var/tmp/coil-direct-%d", getpid());
    fd = open(path, O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
    unlink(path);
    if (fd < 0)
        SKIP("no O_DIRECT here");
    CHECK_EQ(coil__nature_of(fd), NATURE_DIRECT);
    CHECK_EQ(now(OP_WRITE, fd, page, sizeof(page)), -EAGAIN);
    CHECK_EQ(now(OP_READ, fd, page, sizeof(page)), -EAGAIN);
    CHECK_EQ(write(fd, page, sizeof(page)), (ssize_t)sizeof(page));
    close(fd);
}

TEST(a_blocking_pipe_is_written_until_it_is_full_and_not_waited_for)
{
    static char data[1 << 20];
    int64_t total = 0;
    int64_t n;
    int ends[2];

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    CHECK_EQ(now(OP_READ, ends[0], data, 10), -EAGAIN);
    while ((n = now(OP_WRITE, ends[1], data, sizeof(data))) > 0)
        total += n;
    CHECK_EQ(n, -EAGAIN);
    CHECK(total >= 4096);
    while (total > 0 && (n = now(OP_READ, ends[0], data, sizeof(data))) > 0)
        total -= n;
    CHECK_EQ(total, 0);
    close(ends[0]);
    CHECK_EQ(now(OP_WRITE, ends[1], data, 10), -EPIPE);
    close(ends[1]);
}

TEST(a_blocking_listener_and_a_blocking_connect_are_not_waited_for)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct op accept_ = {.kind = OP_ACCEPT, .fd = listener};
    struct op connect_ = {.kind = OP_CONNECT, .fd = client};
    int64_t result;
    int fd;

    CHECK_EQ(bind(listener, (struct sockaddr *)&address, length), 0);
    CHECK_EQ(listen(listener, 4), 0);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    CHECK_EQ(coil__op_now(&accept_), -EAGAIN);
    connect_.connect.address = (struct sockaddr *)&address;
    connect_.connect.length = length;
    while ((result = coil__op_now(&connect_)) == -EAGAIN)
        ;
    CHECK_EQ(result, 0);
    CHECK_EQ(coil__op_now(&connect_), -EISCONN);
    CHECK_EQ(fcntl(client, F_GETFL) & O_NONBLOCK, 0);
    while ((fd = (int)coil__op_now(&accept_)) == -EAGAIN)
        ;
    CHECK(fd >= 0);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    close(client);
    close(listener);
}

TEST(what_may_block_is_not_done_at_once)
{
    struct op op = {.kind = OP_FSYNC, .fd = 0};
    int file = memfd_create("file", MFD_CLOEXEC);
    char byte = 0;
    int64_t n = now(OP_WRITE, file, &byte, 1);

    CHECK(n == -EAGAIN || n == 1);
    CHECK_EQ(coil__op_now(&op), -EAGAIN);
    op.kind = OP_CLOSE;
    op.fd = file;
    CHECK_EQ(coil__op_now(&op), -EAGAIN);
    close(file);
}

TEST(only_a_local_connect_needs_time)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in far = {.sin_family = AF_INET};
    struct op op = {.kind = OP_CONNECT};

    op.connect.address = (struct sockaddr *)&local;
    op.connect.length = sizeof(local);
    CHECK(coil__op_needs_time(&op));
    op.connect.address = (struct sockaddr *)&far;
    CHECK(!coil__op_needs_time(&op));
    op.kind = OP_RECV;
    CHECK(!coil__op_needs_time(&op));
}

/* What is none of these ends the accept: a refusal takes no connection, and would come for ever. */
TEST(the_errors_of_a_connection_are_not_those_of_its_listener)
{
    static const int lost[] = {ECONNABORTED, EPROTO, ENETDOWN,    ENETUNREACH, EHOSTDOWN,
                               EHOSTUNREACH, ENONET, ENOPROTOOPT, ETIMEDOUT};
    static const int others[] = {EPERM, EACCES, EMFILE, ENOMEM, EBADF, EINVAL, EAGAIN, EINTR};

    for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++)
        CHECK(coil__accept_broke(-lost[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        CHECK(!coil__accept_broke(-others[i]));
    CHECK(!coil__accept_broke(ETIMEDOUT)); /* a descriptor of that number */
}
