/* What the servers of a pool's other loops listen on: sockets beside those of the first. */
#include "work/pool_sockets.h"

#include <coil/file.h>
#include <coil/sock.h>

#include "base/alloc.h"
#include "io/server.h"
#include "mach/sys.h"
#include "mach/sys_process.h"

/* A socket bound beside one that listens already. */
static int bind_beside(const struct listener *listener, const struct coil_server_options *options)
{
    int family = listener->address.as.any.sa_family;
    int err, fd = coil_sock_open(family, SOCK_STREAM, 0);

    if (fd < 0)
        return fd;
    err = coil_sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (err == 0)
        err = coil_sock_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (err == 0 && family == AF_INET6)
        err = coil_sock_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    coil__server_set_options(fd, family, options->keep_alive);
    if (err == 0)
        err = coil_sock_bind(fd, &listener->address);
    if (err == 0)
        err = coil_sock_listen(fd, options->backlog > 0 ? options->backlog : SERVER_BACKLOG);
    if (err == 0)
        return fd;
    coil_close_soon(fd);
    return err;
}

static int another_like(const struct listener *listener, bool shareable,
                        const struct coil_server_options *options)
{
    int fd = shareable ? bind_beside(listener, options) : -EOPNOTSUPP;

    return fd >= 0 || fd == -EMFILE || fd == -ENFILE ? fd : coil__sys_dup(listener->fd);
}

bool coil__pool_sockets_share(const struct coil_server *first)
{
    for (size_t i = 0; i < first->listener_count; i++)
        if (coil_sock_set(first->listeners[i].fd, SOL_SOCKET, SO_REUSEPORT, 1) != 0)
            return false;
    return true;
}

int coil__pool_sockets_open(struct pool_sockets *self, const struct coil_server *first,
                            bool shareable)
{
    int fd;

    self->fds = mem_alloc(first->listener_count * sizeof(self->fds[0]));
    if (self->fds == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < first->listener_count; i++) {
        fd = another_like(&first->listeners[i], shareable, &first->options);
        if (fd < 0)
            return fd;
        self->fds[self->count++] = fd;
    }
    return 0;
}

void coil__pool_sockets_close(struct pool_sockets *self)
{
    while (self->count > 0)
        coil__sys_close(self->fds[--self->count]);
    mem_free(self->fds);
    self->fds = NULL;
}
