/* Connections: TCP and Unix streams, and pairs. */
#include <errno.h>
#include <poll.h>

#include "drive/sim_net.h"

static bool is_unix(const struct sim_socket *socket)
{
    return socket->family == AF_UNIX;
}

static int64_t take_error(struct sim_socket *socket)
{
    int error = socket->error;

    socket->error = 0;
    return -error;
}

/* What a socket that never was connected says. */
static int64_t unconnected(const struct sim_socket *socket, bool out)
{
    if (socket->state == SIM_CONNECTING)
        return -EAGAIN;
    if (is_unix(socket))
        return out ? -ENOTCONN : -EINVAL;
    return out ? -EPIPE : -ENOTCONN;
}

/* Who sent it: Unix streams tell that, too, if the sender has a name. */
static void tell_sender(const struct sim_socket *socket, struct msghdr *header, uint32_t room)
{
    if (header == NULL || header->msg_name == NULL || !is_unix(socket) || !socket->peer_name)
        return;
    header->msg_namelen = room;
    coil__sim_unix_tell(socket->peer_name, header->msg_name, &header->msg_namelen);
}

/* What arrived before an end or an error is read before it. */
static int64_t stream_take(struct sim_driver *self, struct sim_thing *thing,
                           struct sim_transfer *what)
{
    struct sim_socket *socket = sim_socket_of(thing);
    uint32_t room = what->header != NULL ? what->header->msg_namelen : 0;
    int64_t taken;

    coil__sim_header_clear(what);
    if (what->flags & MSG_OOB)
        return -EINVAL;
    if (socket->state != SIM_CONNECTED)
        return unconnected(socket, false);
    if (socket->in.used) {
        taken = coil__sim_bytes_get(&socket->in, what->parts, what->count, what->limit,
                                    (what->flags & MSG_PEEK) != 0);
        if (socket->peer && !(what->flags & MSG_PEEK))
            coil__sim_thing_stir(self, &socket->peer->thing);
        tell_sender(socket, what->header, room);
        return taken;
    }
    if (socket->error && (is_unix(socket) || !socket->in_ended))
        return take_error(socket);
    if (socket->in_ended || socket->in_shut || socket->reset)
        return 0;
    return what->size ? -EAGAIN : 0;
}

static size_t space(const struct sim_socket *socket)
{
    struct sim_bytes *to = &socket->peer->in;

    to->limit = (size_t)socket->send_bytes + (size_t)socket->peer->receive_bytes;
    return sim_bytes_free(to);
}

/* TCP learns only from sending that the peer has gone: these bytes are lost, the next fail. */
static int64_t send_to_nobody(struct sim_driver *self, struct sim_socket *socket, size_t size)
{
    if (is_unix(socket))
        return -EPIPE;
    socket->error = EPIPE;
    socket->reset = true;
    coil__sim_thing_stir(self, &socket->thing);
    return (int64_t)size;
}

/* A peer that has ended both of its directions answers what still comes by a reset. */
static bool hears_no_more(const struct sim_socket *peer)
{
    return peer->in_shut && peer->out_ended && !is_unix(peer);
}

/* What goes before the sending; TCP does not look at an address. */
static int64_t refused(struct sim_socket *socket, const struct msghdr *header)
{
    if (header != NULL && header->msg_controllen && is_unix(socket))
        return -EOPNOTSUPP;
    if (header != NULL && header->msg_name && header->msg_namelen && is_unix(socket))
        return socket->state == SIM_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    if (socket->state != SIM_CONNECTED)
        return unconnected(socket, true);
    if (is_unix(socket) && socket->out_ended)
        return -EPIPE; /* an error is told to who reads */
    if (socket->error)
        return take_error(socket);
    return socket->out_ended || socket->reset ? -EPIPE : 0;
}

static int64_t stream_give(struct sim_driver *self, struct sim_thing *thing,
                           struct sim_transfer *what)
{
    struct sim_socket *socket = sim_socket_of(thing);
    int64_t given = refused(socket, what->header);
    size_t most;

    if (given != 0 || what->size == 0)
        return given;
    if (socket->peer == NULL)
        return send_to_nobody(self, socket, what->limit);
    if (hears_no_more(socket->peer)) {
        coil__sim_stream_break(self, socket);
        return (int64_t)what->limit;
    }
    most = space(socket);
    if (most == 0)
        return -EAGAIN;
    given = coil__sim_bytes_put(&socket->peer->in, what->parts, what->count,
                                most < what->limit ? most : what->limit);
    if (given > 0)
        coil__sim_thing_stir(self, &socket->peer->thing);
    return given == -ENOMEM ? -ENOBUFS : given;
}

static uint32_t connected_events(const struct sim_socket *socket)
{
    bool no_more_in = socket->in_ended || socket->in_shut || socket->reset;
    bool no_more_out = socket->out_ended || socket->reset;
    uint32_t events = socket->error ? POLLERR : 0;

    if (socket->in.used || no_more_in)
        events |= POLLIN | POLLRDNORM;
    if (no_more_in)
        events |= POLLRDHUP;
    if (no_more_in && no_more_out)
        events |= POLLHUP;
    if (no_more_out || socket->peer == NULL || space(socket) > 0)
        events |= POLLOUT | POLLWRNORM;
    return events;
}

static uint32_t stream_events(struct sim_thing *thing)
{
    const struct sim_socket *socket = sim_socket_of(thing);

    switch (socket->state) {
    case SIM_CONNECTED: return connected_events(socket);
    case SIM_LISTENING: return list_empty(&socket->backlog) ? 0 : POLLIN | POLLRDNORM;
    case SIM_CONNECTING: return 0;
    default: return POLLOUT | POLLWRNORM | POLLHUP;
    }
}

void coil__sim_stream_join(struct sim_socket *a, struct sim_socket *b)
{
    a->peer = b;
    b->peer = a;
    a->state = b->state = SIM_CONNECTED;
}

void coil__sim_stream_shutdown(struct sim_driver *self, struct sim_socket *socket, bool in,
                               bool out)
{
    struct sim_socket *peer = socket->type == SOCK_STREAM ? socket->peer : NULL;

    socket->in_shut |= in;
    socket->out_ended |= out;
    if (peer != NULL) {
        peer->in_ended |= out;
        peer->out_ended |= in && is_unix(socket);
        coil__sim_thing_stir(self, &peer->thing);
    }
    coil__sim_thing_stir(self, &socket->thing);
}

/* A reset after the end of the stream was read is a broken pipe, says TCP. */
static void hear_reset(struct sim_driver *self, struct sim_socket *socket)
{
    socket->error = !is_unix(socket) && socket->in_ended ? EPIPE : ECONNRESET;
    socket->reset = true;
    socket->peer = NULL;
    coil__sim_thing_stir(self, &socket->thing);
}

void coil__sim_stream_break(struct sim_driver *self, struct sim_socket *socket)
{
    struct sim_socket *peer = socket->peer;

    if (peer != NULL)
        hear_reset(self, peer);
    hear_reset(self, socket);
}

void coil__sim_stream_end(struct sim_driver *self, struct sim_socket *socket)
{
    bool lost = socket->in.used || socket->linger_none;
    struct sim_socket *peer = socket->peer;

    socket->peer = NULL;
    if (peer == NULL)
        return;
    peer->peer = NULL;
    if (lost && !is_unix(peer)) {
        hear_reset(self, peer);
        return;
    }
    if (lost)
        peer->error = ECONNRESET; /* told to who reads; for who writes the pipe is broken */
    peer->in_ended = true;
    peer->out_ended |= is_unix(socket);
    coil__sim_thing_stir(self, &peer->thing);
}

static int stream_close(struct sim_driver *self, struct sim_thing *thing)
{
    struct sim_socket *socket = sim_socket_of(thing);

    if (socket->state == SIM_LISTENING)
        coil__sim_listen_end(self, socket);
    coil__sim_stream_end(self, socket);
    coil__sim_socket_free(self, socket);
    return 0;
}

static int stream_stat(struct sim_thing *thing, struct stat *out)
{
    (void)thing;
    out->st_mode = S_IFSOCK | 0777;
    return 0;
}

const struct sim_kind coil__sim_stream = {
    .take = stream_take,
    .give = stream_give,
    .serve = coil__sim_listen_serve,
    .events = stream_events,
    .close = stream_close,
    .stat = stream_stat,
    .socket = true,
};
