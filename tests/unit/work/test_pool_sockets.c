/* Sockets beside those that listen already. */
#include <coil/sock.h>

#include "io/server.h"
#include "pools.h"
#include "work/pool_sockets.h"

static coil_async void serve_nobody(struct coil_stream *client, void *unused)
{
    (void)client;
    (void)unused;
}

static coil_async struct coil_server *start(bool reuse_port)
{
    struct coil_server_options options = {.reuse_port = reuse_port};
    struct coil_server *server;

    CHECK_EQ(coil_start_server_with(serve_nobody, NULL, "127.0.0.1", 0, &options, &server), 0);
    return server;
}

static struct coil_address address_of(int fd)
{
    struct coil_address address;

    CHECK_EQ(coil_sock_name(fd, &address), 0);
    return address;
}

static void check_beside(struct coil_server *server, bool shareable, bool shares)
{
    struct pool_sockets sockets = {0};
    struct coil_address first = address_of(server->listeners[0].fd), second;
    int on = 0;

    CHECK_EQ(coil__pool_sockets_open(&sockets, server, shareable), 0);
    CHECK_EQ(sockets.count, 1);
    second = address_of(sockets.fds[0]);
    CHECK_EQ(coil_address_port(&second), coil_address_port(&first));
    CHECK_EQ(coil_sock_get(sockets.fds[0], SOL_SOCKET, SO_REUSEPORT, &on), 0);
    CHECK_EQ(on, shares);
    CHECK_EQ(coil_sock_get(sockets.fds[0], SOL_SOCKET, SO_ACCEPTCONN, &on), 0);
    CHECK_EQ(on, 1);
    coil__pool_sockets_close(&sockets);
    CHECK_EQ(sockets.count, 0);
}

static coil_async struct coil_result share(void *unused)
{
    struct coil_server *server = start(false);

    (void)unused;
    CHECK(coil__pool_sockets_share(server));
    check_beside(server, true, true);
    coil_server_unref(server);
    return coil_value(NULL);
}

TEST(a_server_that_was_bound_alone_is_opened_to_sharing)
{
    CHECK_EQ(coil_run(share, NULL).status, 0);
}

static coil_async struct coil_result duplicate(void *unused)
{
    struct coil_server *server = start(false);

    (void)unused;
    check_beside(server, false, false); /* told that it cannot be shared */
    check_beside(server, true, false);  /* found out */
    coil_server_unref(server);
    return coil_value(NULL);
}

TEST(what_cannot_be_shared_is_duplicated)
{
    CHECK_EQ(coil_run(duplicate, NULL).status, 0);
}
