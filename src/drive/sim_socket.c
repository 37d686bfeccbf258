/* Sockets: made, bound, named, shut down, closed. What moves data is in the kinds' own files. */
#include "drive/sim_socket.h"

#include <errno.h>

#include "base/alloc.h"
#include "drive/sim_files.h"
#include "drive/sim_net.h"

#define FIRST_PORT 32768
#define STREAM_BYTES 65536
#define MAIL_BYTES 212992

void coil__sim_net_init(struct sim_driver *self)
{
    for (int i = 0; i < SIM_PORT_ROWS; i++) {
        list_init(&self->ports[i]);
        list_init(&self->accepted[i]);
    }
    list_init(&self->names);
    self->next_port = FIRST_PORT;
}

const struct sim_kind *coil__sim_socket_kind(int type)
{
    return type == SOCK_STREAM ? &coil__sim_stream : &coil__sim_datagram;
}

struct sim_socket *coil__sim_socket_new(int family, int type)
{
    struct sim_socket *socket = mem_zalloc(sizeof(*socket));

    if (socket == NULL)
        return NULL;
    coil__sim_thing_init(&socket->thing, coil__sim_socket_kind(type));
    socket->family = family;
    socket->type = type;
    socket->send_bytes = type == SOCK_STREAM ? STREAM_BYTES : MAIL_BYTES;
    socket->receive_bytes = socket->send_bytes;
    list_init(&socket->options);
    list_init(&socket->mail);
    list_init(&socket->backlog);
    return socket;
}

void coil__sim_socket_free(struct sim_driver *self, struct sim_socket *socket)
{
    (void)self;
    list_leave(&socket->place);
    list_leave(&socket->entry);
    if (socket->node != NULL)
        socket->node->socket = NULL;
    coil__sim_name_unref(socket->name);
    coil__sim_name_unref(socket->peer_name);
    coil__sim_options_fini(socket);
    coil__sim_mail_drop(socket);
    coil__sim_bytes_fini(&socket->in);
    mem_free(socket);
}

struct sim_socket *coil__sim_socket(const struct sim_driver *self, int fd, int *err)
{
    struct sim_thing *thing = coil__sim_thing(self, fd);

    *err = thing == NULL ? -EBADF : thing->kind->socket ? 0 : -ENOTSOCK;
    return *err ? NULL : sim_socket_of(thing);
}

/* --- making --- */

static int refused(int family, int type, int protocol)
{
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
        return -EAFNOSUPPORT;
    if (type != SOCK_STREAM && type != SOCK_DGRAM)
        return -ESOCKTNOSUPPORT;
    if (protocol == 0 || (family == AF_UNIX && protocol == AF_UNIX))
        return 0;
    if (family != AF_UNIX && protocol == (type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP))
        return 0;
    return -EPROTONOSUPPORT;
}

int coil__sim_socket_make(struct driver *driver, int family, int type, int protocol)
{
    struct sim_driver *self = sim_of(driver);
    struct sim_socket *socket;
    int err, fd;

    type &= ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    err = refused(family, type, protocol);
    if (err)
        return err;
    socket = coil__sim_socket_new(family, type);
    if (socket == NULL)
        return -ENOBUFS;
    fd = coil__sim_thing_open(self, &socket->thing, coil__sim_socket_kind(type));
    if (fd < 0)
        coil__sim_socket_free(self, socket);
    return fd;
}

int coil__sim_socket_pair(struct driver *driver, int family, int type, int fds[2])
{
    struct sim_driver *self = sim_of(driver);
    int first, second;

    if (family != AF_UNIX)
        return family == AF_INET || family == AF_INET6 ? -EOPNOTSUPP : -EAFNOSUPPORT;
    first = coil__sim_socket_make(driver, family, type, 0);
    if (first < 0)
        return first;
    second = coil__sim_socket_make(driver, family, type, 0);
    if (second < 0) {
        coil__sim_thing_close(self, first);
        return second;
    }
    coil__sim_stream_join(sim_socket_of(coil__sim_thing(self, first)),
                          sim_socket_of(coil__sim_thing(self, second)));
    fds[0] = first;
    fds[1] = second;
    return 0;
}

/* --- names --- */

int coil__sim_socket_bind(struct driver *driver, int fd, const struct sockaddr *address,
                          uint32_t length)
{
    struct sim_driver *self = sim_of(driver);
    struct sim_ip ip;
    int err;
    struct sim_socket *socket = coil__sim_socket(self, fd, &err);

    if (err)
        return err;
    if (socket->family == AF_UNIX)
        return coil__sim_unix_bind(self, socket, address, length);
    err = coil__sim_ip_parse(socket, address, length, &ip);
    return err ? err : coil__sim_ip_bind(self, socket, &ip);
}

int coil__sim_socket_listen(struct driver *driver, int fd, int backlog)
{
    struct sim_driver *self = sim_of(driver);
    int err;
    struct sim_socket *socket = coil__sim_socket(self, fd, &err);

    if (err)
        return err;
    if (socket->type != SOCK_STREAM)
        return -EOPNOTSUPP;
    if (socket->state != SIM_IDLE && socket->state != SIM_LISTENING)
        return -EINVAL;
    if (socket->family == AF_UNIX && socket->name == NULL)
        return -EINVAL;
    if (socket->family != AF_UNIX && socket->local.port == 0)
        err = coil__sim_ip_bind_any(self, socket);
    else if (socket->family != AF_UNIX && socket->state == SIM_IDLE)
        err = coil__sim_ip_may_listen(self, socket);
    if (err)
        return err;
    socket->backlog_most = backlog < 0 ? 4096 : backlog > 4096 ? 4096 : (unsigned)backlog;
    socket->state = SIM_LISTENING;
    return 0;
}

/* An internet socket without a name has one of zeros. */
static void tell_ip(const struct sim_socket *socket, const struct sim_ip *ip,
                    struct sockaddr *address, uint32_t *length)
{
    struct sim_ip none = {.host = IN6ADDR_ANY_INIT};

    coil__sim_ip_tell(socket, ip->port ? ip : &none, address, length);
}

/* TCP forgets the peer when both have ended their direction. */
static bool is_over(const struct sim_socket *socket)
{
    if (socket->state != SIM_CONNECTED || socket->reset)
        return true;
    return socket->type == SOCK_STREAM && socket->family != AF_UNIX && socket->in_ended &&
           socket->out_ended;
}

int coil__sim_socket_name(struct driver *driver, int fd, bool peer, struct sockaddr *address,
                          uint32_t *length)
{
    int err;
    struct sim_socket *socket = coil__sim_socket(sim_of(driver), fd, &err);

    if (err)
        return err;
    if (peer && is_over(socket))
        return -ENOTCONN;
    if (socket->family == AF_UNIX)
        coil__sim_unix_tell(peer ? socket->peer_name : socket->name, address, length);
    else
        tell_ip(socket, peer ? &socket->remote : &socket->local, address, length);
    return 0;
}

int coil__sim_socket_shutdown(struct driver *driver, int fd, int how)
{
    struct sim_driver *self = sim_of(driver);
    int err;
    struct sim_socket *socket = coil__sim_socket(self, fd, &err);

    if (err)
        return err;
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
        return -EINVAL;
    if (socket->state == SIM_LISTENING && socket->type == SOCK_STREAM) {
        if (how != SHUT_WR)
            coil__sim_listen_end(self, socket);
        return 0;
    }
    if (is_over(socket)) /* a Unix socket takes it as a wish for later; that is not kept */
        return socket->family == AF_UNIX ? 0 : -ENOTCONN;
    coil__sim_stream_shutdown(self, socket, how != SHUT_WR, how != SHUT_RD);
    return 0;
}

void coil__sim_header_clear(struct sim_transfer *what)
{
    if (what->header == NULL)
        return;
    what->header->msg_namelen = 0;
    what->header->msg_controllen = 0;
    what->header->msg_flags = 0;
}
