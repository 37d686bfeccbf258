/*
 * A server from the inside: listeners, each with one op that accepts, and clients, each with a
 * task. References are the users', one of each client, one of each listener whose op is out.
 */
#ifndef COIL_IO_SERVER_INTERNAL_H
#define COIL_IO_SERVER_INTERNAL_H

#include <coil/server.h>

#include "io/stream.h"

#define SERVER_BACKLOG 1024 /* asyncio: 100, which a burst of clients overruns */

struct listener {
    struct coil_server *server;
    int fd;       /* -1: closed, or lost */
    struct op op; /* accepts, while it is out */
    struct coil_address address;
};

struct coil_server {
    struct coil_loop *loop;
    struct loop_guest guest;
    unsigned refs;
    coil_client_fn *fn;
    void *arg;
    const char *place; /* where it was started: the clients' tasks say it */
    struct coil_server_options options;
    struct coil_context *context; /* the one who started it was in; the clients start with it */
    bool adopted;                 /* its listener was made elsewhere, so its options say nothing */
    bool started;                 /* it listens, or did until it was closed */
    bool closed;
    struct coil_call retry; /* scheduled: accepting pauses, for the system is in trouble */
    struct coil_link clients;
    size_t client_count;
    size_t *tally;                      /* NULL, or the same number, for other threads to read */
    struct word *coming;                /* NULL, or how many others are passing on to it */
    bool (*pass_on)(void *arg, int fd); /* NULL, or gives a connection that came to another server;
                                           false: it does not */
    struct coil_event over;             /* closed, and without clients */
    struct coil_event shut;             /* closed */
    char *path;            /* of the Unix socket's file, which close removes; NULL: none */
    uint64_t device, node; /* of that file: another one in its place stays */
    size_t listener_count;
    struct listener listeners[];
};

/* What the connections of a server have; a socket that has it before it listens hands it down to
 * what is accepted from it, which saves two calls each. */
void coil__server_set_options(int fd, int family, bool keep_alive);

/* Asks every listener for its next connection, unless that has been done or is not wanted now. */
void coil__server_accept(struct coil_server *server);

/* A connection has come: it becomes a client, here or of another server, or is closed. */
void coil__server_welcome(const struct listener *listener, int fd);

/* Here. */
void coil__server_serve(struct coil_server *server, int fd);

/* It listens on the file of that path, and removes it at close. Takes the path over. */
void coil__server_keep_path(struct coil_server *server, char *path);

/* Gives up a reference. */
void coil__server_leave(struct coil_server *server);

/* A server on sockets that listen already, unless options->bind_only; it owns them, also if this
 * fails. */
int coil__server_new(coil_client_fn *fn, void *arg, const int *fds, size_t count,
                     const struct coil_server_options *options, const char *place,
                     struct coil_server **out);

#endif
