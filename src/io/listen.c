/* Where a server listens: the sockets of a host's addresses, or of a path. */
#include <coil/file.h>
#include <coil/sock.h>

#include "io/address.h"
#include "io/hosts.h"
#include "io/server.h"
#include "io/stale.h"
#include "io/world.h"

#define PORT_TRIES 16 /* a port that is free on one address may be taken on the next */

struct sockets {
    int *fds;
    size_t count;
};

static void close_sockets(struct sockets *sockets)
{
    while (sockets->count > 0)
        coil_close_soon(sockets->fds[--sockets->count]);
}

static int backlog_of(const struct coil_server_options *options)
{
    return options != NULL && options->backlog > 0 ? options->backlog : SERVER_BACKLOG;
}

static int bind_and_listen(int fd, const struct coil_address *address,
                           const struct coil_server_options *options)
{
    int err = coil_sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);

    if (err == 0 && options != NULL && options->reuse_port)
        err = coil_sock_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (err == 0 && address->as.any.sa_family == AF_INET6)
        err = coil_sock_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    coil__server_set_options(fd, address->as.any.sa_family, options != NULL && options->keep_alive);
    if (err == 0)
        err = coil__bind_over_stale(fd, SOCK_STREAM, address);
    if (err != 0 || (options != NULL && options->bind_only))
        return err;
    return coil_sock_listen(fd, backlog_of(options));
}

static int listen_on(struct sockets *sockets, const struct coil_address *address,
                     const struct coil_server_options *options)
{
    int fd = coil_sock_open(address->as.any.sa_family, SOCK_STREAM, 0);
    int err;

    if (fd < 0)
        return fd;
    err = bind_and_listen(fd, address, options);
    if (err != 0)
        coil_close_soon(fd);
    else
        sockets->fds[sockets->count++] = fd;
    return err;
}

/* A machine without IPv6 still has its names. */
static bool family_missing(int err)
{
    return err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL;
}

/* On all addresses, and all on one port: if any is asked for, the one that the first gets. */
static int listen_on_all(struct sockets *sockets, const struct hosts *hosts,
                         const struct coil_server_options *options)
{
    uint16_t port = 0;
    int last = -EADDRNOTAVAIL;

    for (size_t i = 0; i < hosts->count; i++) {
        struct coil_address address = hosts->of[i];
        int err;

        if (coil_address_port(&address) == 0)
            coil_address_set_port(&address, port);
        err = listen_on(sockets, &address, options);
        if (err == 0 && coil_sock_name(sockets->fds[0], &address) == 0)
            port = coil_address_port(&address);
        if (err != 0 && !family_missing(err))
            return err;
        last = err;
    }
    return sockets->count > 0 ? 0 : last;
}

static int listen_on_hosts(struct sockets *sockets, const struct hosts *hosts, bool any_port,
                           const struct coil_server_options *options)
{
    int err = 0;

    for (int tries = 0; tries < PORT_TRIES; tries++) {
        err = listen_on_all(sockets, hosts, options);
        if (err != 0)
            close_sockets(sockets);
        if (err != -EADDRINUSE || !any_port)
            break;
    }
    return err;
}

static coil_async int look_up(struct hosts *hosts, const char *host, uint16_t port,
                              const struct coil_server_options *options)
{
    int family = options != NULL ? options->family : AF_UNSPEC;

    if (options == NULL || options->hosts == NULL)
        return coil__hosts_look_up(hosts, &host, 1, port, family);
    if ((host != NULL && *host != '\0') || options->hosts[0] == NULL)
        return -EINVAL;
    return coil__hosts_look_up(hosts, options->hosts, hosts_count(options->hosts), port, family);
}

coil_async int coil_start_server_at(coil_client_fn *fn, void *arg, const char *host, uint16_t port,
                                    const struct coil_server_options *options,
                                    struct coil_server **out, const char *place)
{
    struct hosts hosts = {.count = 0};
    struct sockets sockets = {.count = 0};
    int err = look_up(&hosts, host, port, options);

    if (err == 0) {
        sockets.fds = mem_alloc(hosts.count * sizeof(*sockets.fds));
        err = sockets.fds == NULL ? -ENOMEM : 0;
    }
    if (err == 0)
        err = listen_on_hosts(&sockets, &hosts, port == 0, options);
    if (err == 0)
        err = coil__server_new(fn, arg, sockets.fds, sockets.count, options, place, out);
    mem_free(sockets.fds);
    coil__hosts_free(&hosts);
    return err;
}

/* All of its addresses or none: whoever connects to one that listens would wait for ever. */
int coil_server_start_serving(struct coil_server *server)
{
    if (server->closed || server->started)
        return server->closed ? -ESHUTDOWN : 0;
    loop_owned(server->loop, "coil_server_start_serving");
    for (size_t i = 0; i < server->listener_count; i++) {
        int err = coil_sock_listen(server->listeners[i].fd, backlog_of(&server->options));

        if (err != 0) {
            coil_server_close(server);
            return err;
        }
    }
    server->started = true;
    coil__server_accept(server);
    return 0;
}

int coil_serve_socket_at(coil_client_fn *fn, void *arg, int fd,
                         const struct coil_server_options *options, struct coil_server **out,
                         const char *place)
{
    int err = options != NULL && options->bind_only ? 0 : coil_sock_listen(fd, backlog_of(options));

    if (err != 0) {
        coil_close_soon(fd);
        return err;
    }
    err = coil__server_new(fn, arg, &fd, 1, options, place, out);
    if (err == 0)
        (*out)->adopted = true;
    return err;
}

coil_async int coil_start_unix_server_at(coil_client_fn *fn, void *arg, const char *path,
                                         const struct coil_server_options *options,
                                         struct coil_server **out, const char *place)
{
    int fd;
    struct sockets sockets = {.fds = &fd};
    struct coil_address address;
    char *copy = NULL;
    int err = coil__address_unix(path, &address);

    if (err == 0)
        err = listen_on(&sockets, &address, options);
    if (err == 0 && *path != '@' && (copy = mem_strdup(path)) == NULL) {
        close_sockets(&sockets);
        err = -ENOMEM;
    }
    if (err == 0)
        err = coil__server_new(fn, arg, sockets.fds, sockets.count, options, place, out);
    if (err != 0)
        mem_free(copy);
    else if (copy != NULL)
        coil__server_keep_path(*out, copy);
    return err;
}
