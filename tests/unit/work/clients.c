#include "clients.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <coil/loop_pool.h>

int dial(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval limit = {.tv_sec = LIMIT / COIL_SECONDS(1)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -errno;
}

int dial_path(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = LIMIT / COIL_SECONDS(1)};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -errno;
}

int ask_loop(int fd)
{
    ssize_t n;
    char answer;

    CHECK_EQ(send(fd, "?", 1, MSG_NOSIGNAL), 1);
    do /* a thread whose ring another one runs is interrupted now and then */
        n = recv(fd, &answer, 1, 0);
    while (n < 0 && errno == EINTR);
    CHECK_EQ(n, 1);
    return answer - '0';
}

void check_ended(int fd)
{
    char more;

    CHECK(recv(fd, &more, 1, 0) <= 0);
    close(fd);
}

coil_async void answer(struct coil_stream *client, void *pool)
{
    char question;
    int64_t n;

    while ((n = coil_stream_read(client, &question, 1)) > 0)
        for (unsigned i = 0; i < coil_executor_workers(pool); i++)
            if (coil_loop_pool_loop(pool, i) == coil_loop_current())
                coil_stream_sendall(client, &(char){(char)('0' + i)}, 1);
}
