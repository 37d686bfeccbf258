/* The limit by epoll: an echo server written by hand, without a library or a task. `serve_packets`
 * reads less than 64 KiB at a time, so that what it sends back fits into one packet; what is left
 * it reads when the others have had their turn. */
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net.h"

enum { CHUNK = 64 * 1024, PACKET = CHUNK - 128, EVENTS = 512 };

struct client {
    int fd;
    bool blocked; /* the kernel took no more: [begin, end) of `rest` is to be sent before we read */
    size_t begin, end;
    char *rest;
};

static int poll_fd;
static char chunk[CHUNK];
static size_t most = CHUNK; /* read at a time */

static void watch(void *what, int fd, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    if (epoll_ctl(poll_fd, how, fd, &event))
        bench_die("epoll_ctl");
}

static void client_close(struct client *client)
{
    close(client->fd);
    free(client->rest);
    free(client);
}

static void client_keep(struct client *client, const char *data, size_t size)
{
    if (!client->rest && !(client->rest = malloc(CHUNK)))
        bench_die("malloc");
    memcpy(client->rest, data, size);
    client->begin = 0;
    client->end = size;
    client->blocked = true;
    watch(client, client->fd, EPOLL_CTL_MOD, EPOLLOUT);
}

/* A read that did not fill the chunk has emptied the socket: nobody asks again to be told
 * EAGAIN. */
static void client_read(struct client *client)
{
    ssize_t got = recv(client->fd, chunk, most, 0);
    ssize_t sent;

    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        client_close(client);
        return;
    }
    sent = send(client->fd, chunk, (size_t)got, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        client_close(client);
        return;
    }
    if (sent < got)
        client_keep(client, chunk + (sent > 0 ? sent : 0), (size_t)(got - (sent > 0 ? sent : 0)));
}

static void client_write(struct client *client)
{
    ssize_t sent =
        send(client->fd, client->rest + client->begin, client->end - client->begin, MSG_NOSIGNAL);

    if (sent < 0 && errno == EAGAIN)
        return;
    if (sent < 0) {
        client_close(client);
        return;
    }
    client->begin += (size_t)sent;
    if (client->begin < client->end)
        return;
    client->blocked = false;
    watch(client, client->fd, EPOLL_CTL_MOD, EPOLLIN);
}

static void accept_all(int listener)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct client *client = calloc(1, sizeof *client);

        if (!client)
            bench_die("calloc");
        client->fd = fd;
        watch(client, fd, EPOLL_CTL_ADD, EPOLLIN);
    }
    if (errno != EAGAIN && errno != ECONNABORTED)
        bench_die("accept4");
}

static void serve(const char *name)
{
    int listener = net_listen(SOCK_NONBLOCK);
    struct epoll_event events[EVENTS];

    if (!strcmp(name, "serve_packets"))
        most = PACKET;
    poll_fd = epoll_create1(0);
    watch(NULL, listener, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        int count = epoll_wait(poll_fd, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;

            if (!client)
                accept_all(listener);
            else if (client->blocked)
                client_write(client);
            else
                client_read(client);
        }
    }
}

static const struct bench_row rows[] = {
    {"serve", serve},
    {"serve_packets", serve},
};

BENCH_MAIN(rows)
