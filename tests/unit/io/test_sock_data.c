/* Sockets: data of every form and size. */
#include <fcntl.h>
#include <sys/uio.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

#define LONG 1500000

static char sent[LONG], received[LONG];

static coil_async struct coil_result sends_all(void *arg)
{
    struct ends *ends = arg;
    int err = coil_sock_sendall(ends->near, sent, LONG);

    coil_sock_shutdown(ends->near, SHUT_WR);
    return coil_number(err);
}

static coil_async size_t receive_all(int fd)
{
    size_t size = 0;
    int64_t n;

    while ((n = coil_sock_recv(fd, received + size, LONG - size)) > 0)
        size += (size_t)n;
    CHECK_EQ(n, 0);
    return size;
}

DRIVER_LOOP_TEST(sendall_sends_all_however_slowly_it_is_read)
{
    struct ends ends = small_ends();
    struct coil_future *task = coil_create_task(sends_all, &ends);

    fill_bytes(sent, 0, LONG);
    for (int i = 0; i < 20; i++)
        coil_yield();
    CHECK(!coil_future_done(task)); /* it does not fit */
    CHECK_EQ(coil_sock_recv(ends.far, received, 1), 1);
    CHECK_EQ(receive_all(ends.far), LONG - 1);
    check_bytes(received, 1, LONG - 1);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK_EQ(coil_sock_sendall(ends.far, NULL, 0), 0);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(a_peer_that_goes_away_ends_sendall)
{
    struct ends ends = small_ends();
    struct coil_future *task = coil_create_task(sends_all, &ends);
    int64_t status;

    coil_sleep(COIL_MS(1));
    CHECK(!coil_future_done(task));
    coil_close_soon(ends.far);
    status = coil_join(task).status;
    CHECK(status == -ECONNRESET || status == -EPIPE);
    coil_close_soon(ends.near);
}

DRIVER_LOOP_TEST(several_buffers_are_one_message)
{
    struct ends ends = tcp_ends();
    char one[] = "one,", two[] = "two,", three[] = "three", a[3], b[20] = "";
    struct iovec out[] = {{one, 4}, {two, 4}, {three, 5}}, in[] = {{a, 3}, {b, 20}};
    struct msghdr message = {.msg_iov = out, .msg_iovlen = 3};

    CHECK_EQ(coil_sock_sendmsg(ends.near, &message, 0), 13);
    message = (struct msghdr){.msg_iov = in, .msg_iovlen = 2};
    CHECK_EQ(coil_sock_recvmsg(ends.far, &message, MSG_PEEK), 13);
    b[0] = '\0';
    CHECK_EQ(coil_sock_recvmsg(ends.far, &message, 0), 13);
    CHECK_EQ(memcmp(a, "one", 3), 0);
    CHECK_STR(b, ",two,three");
    close_ends(&ends);
}

/* --- datagrams --- */

static int bound(const struct coil_address *where, struct coil_address *at)
{
    int fd = coil_sock_open(where->as.any.sa_family, SOCK_DGRAM, 0);

    CHECK_EQ(coil_sock_bind(fd, where), 0);
    CHECK_EQ(coil_sock_name(fd, at), 0);
    return fd;
}

static coil_async void check_datagrams(struct coil_address one, struct coil_address two)
{
    struct coil_address from;
    int a = bound(&one, &one), b = bound(&two, &two);
    char data[8] = "........";

    CHECK_EQ(coil_sock_sendto(a, "0123456789", 10, &two), 10);
    CHECK_EQ(coil_sock_sendto(a, "", 0, &two), 0);
    CHECK_EQ(coil_sock_sendto(a, "xyz", 3, &two), 3);
    CHECK_EQ(coil_sock_recvfrom(b, data, 4, &from), 4);
    CHECK_EQ(memcmp(data, "0123....", 8), 0);
    CHECK(coil_address_equal(&from, &one));
    CHECK_EQ(coil_sock_recvfrom(b, data, 8, &from), 0);
    CHECK_EQ(coil_sock_connect(b, &one), 0);
    CHECK_EQ(coil_sock_recvfrom(b, data, 8, NULL), 3);
    CHECK_EQ(coil_sock_sendto(b, "to you", 6, NULL), 6);
    CHECK_EQ(coil_sock_recv(a, data, 8), 6);
    coil_close_soon(a);
    coil_close_soon(b);
}

DRIVER_LOOP_TEST(datagrams_keep_their_bounds_and_their_sender)
{
    check_datagrams(address_of("127.0.0.1:0"), address_of("127.0.0.1:0"));
    kit_need_ipv6();
    check_datagrams(address_of("[::1]:0"), address_of("[::1]:0"));
    check_datagrams(abstract_name("a"), abstract_name("b"));
}

DRIVER_LOOP_TEST(a_datagram_that_is_too_long_or_goes_nowhere_is_refused)
{
    struct coil_address at, where = address_of("127.0.0.1:0");
    int fd = bound(&where, &at);

    CHECK_EQ(coil_sock_sendto(fd, sent, 70000, &at), -EMSGSIZE);
    CHECK_EQ(coil_sock_sendto(fd, sent, 1, NULL), -EDESTADDRREQ);
    where = abstract_name("nobody");
    CHECK_EQ(coil_sock_sendto(fd, sent, 1, &where), -EAFNOSUPPORT);
    coil_close_soon(fd);
}

/* --- descriptors sent --- */

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

DRIVER_LOOP_TEST(a_descriptor_can_be_sent)
{
    union control control = {.header = {.cmsg_level = SOL_SOCKET,
                                        .cmsg_type = SCM_RIGHTS,
                                        .cmsg_len = CMSG_LEN(sizeof(int))}};
    char byte = 'd';
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    int fds[2], pipe_ends[2], fd;

    if (in_simulator())
        return; /* its descriptors belong to one process */
    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), 0);
    CHECK_EQ(coil_pipe(pipe_ends), 0);
    memcpy(CMSG_DATA(&control.header), &pipe_ends[1], sizeof(int));
    CHECK_EQ(coil_sock_sendmsg(fds[0], &message, 0), 1);
    memset(&control, 0, sizeof(control));
    CHECK_EQ(coil_sock_recvmsg(fds[1], &message, 0), 1);
    memcpy(&fd, CMSG_DATA(&control.header), sizeof(int));
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(coil_write(fd, "!", 1), 0);
    CHECK_EQ(coil_read(pipe_ends[0], &byte, 1), 1);
    CHECK_EQ(byte, '!');
    for (int i = 0; i < 2; i++) {
        coil_close_soon(fds[i]);
        coil_close_soon(pipe_ends[i]);
    }
    coil_close_soon(fd);
}

/* --- files sent --- */

struct file {
    const char *path;
    int fd;
};

static coil_async struct file file_of(size_t size)
{
    struct file file = {.path = kit_path("file")};

    file.fd = coil_open(file.path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(file.fd >= 0);
    fill_bytes(sent, 0, size);
    CHECK_EQ(coil_pwrite(file.fd, sent, size, 0), 0);
    return file;
}

static coil_async void remove_file(struct file *file)
{
    coil_close_soon(file->fd);
    CHECK_EQ(coil_unlink(file->path), 0);
}

struct sending {
    int to, file;
    int64_t offset;
    size_t size;
    int64_t result;
};

static coil_async struct coil_result sends_file(void *arg)
{
    struct sending *sending = arg;

    sending->result =
        coil_sock_sendfile(sending->to, sending->file, sending->offset, sending->size);
    coil_sock_shutdown(sending->to, SHUT_WR);
    return coil_value(NULL);
}

static coil_async void check_sent(struct file *file, int64_t offset, size_t size, size_t expected)
{
    struct ends ends = tcp_ends();
    struct sending sending = {.to = ends.near, .file = file->fd, .offset = offset, .size = size};
    struct coil_future *task = coil_create_task(sends_file, &sending);

    CHECK_EQ(receive_all(ends.far), expected);
    check_bytes(received, (size_t)offset, expected);
    coil_join(task);
    CHECK_EQ(sending.result, expected);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(a_part_of_a_file_is_sent_as_far_as_it_goes)
{
    struct file file = file_of(LONG);

    check_sent(&file, 0, LONG, LONG);
    check_sent(&file, 777, 12345, 12345);
    check_sent(&file, LONG - 10, 100, 10);
    check_sent(&file, 5, SIZE_MAX, LONG - 5);
    check_sent(&file, LONG + 5, 100, 0);
    check_sent(&file, 5, 0, 0);
    remove_file(&file);
}

DRIVER_LOOP_TEST(what_the_kernel_cannot_send_is_read_and_sent)
{
    struct ends ends = tcp_ends();
    int zeros;
    char data[8];

    if (in_simulator())
        return; /* has no such devices */
    zeros = coil_open("/proc/self/cmdline", O_RDONLY, 0);
    CHECK(coil_sock_sendfile(ends.near, zeros, 0, 5) == 5);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 5);
    coil_close_soon(zeros);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(a_file_that_cannot_be_sent_says_so)
{
    struct ends ends = tcp_ends();
    struct file file = file_of(100);
    int pipe_ends[2];
    int64_t result;

    CHECK_EQ(coil_sock_sendfile(ends.near, file.fd, -1, 10), -EINVAL);
    CHECK_EQ(coil_sock_sendfile(ends.near, -1, 0, 10), -EBADF);
    CHECK_EQ(coil_sock_sendfile(-1, file.fd, 0, 10), -EBADF);
    CHECK_EQ(coil_pipe(pipe_ends), 0);
    result = coil_sock_sendfile(ends.near, pipe_ends[0], 0, 10); /* has no offsets */
    CHECK_EQ(result, -ESPIPE);
    coil_sock_shutdown(ends.near, SHUT_WR);
    CHECK_EQ(coil_sock_sendfile(ends.near, file.fd, 0, 10), -EPIPE);
    coil_close_soon(pipe_ends[0]);
    coil_close_soon(pipe_ends[1]);
    close_ends(&ends);
    remove_file(&file);
}

/* --- in worlds that do everything late and by halves --- */

static coil_async struct coil_result moves_much(void *arg)
{
    struct ends ends = small_ends();
    struct coil_future *task = coil_create_task(sends_all, &ends);
    struct file file;

    (void)arg;
    fill_bytes(sent, 0, LONG);
    CHECK_EQ(receive_all(ends.far), LONG);
    check_bytes(received, 0, LONG);
    CHECK_EQ(coil_join(task).status, 0);
    close_ends(&ends);
    file = file_of(100000);
    check_sent(&file, 10, 50000, 50000);
    check_sent(&file, 90000, SIZE_MAX, 10000);
    remove_file(&file);
    check_datagrams(address_of("127.0.0.1:0"), address_of("127.0.0.1:0"));
    return coil_value(NULL);
}

TEST(however_late_and_by_halves_everything_arrives)
{
    for (uint64_t seed = 1; seed <= (uint64_t)kit_effort(20); seed++) {
        struct coil_loop_options options = {.driver = "sim", .sim_seed = seed};

        CHECK_EQ(coil_run_with(moves_much, NULL, &options).status, 0);
    }
}
