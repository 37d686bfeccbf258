/* Sockets to test with: listeners, and both ends of a connection, in whichever world. */
#ifndef UNIT_SOCKETS_H
#define UNIT_SOCKETS_H

#include <unistd.h>

#include <coil/file.h>
#include <coil/sock.h>

#include "unit/loop/inside.h"

static inline bool in_simulator(void)
{
    return strcmp(coil_loop_driver(coil_loop_current()), "sim") == 0;
}

static inline struct coil_address address_of(const char *text)
{
    struct coil_address address;

    CHECK_EQ(coil_address_parse(text, 0, &address), 0);
    return address;
}

/* A name of a Unix socket that no other process has. */
static inline struct coil_address abstract_name(const char *what)
{
    char text[64];

    snprintf(text, sizeof(text), "unix:@coil-test-%s-%d", what, (int)getpid());
    return address_of(text);
}

/* A socket that listens at `where`, and where that is. */
static inline int listen_at(const struct coil_address *where, int backlog, struct coil_address *at)
{
    int fd = coil_sock_open(where->as.any.sa_family, SOCK_STREAM, 0);

    CHECK(fd >= 0);
    CHECK_EQ(coil_sock_bind(fd, where), 0);
    CHECK_EQ(coil_sock_listen(fd, backlog), 0);
    CHECK_EQ(coil_sock_name(fd, at), 0);
    return fd;
}

static inline int listen_on(const char *text, int backlog, struct coil_address *at)
{
    struct coil_address where = address_of(text);

    return listen_at(&where, backlog, at);
}

/* Where nobody listens. */
static inline struct coil_address free_address(void)
{
    struct coil_address at;

    coil_close_soon(listen_on("127.0.0.1:0", 1, &at));
    return at;
}

/* The lowest number that no descriptor has: the same as before if nothing stayed open. */
static inline int lowest_free(void)
{
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    CHECK(fd >= 0);
    coil_close_soon(fd);
    return fd;
}

/* Both ends of a connection. */
struct ends {
    int near, far;
};

static inline coil_async struct ends connect_ends(const struct coil_address *where)
{
    struct coil_address at;
    int listener = listen_at(where, 5, &at);
    struct ends ends;

    ends.near = coil_sock_open(at.as.any.sa_family, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_connect(ends.near, &at), 0);
    ends.far = coil_sock_accept(listener, NULL);
    CHECK(ends.far >= 0);
    coil_close_soon(listener);
    return ends;
}

static inline coil_async struct ends tcp_ends(void)
{
    struct coil_address where = address_of("127.0.0.1:0");

    return connect_ends(&where);
}

/* Between which not much fits. */
static inline coil_async struct ends small_ends(void)
{
    struct ends ends = tcp_ends();

    CHECK_EQ(coil_sock_set(ends.near, SOL_SOCKET, SO_SNDBUF, 65536), 0);
    CHECK_EQ(coil_sock_set(ends.far, SOL_SOCKET, SO_RCVBUF, 65536), 0);
    return ends;
}

static inline void close_ends(struct ends *ends)
{
    coil_close_soon(ends->near);
    coil_close_soon(ends->far);
}

/* A listener that answers nobody: its backlog is full of these, or connecting to it would take
 * for ever. */
struct silent {
    int listener, waiting[4];
    struct coil_address at;
};

static inline coil_async struct coil_result connects_in_vain(void *arg)
{
    struct silent *silent = ((void **)arg)[0];
    int *fd = ((void **)arg)[1];

    return coil_number(-coil_sock_connect(*fd, &silent->at));
}

static inline coil_async void open_silent(struct silent *silent)
{
    silent->listener = listen_on("127.0.0.1:0", 0, &silent->at);
    for (size_t i = 0; i < 4; i++) {
        void *arguments[] = {silent, &silent->waiting[i]};
        struct coil_future *task;

        silent->waiting[i] = coil_sock_open(AF_INET, SOCK_STREAM, 0);
        task = coil_create_task(connects_in_vain, arguments);
        coil_wait_for(task, COIL_MS(5));
        coil_future_unref(task);
    }
}

static inline void close_silent(struct silent *silent)
{
    for (size_t i = 0; i < 4; i++)
        coil_close_soon(silent->waiting[i]);
    coil_close_soon(silent->listener);
}

#endif
