/* Unix sockets in corners: paths that are none, names given by the system, descriptors sent. */
#include <coil/file.h>

#include "unit/io/servers.h"
#include "unit/io/sockets.h"

/* A regular file, which is no socket. */
static const char *plain_file(void)
{
    const char *path = kit_path("file");
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    CHECK(fd >= 0);
    close(fd);
    return path;
}

static struct coil_address path_address(const char *path, const char *behind)
{
    char text[COIL_ADDRESS_TEXT];

    snprintf(text, sizeof(text), "unix:%s%s", path, behind);
    return address_of(text);
}

DRIVER_LOOP_TEST(a_path_that_is_no_socket_is_told_as_what_it_is)
{
    const char *file = plain_file();
    struct coil_address here = path_address(file, ""), below = path_address(file, "/x"),
                        nowhere = address_of("unix:/no/such/folder/x");
    int fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_bind(fd, &nowhere), -ENOENT);
    CHECK_EQ(coil_sock_bind(fd, &below), -ENOTDIR);
    CHECK_EQ(coil_sock_bind(fd, &here), -EADDRINUSE);
    CHECK_EQ(coil_sock_listen(fd, 4), -EINVAL); /* it has no name */
    CHECK_EQ(coil_sock_connect(fd, &nowhere), -ENOENT);
    CHECK_EQ(coil_sock_connect(fd, &below), -ENOTDIR);
    CHECK_EQ(coil_sock_connect(fd, &here), -ECONNREFUSED);
    coil_close(fd);
}

DRIVER_LOOP_TEST(neither_is_it_served_nor_connected)
{
    const char *file = plain_file();
    struct coil_server *server = NULL;
    struct coil_stream *stream = NULL;

    CHECK_EQ(coil_start_unix_server(echo, NULL, file, &server), -EADDRINUSE);
    CHECK_EQ(coil_start_unix_server(echo, NULL, "/no/such/folder/x", &server), -ENOENT);
    CHECK(coil_start_unix_server(echo, NULL, "", &server) < 0);
    CHECK_EQ(coil_open_unix_connection(file, &stream), -ECONNREFUSED);
    CHECK(coil_open_unix_connection("", &stream) < 0);
    CHECK_PTR(server, NULL);
    CHECK_PTR(stream, NULL);
    CHECK_EQ(access(file, F_OK), 0); /* it is still there */
}

DRIVER_LOOP_TEST(who_only_tells_the_family_is_given_a_name)
{
    struct coil_address any = {.length = sizeof(sa_family_t)}, name;
    int fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);
    char text[COIL_ADDRESS_TEXT];

    any.as.any.sa_family = AF_UNIX;
    CHECK_EQ(coil_sock_bind(fd, &any), 0);
    CHECK_EQ(coil_sock_name(fd, &name), 0);
    CHECK_EQ(coil_address_format(&name, text, sizeof(text)), 11); /* "unix:@" and five digits */
    CHECK_HAS(text, "unix:@");
    coil_close(fd);
}

DRIVER_LOOP_TEST(who_has_gone_before_the_accept_is_accepted_with_what_it_sent)
{
    struct coil_address name = abstract_name("gone");
    int listener = listen_at(&name, 8, &name), fd;
    char data[4];

    for (int i = 0; i < 4; i++) {
        fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);
        CHECK_EQ(coil_sock_connect(fd, &name), 0);
        CHECK_EQ(coil_sock_sendall(fd, "x", 1), 0);
        coil_close(fd);
    }
    for (int i = 0; i < 4; i++) {
        fd = coil_sock_accept(listener, NULL);
        CHECK(fd >= 0);
        CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), 1);
        CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), 0);
        CHECK_EQ(coil_sock_sendall(fd, "y", 1), -EPIPE);
        coil_close(fd);
    }
    coil_close(listener);
}

/* --- descriptors that are sent --- */

#define MOST 8

static coil_async void send_descriptors(int fd, const int *sent, size_t count)
{
    char control[CMSG_SPACE(sizeof(int) * MOST)] = {0};
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), sent, sizeof(int) * count);
    CHECK_EQ(coil_sock_sendmsg(fd, &message, 0), 1);
}

/* With room for so many; how many came, and whether that was all. */
static coil_async size_t recv_descriptors(int fd, int *got, size_t room, bool *all)
{
    char control[CMSG_SPACE(sizeof(int) * MOST)], byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * room)};
    struct cmsghdr *header;
    size_t count;

    CHECK_EQ(coil_sock_recvmsg(fd, &message, 0), 1);
    header = CMSG_FIRSTHDR(&message);
    count = header == NULL ? 0 : (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    if (header != NULL)
        memcpy(got, CMSG_DATA(header), count * sizeof(int));
    *all = !(message.msg_flags & MSG_CTRUNC);
    return count;
}

/* What was sent goes on where it arrives, though it is closed here. */
DRIVER_LOOP_TEST(a_listener_a_connection_and_a_pipe_are_sent_and_used)
{
    int pair[2], pipe[2], sent[3], got[MOST], client, accepted;
    struct coil_address at;
    struct ends ends;
    char data[8];
    bool all;

    if (in_simulator())
        SKIP("descriptors are not sent in the simulator");
    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, pair), 0);
    CHECK_EQ(coil_pipe(pipe), 0);
    ends = tcp_ends();
    sent[0] = listen_on("127.0.0.1:0", 4, &at);
    sent[1] = ends.far;
    sent[2] = pipe[0];
    send_descriptors(pair[0], sent, 3);
    for (int i = 0; i < 3; i++)
        coil_close(sent[i]);
    CHECK_EQ(recv_descriptors(pair[1], got, MOST, &all), 3);
    CHECK(all);
    for (int i = 0; i < 3; i++)
        CHECK(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
    client = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_connect(client, &at), 0);
    accepted = coil_sock_accept(got[0], NULL);
    CHECK(accepted >= 0);
    CHECK_EQ(coil_sock_sendall(ends.near, "abc", 3), 0);
    CHECK_EQ(coil_sock_recv(got[1], data, sizeof(data)), 3);
    CHECK_EQ(coil_write(pipe[1], "yy", 2), 0);
    CHECK_EQ(coil_read(got[2], data, sizeof(data)), 2);
    for (int i = 0; i < 3; i++)
        coil_close(got[i]);
    coil_close(client);
    coil_close(accepted);
    coil_close(ends.near);
    coil_close(pipe[1]);
    coil_close(pair[0]);
    coil_close(pair[1]);
}

DRIVER_LOOP_TEST(descriptors_that_have_no_room_are_closed_and_that_is_told)
{
    int pair[2], got[MOST], before;
    size_t count;
    char data[8];
    bool all;

    if (in_simulator())
        SKIP("descriptors are not sent in the simulator");
    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, pair), 0);
    before = kit_count_descriptors();
    send_descriptors(pair[0], (int[]){pair[0], pair[1], pair[0], pair[1], pair[0]}, 5);
    count = recv_descriptors(pair[1], got, 2, &all);
    CHECK(!all && count >= 2 && count < 5); /* what is behind the second may be padding */
    while (count > 0)
        coil_close(got[--count]);
    CHECK_EQ(kit_count_descriptors(), before);
    send_descriptors(pair[0], pair, 2);
    CHECK_EQ(coil_sock_recv(pair[1], data, sizeof(data)), 1); /* who asks for bytes gets bytes */
    CHECK_EQ(kit_count_descriptors(), before);
    coil_close(pair[0]);
    coil_close(pair[1]);
}
