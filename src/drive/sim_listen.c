/* How connections come about: connect, backlog, accept. */
#include <errno.h>

#include "drive/sim_net.h"

/* As long as TCP tries in vain. */
#define PATIENCE COIL_SECONDS(127)

/* --- accept --- */

static void tell_peer(const struct sim_socket *socket, struct op *op)
{
    if (op->accept.address == NULL)
        return;
    if (socket->family == AF_UNIX)
        coil__sim_unix_tell(socket->peer_name, op->accept.address, op->accept.length);
    else
        coil__sim_ip_tell(socket, &socket->remote, op->accept.address, op->accept.length);
}

static int64_t accept_now(struct sim_driver *self, struct sim_socket *listener, struct op *op)
{
    struct sim_socket *socket;
    int fd;

    if (listener->state != SIM_LISTENING)
        return -EINVAL;
    if (list_empty(&listener->backlog))
        return -EAGAIN;
    socket = container_of(listener->backlog.next, struct sim_socket, entry);
    fd = coil__sim_thing_open(self, &socket->thing, &coil__sim_stream);
    if (fd < 0)
        return fd;
    list_remove(&socket->entry);
    listener->waiting--;
    tell_peer(socket, op);
    coil__sim_thing_stir(self, &listener->thing);
    return fd;
}

/* Nobody accepts any more: who waits is turned away. */
void coil__sim_listen_end(struct sim_driver *self, struct sim_socket *socket)
{
    struct coil_link *link;

    socket->state = SIM_IDLE;
    socket->waiting = 0;
    while ((link = list_pop(&socket->backlog)) != NULL) {
        struct sim_socket *waiting = container_of(link, struct sim_socket, entry);

        waiting->linger_none = true;
        coil__sim_stream_end(self, waiting);
        coil__sim_socket_free(self, waiting);
    }
    coil__sim_thing_stir(self, &socket->thing);
}

/* --- connect --- */

/* The other end of a connection, in the listener's backlog. */
static int64_t make_connection(struct sim_driver *self, struct sim_socket *socket,
                               struct sim_socket *listener)
{
    struct sim_socket *other = coil__sim_socket_new(listener->family, SOCK_STREAM);

    if (other == NULL)
        return -ENOBUFS;
    coil__sim_options_copy(other, listener);
    other->local = socket->remote;
    other->remote = socket->local;
    other->name = coil__sim_name_ref(listener->name);
    other->peer_name = coil__sim_name_ref(socket->name);
    socket->peer_name = coil__sim_name_ref(listener->name);
    if (other->family != AF_UNIX)
        coil__sim_ip_place(self, other);
    coil__sim_stream_join(socket, other);
    list_append(&listener->backlog, &other->entry);
    listener->waiting++;
    coil__sim_thing_stir(self, &socket->thing);
    coil__sim_thing_stir(self, &listener->thing);
    return 0;
}

/* Until the listener has room, or TCP gives up. */
static int64_t be_patient(struct sim_driver *self, struct sim_socket *socket,
                          struct sim_socket *listener)
{
    if (listener != NULL)
        coil__sim_thing_hope(&socket->thing, &listener->thing);
    if (socket->state == SIM_IDLE)
        socket->give_up_at = self->now + PATIENCE;
    socket->state = SIM_CONNECTING;
    if (socket->family == AF_UNIX)
        return -EAGAIN;
    if (self->now >= socket->give_up_at) {
        socket->state = SIM_IDLE;
        return -ETIMEDOUT;
    }
    self->retry_at = socket->give_up_at;
    return -EAGAIN;
}

static int64_t connect_to(struct sim_driver *self, struct sim_socket *socket,
                          struct sim_socket *listener)
{
    if (listener == NULL || listener->state != SIM_LISTENING) {
        socket->state = SIM_IDLE;
        return -ECONNREFUSED;
    }
    if (listener->waiting > listener->backlog_most)
        return be_patient(self, socket, listener);
    return make_connection(self, socket, listener);
}

static int64_t connect_unix(struct sim_driver *self, struct sim_socket *socket, struct op *op)
{
    struct sim_socket *listener = NULL;
    int err = coil__sim_unix_find(self, socket, op->connect.address, op->connect.length, &listener);

    return err ? err : connect_to(self, socket, listener);
}

static int64_t connect_ip(struct sim_driver *self, struct sim_socket *socket, struct op *op)
{
    struct sim_ip to;
    enum sim_route route;
    int err = coil__sim_ip_parse(socket, op->connect.address, op->connect.length, &to);

    if (err)
        return err;
    coil__sim_ip_aim(&to);
    route = coil__sim_route(&to);
    if (socket->v6_only && IN6_IS_ADDR_V4MAPPED(&to.host))
        route = SIM_NOWHERE;
    if (route == SIM_NOWHERE || route == SIM_BROADCAST)
        return -ENETUNREACH;
    err = coil__sim_ip_source(self, socket, &to);
    if (err)
        return err;
    socket->remote = to;
    if (route == SIM_BLACKHOLE)
        return be_patient(self, socket, NULL);
    return connect_to(self, socket, coil__sim_ip_find(self, SOCK_STREAM, &to, &socket->local));
}

static int64_t connect_now(struct sim_driver *self, struct sim_socket *socket, struct op *op)
{
    if (socket->state == SIM_CONNECTED || socket->state == SIM_LISTENING)
        return socket->family == AF_UNIX && socket->state == SIM_LISTENING ? -EINVAL : -EISCONN;
    return socket->family == AF_UNIX ? connect_unix(self, socket, op)
                                     : connect_ip(self, socket, op);
}

int64_t coil__sim_listen_serve(struct sim_driver *self, struct sim_thing *thing, struct op *op)
{
    struct sim_socket *socket = sim_socket_of(thing);

    if (op->kind == OP_ACCEPT)
        return accept_now(self, socket, op);
    return op->kind == OP_CONNECT ? connect_now(self, socket, op) : -EINVAL;
}
