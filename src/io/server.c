/* A server's life: its clients, each with a task, and its end in phases. */
#include "io/server.h"

#include <netinet/tcp.h>
#include <sys/stat.h>

#include <coil/timeout.h>

#include "io/world.h"

struct client {
    struct coil_link link; /* in server->clients */
    struct coil_server *server;
    struct coil_stream *stream;
    struct coil_future *task; /* counted; NULL while it is being made */
    bool *gone;               /* told meanwhile, for it may fail */
};

static void free_server(struct coil_server *server)
{
    list_leave(&server->guest.link);
    context_unref(server->context);
    mem_free(server->path);
    mem_free(server);
}

void coil__server_leave(struct coil_server *server)
{
    if (--server->refs == 0)
        free_server(server);
}

static void note_end(struct coil_server *server)
{
    if (server->closed && server->client_count == 0)
        coil_event_set(&server->over);
}

static void count_client(struct coil_server *server, int change)
{
    server->client_count += (size_t)change;
    if (server->tally != NULL)
        COUNTER_SET(*server->tally, server->client_count);
}

/* The drop function of a client's task: run when it has ended, or was never begun. */
static void client_gone(void *arg)
{
    struct client *client = arg;
    struct coil_server *server = client->server;

    list_remove(&client->link);
    count_client(server, -1);
    coil_stream_unref(client->stream);
    if (client->gone != NULL)
        *client->gone = true;
    else
        coil_future_unref(client->task);
    slab_put(&server->loop->slab, client, sizeof(*client));
    note_end(server);
    coil__server_accept(server); /* there may be room again */
    coil__server_leave(server);
}

static coil_async struct coil_result serve(void *arg)
{
    struct client *client = arg;

    client->server->fn(client->stream, client->server->arg);
    coil_stream_close(client->stream);
    return coil_value(NULL);
}

/* In the context in which the server was started. An error: the client is gone. */
static int begin_task(struct coil_server *server, struct client *client)
{
    struct coil_task_options options = {.name = "client",
                                        .stack_bytes = server->options.stack_bytes,
                                        .drop_arg = client_gone,
                                        .loop = server->loop};
    struct coil_context *outer = server->loop->context;
    struct coil_future *task;
    bool gone = false;
    int err;

    client->gone = &gone;
    server->loop->context = server->context;
    task = coil_create_task_at(serve, client, &options, server->place);
    server->loop->context = outer;
    if (!gone) {
        client->gone = NULL;
        client->task = task;
        return 0;
    }
    err = (int)coil_future_result(task).status;
    coil_future_unref(task);
    return err;
}

void coil__server_set_options(int fd, int family, bool keep_alive)
{
    struct coil_loop *loop = loop_here("coil_start_server");
    const int on = 1;

    if (family == AF_UNIX)
        return;
    WORLD(loop, set_option, fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (keep_alive)
        WORLD(loop, set_option, fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static int begin_client(struct coil_server *server, int fd)
{
    struct coil_stream *stream;
    struct client *client;
    int err = coil__stream_new(fd, STREAM_SOCKET, &server->options.stream, &stream);

    if (err != 0)
        return err;
    client = slab_get(&server->loop->slab, sizeof(*client));
    if (client == NULL) {
        coil_stream_unref(stream);
        return -ENOMEM;
    }
    *client = (struct client){.server = server, .stream = stream};
    server->refs++;
    count_client(server, 1);
    list_append(&server->clients, &client->link);
    return begin_task(server, client);
}

void coil__server_serve(struct coil_server *server, int fd)
{
    int err = begin_client(server, fd);

    if (err != 0)
        coil__report(server->loop, "a connection cannot be served: it was closed", err, NULL, NULL);
}

void coil__server_welcome(const struct listener *listener, int fd)
{
    struct coil_server *server = listener->server;

    if (server->pass_on != NULL && server->pass_on(server->arg, fd))
        return;
    if (server->adopted)
        coil__server_set_options(fd, listener->address.as.any.sa_family,
                                 server->options.keep_alive);
    coil__server_serve(server, fd);
}

static void loop_closes(struct loop_guest *guest)
{
    struct coil_server *server = container_of(guest, struct coil_server, guest);

    coil_server_close(server);
}

static void close_all(struct coil_loop *loop, const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        WORLD(loop, close, fds[i]);
}

int coil__server_new(coil_client_fn *fn, void *arg, const int *fds, size_t count,
                     const struct coil_server_options *options, const char *place,
                     struct coil_server **out)
{
    struct coil_loop *loop = loop_here("coil_start_server");
    struct coil_server *server = mem_zalloc(sizeof(*server) + count * sizeof(server->listeners[0]));

    if (server == NULL) {
        close_all(loop, fds, count);
        return -ENOMEM;
    }
    server->loop = loop;
    server->guest.loop_closes = loop_closes;
    list_append(&loop->guests, &server->guest.link);
    server->refs = 1;
    server->context = context_snapshot(loop->context);
    server->fn = fn;
    server->arg = arg;
    server->place = place;
    if (options != NULL)
        server->options = *options;
    server->options.hosts = NULL; /* not ours to keep */
    list_init(&server->clients);
    server->listener_count = count;
    for (size_t i = 0; i < count; i++) {
        struct listener *listener = &server->listeners[i];

        listener->server = server;
        listener->fd = fds[i];
        listener->address.length = sizeof(listener->address.as);
        if (WORLD(loop, name, fds[i], false, &listener->address.as.any,
                  &listener->address.length) != 0)
            listener->address.length = 0;
    }
    server->started = !server->options.bind_only;
    if (server->started)
        coil__server_accept(server);
    *out = server;
    return 0;
}

static void close_listener(struct listener *listener)
{
    struct coil_server *server = listener->server;

    if (listener->op.state != OP_IDLE)
        coil__drive_cancel(server->loop->driver, &listener->op);
    if (listener->fd >= 0)
        WORLD(server->loop, close, listener->fd);
    listener->fd = -1;
}

void coil__server_keep_path(struct coil_server *server, char *path)
{
    struct stat about;

    if (WORLD(server->loop, stat, path, &about) != 0) {
        mem_free(path);
        return;
    }
    server->path = path;
    server->device = about.st_dev;
    server->node = about.st_ino;
}

/* While the socket is open nobody else's file can have the number of its own. */
static void remove_path(struct coil_server *server)
{
    struct stat about;

    if (server->path == NULL || WORLD(server->loop, stat, server->path, &about) != 0)
        return;
    if (about.st_dev == server->device && about.st_ino == server->node)
        WORLD(server->loop, unlink, server->path);
}

void coil_server_close(struct coil_server *server)
{
    if (server->closed)
        return;
    loop_owned(server->loop, "coil_server_close");
    server->closed = true;
    coil_call_cancel(&server->retry);
    server->refs++;
    remove_path(server);
    for (size_t i = 0; i < server->listener_count; i++)
        close_listener(&server->listeners[i]);
    coil_event_set(&server->shut);
    note_end(server);
    coil__server_leave(server);
}

void coil_server_close_clients(struct coil_server *server)
{
    struct coil_link *at;

    list_each (at, &server->clients)
        coil_stream_close(container_of(at, struct client, link)->stream);
}

void coil_server_abort_clients(struct coil_server *server)
{
    struct coil_link *at;

    list_each (at, &server->clients) {
        struct client *client = container_of(at, struct client, link);

        coil_stream_abort(client->stream);
        coil_future_cancel(client->task, "the server aborts its clients");
    }
}

coil_async int coil_server_wait_closed(struct coil_server *server)
{
    int err;

    server->refs++;
    err = coil_event_wait(&server->over);
    coil__server_leave(server);
    return err;
}

coil_async int coil_server_serve_forever(struct coil_server *server)
{
    int err;

    if (!server->closed && !server->started) {
        err = coil_server_start_serving(server);
        if (err != 0)
            return err;
    }
    server->refs++;
    err = coil_event_wait(&server->shut);
    if (err != 0) {
        coil_server_close(server);
        coil_server_close_clients(server); /* idle ones never go: gh-123720 of CPython */
        coil_event_wait(&server->over);
    }
    coil__server_leave(server);
    return err;
}

coil_async int64_t coil_server_shutdown(struct coil_server *server, int64_t grace_ns)
{
    struct coil_timeout scope;
    int64_t aborted = 0;
    int err;

    server->refs++;
    coil_server_close(server);
    coil_timeout_enter(&scope, grace_ns);
    err = coil_event_wait(&server->over);
    err = (int)coil_timeout_exit(&scope, err);
    if (err == -ETIMEDOUT) {
        aborted = (int64_t)server->client_count;
        coil_server_abort_clients(server);
        err = coil_event_wait(&server->over);
    }
    coil__server_leave(server);
    return err != 0 ? err : aborted;
}

bool coil_server_serving(const struct coil_server *server)
{
    return server->started && !server->closed;
}

int coil_server_address(const struct coil_server *server, size_t index, struct coil_address *out)
{
    if (index >= server->listener_count)
        return -ENOENT;
    *out = server->listeners[index].address;
    return 0;
}

uint16_t coil_server_port(const struct coil_server *server)
{
    return coil_address_port(&server->listeners[0].address);
}

size_t coil_server_clients(const struct coil_server *server)
{
    return server->client_count;
}

void coil_server_unref(struct coil_server *server)
{
    if (server == NULL)
        return;
    coil_server_close(server);
    coil__server_leave(server);
}
