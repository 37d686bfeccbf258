/* A pool's server from the inside. */
#ifndef COIL_WORK_POOL_SERVER_H
#define COIL_WORK_POOL_SERVER_H

#include <coil/loop_pool.h>

#include "work/loop_pool.h"
#include "work/pool_sockets.h"

/* The server's part on one loop. */
struct part {
    struct coil_pool_server *whole;
    struct loop_port *port;      /* the loop's; the desk's */
    struct coil_server *server;  /* the loop's; NULL: not started, or ended */
    struct coil_link serving;    /* the loop's: of the clients that are being served */
    size_t clients;              /* the server's tally */
    struct word coming;          /* passed on to it, and not there yet */
    struct word open;            /* 1: more may come */
    struct pool_sockets sockets; /* what to listen on, until the server has them */
    struct coil_cfuture *job;    /* what the loop is asked to do now */
    char apart[DESK_APART];
};

struct coil_pool_server {
    struct pool_leftover leftover; /* the pool's, when it was closed and a loop did not do it */
    struct loop_pool *pool;        /* counted */
    struct word refs;              /* the owner's, and one of each job */
    coil_client_fn *fn;
    void *arg;
    const char *place;
    struct coil_server_options options;
    char *host; /* or the path */
    bool is_path;
    bool simulated; /* each loop has a network of its own */
    bool shares;    /* all loops accept from one socket */
    uint16_t port;
    int64_t grace_ns;
    unsigned count;
    struct part parts[];
};

void coil__pool_server_ref(struct coil_pool_server *server);
void coil__pool_server_unref(struct coil_pool_server *server);

/*
 * A coil_server's pass_on: gives a connection that came to this part to the one that has the fewest
 * clients, if that is another. For loops that share one listening socket: whichever is awake takes
 * most of what comes.
 */
bool coil__pool_pass_on(void *part, int fd);

#endif
