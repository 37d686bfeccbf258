/* Accepting connections: one op for each listener, and a pause when the system is in trouble. */
#include "io/server.h"

#include "drive/now.h"
#include "io/world.h"

#define ACCEPTS_AT_ONCE 100      /* before others have their turn; asyncio: the backlog */
#define RETRY_NS COIL_SECONDS(1) /* asyncio: ACCEPT_RETRY_DELAY */

/* Somebody else has closed the listener, or the like. */
static bool lost_for_good(int64_t result)
{
    return result == -EBADF || result == -EINVAL || result == -ENOTSOCK;
}

static bool out_of_resources(int64_t result)
{
    return result == -EMFILE || result == -ENFILE || result == -ENOBUFS || result == -ENOMEM;
}

static void retry(void *server)
{
    coil__server_accept(server);
}

/* What the next try may do better: it is told, and tried again later. */
static void pause_accepting(struct coil_server *server, int64_t error)
{
    if (coil_call_scheduled(&server->retry))
        return;
    coil_call_init(&server->retry, retry, server);
    coil_call_later(server->loop, &server->retry, RETRY_NS);
    coil__report(server->loop,
                 out_of_resources(error)
                     ? "accept is out of system resources: trying again in a second"
                     : "accept failed: trying again in a second",
                 error, NULL, NULL);
}

/* The number may be another file's by now, unless it still is a socket: one that was shut down. */
static void lose(struct listener *listener, int64_t error)
{
    struct coil_loop *loop = listener->server->loop;

    if (error == -EINVAL)
        WORLD(loop, close, listener->fd);
    listener->fd = -1;
    coil__report(loop, "accept failed: the server takes no more connections", error, NULL, NULL);
}

/* What one accept gave. Whoever hears a report may close the server. */
static void take_result(struct listener *listener, int64_t result)
{
    struct coil_server *server = listener->server;

    if (server->closed) {
        if (result >= 0)
            WORLD(server->loop, close, (int)result);
    } else if (result >= 0) {
        coil__server_welcome(listener, (int)result);
    } else if (lost_for_good(result)) {
        lose(listener, result);
    } else if (!coil__accept_broke(result)) {
        pause_accepting(server, result);
    }
}

static bool is_full(const struct coil_server *server)
{
    size_t coming = server->coming != NULL ? word_load(server->coming) : 0;

    return server->options.most != 0 && server->client_count + coming >= server->options.most;
}

static bool wanted(const struct listener *listener)
{
    const struct coil_server *server = listener->server;

    return listener->fd >= 0 && !is_full(server) && !coil_call_scheduled(&server->retry) &&
           !server->loop->closing;
}

static void accept_on(struct listener *listener);

/* The listener's op may be out again while the others are taken: a client that cannot be served
 * makes room for the next. */
static void accepted(struct op *op)
{
    struct listener *listener = container_of(op, struct listener, op);
    struct coil_server *server = listener->server;
    struct driver *driver = server->loop->driver;
    struct op next = {.kind = OP_ACCEPT, .fd = listener->fd};

    take_result(listener, op->result);
    for (int i = 0; i < ACCEPTS_AT_ONCE && wanted(listener); i++) {
        int64_t result = driver->ops->attempt(driver, &next);

        if (result == -EAGAIN)
            break;
        take_result(listener, result);
    }
    accept_on(listener);
    coil__server_leave(server);
}

static void accept_on(struct listener *listener)
{
    struct coil_server *server = listener->server;

    if (listener->op.state != OP_IDLE || !wanted(listener))
        return;
    listener->op = (struct op){.kind = OP_ACCEPT, .fd = listener->fd, .done = accepted};
    listener->op.accept.only = server->options.most != 0;
    server->refs++;
    coil__drive_submit(server->loop->driver, &listener->op);
}

void coil__server_accept(struct coil_server *server)
{
    for (size_t i = 0; i < server->listener_count; i++)
        accept_on(&server->listeners[i]);
}
