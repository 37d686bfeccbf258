/*
 * Datagram endpoints: a socket with one owner and any number of tasks that wait on it. Closing ends
 * what they wait for, and the last of them to leave takes the memory away.
 */
#include <coil/datagram.h>

#include <coil/sock.h>

#include "base/alloc.h"
#include "io/world.h"

struct coil_datagram {
    int fd; /* -1: closed */
    unsigned users;
};

static int set_options(int fd, const struct coil_datagram_options *options)
{
    int err = 0;

    if (options != NULL && options->reuse_port)
        err = coil_sock_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (err == 0 && options != NULL && options->broadcast)
        err = coil_sock_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
    return err;
}

/* Only notes the address: it never waits. */
static int set_remote(int fd, const struct coil_address *remote)
{
    return WORLD(loop_here("coil_datagram_open"), connect, fd, &remote->as.any, remote->length);
}

static int prepare(int fd, const struct coil_address *local, const struct coil_address *remote,
                   const struct coil_datagram_options *options)
{
    int err = set_options(fd, options);

    if (err == 0 && local != NULL)
        err = coil_sock_bind(fd, local);
    if (err == 0 && remote != NULL)
        err = set_remote(fd, remote);
    return err;
}

static bool is_address(const struct coil_address *address)
{
    return address == NULL || address->length >= sizeof(sa_family_t);
}

int coil_datagram_open(const struct coil_address *local, const struct coil_address *remote,
                       const struct coil_datagram_options *options, struct coil_datagram **out)
{
    const struct coil_address *either = local != NULL ? local : remote;
    struct coil_loop *loop = loop_here("coil_datagram_open");
    struct coil_datagram *self;
    int fd, err;

    if (either == NULL || !is_address(local) || !is_address(remote) ||
        (remote != NULL && remote->as.any.sa_family != either->as.any.sa_family))
        return -EINVAL;
    fd = coil_sock_open(either->as.any.sa_family, SOCK_DGRAM, 0);
    if (fd < 0)
        return fd;
    self = mem_zalloc(sizeof(*self));
    err = self != NULL ? prepare(fd, local, remote, options) : -ENOMEM;
    if (err != 0) {
        WORLD(loop, close, fd);
        mem_free(self);
        return err;
    }
    self->fd = fd;
    *out = self;
    return 0;
}

static void leave(struct coil_datagram *self)
{
    if (--self->users == 0 && self->fd < 0)
        mem_free(self);
}

void coil_datagram_close(struct coil_datagram *endpoint)
{
    int fd;

    if (endpoint == NULL)
        return;
    fd = endpoint->fd;
    endpoint->fd = -1;
    endpoint->users++;
    WORLD(loop_here("coil_datagram_close"), close, fd);
    leave(endpoint);
}

coil_async int64_t coil_datagram_recv(struct coil_datagram *endpoint, void *data, size_t size,
                                      struct coil_address *from)
{
    int64_t received;

    endpoint->users++;
    received = coil_sock_recvfrom(endpoint->fd, data, size, from);
    leave(endpoint);
    return received;
}

coil_async int coil_datagram_send(struct coil_datagram *endpoint, const void *data, size_t size,
                                  const struct coil_address *to)
{
    int64_t sent;

    endpoint->users++;
    sent = coil_sock_sendto(endpoint->fd, data, size, to);
    leave(endpoint);
    return sent < 0 ? (int)sent : 0;
}

int coil_datagram_address(const struct coil_datagram *endpoint, struct coil_address *out)
{
    return coil_sock_name(endpoint->fd, out);
}

int coil_datagram_fd(const struct coil_datagram *endpoint)
{
    return endpoint->fd;
}
