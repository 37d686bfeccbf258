/*
 * Datagram endpoints: a socket with one owner and any number of tasks that wait on it. Closing ends
 * what they wait for, and the last of them to leave takes the memory away.
 */
#include <coil/datagram.h>

#include <coil/sock.h>

#include "base/alloc.h"
#include "io/stale.h"
#include "io/world.h"

struct coil_datagram {
    int fd; /* -1: closed */
    unsigned users;
    bool given_up; /* by coil_datagram_close: the last user frees it */
    struct coil_loop *loop;
    struct loop_guest guest;
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
        err = coil__bind_over_stale(fd, SOCK_DGRAM, local);
    if (err == 0 && remote != NULL)
        err = set_remote(fd, remote);
    return err;
}

static bool is_address(const struct coil_address *address)
{
    return address == NULL || address->length >= sizeof(sa_family_t);
}

/* What is out on it ends with -EBADF. */
static void shut(struct coil_datagram *self)
{
    if (self->fd < 0)
        return;
    WORLD(self->loop, close, self->fd);
    self->fd = -1;
    list_leave(&self->guest.link);
}

static void loop_closes(struct loop_guest *guest)
{
    shut(container_of(guest, struct coil_datagram, guest));
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
    self->loop = loop;
    self->guest.loop_closes = loop_closes;
    list_append(&loop->guests, &self->guest.link);
    *out = self;
    return 0;
}

static void leave(struct coil_datagram *self)
{
    if (--self->users == 0 && self->given_up)
        mem_free(self);
}

void coil_datagram_close(struct coil_datagram *endpoint)
{
    if (endpoint == NULL)
        return;
    if (endpoint->fd >= 0)
        loop_owned(endpoint->loop, "coil_datagram_close");
    shut(endpoint);
    endpoint->given_up = true;
    endpoint->users++;
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
