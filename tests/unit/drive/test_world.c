/* What never waits is asked of the driver, and answers alike on all three. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "world.h"

static bool thief;

/* Another process that has the listener, too, and is faster. The linker prefers this to libc's. */
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    if (thief) {
        int taken = (int)syscall(SYS_accept4, fd, NULL, NULL, SOCK_CLOEXEC);

        CHECK(taken >= 0);
        close(taken);
        thief = false;
    }
    return (int)syscall(SYS_accept4, fd, address, length, flags);
}

DRIVER_TEST(what_the_driver_makes_has_names_and_options)
{
    struct sockaddr_in address;
    struct sockaddr_in peer;
    uint32_t length = sizeof(peer);
    uint32_t size = sizeof(int);
    struct world world;
    struct driver *driver;
    const struct world_ops *ops;
    int on = 1;
    int listener;
    int fd;

    world_open(&world, 0);
    driver = world.driver;
    ops = driver->ops->world;
    listener = world_listen(&world, &address, 4);
    CHECK(address.sin_port != 0);
    fd = ops->socket(driver, AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(ops->name(driver, fd, true, (struct sockaddr *)&peer, &length), -ENOTCONN);
    CHECK_EQ(ops->set_option(driver, fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)), 0);
    on = 0;
    CHECK_EQ(ops->get_option(driver, fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
    CHECK_EQ(on, 1);
    CHECK_EQ(do_connect(&world, fd, &address, sizeof(address)), 0);
    length = sizeof(peer);
    CHECK_EQ(ops->name(driver, fd, true, (struct sockaddr *)&peer, &length), 0);
    CHECK_EQ(peer.sin_port, address.sin_port);
    CHECK_EQ(ops->shutdown(driver, listener, 77), -EINVAL);
    world_shut(&world, fd);
    world_shut(&world, listener);
    CHECK_EQ(ops->close(driver, fd), -EBADF);
    world_close(&world);
}

DRIVER_TEST(the_file_of_a_unix_socket_is_known_and_removed)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct world world;
    struct stat about;
    int fd;

    strcpy(name.sun_path, kit_path("socket"));
    world_open(&world, 0);
    fd = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(ASK(&world, stat, name.sun_path, &about), -ENOENT);
    CHECK_EQ(ASK(&world, unlink, name.sun_path), -ENOENT);
    CHECK_EQ(ASK(&world, bind, fd, (const struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(ASK(&world, stat, name.sun_path, &about), 0);
    CHECK(S_ISSOCK(about.st_mode));
    CHECK_EQ(ASK(&world, unlink, name.sun_path), 0);
    CHECK_EQ(ASK(&world, stat, name.sun_path, &about), -ENOENT);
    world_shut(&world, fd);
    world_close(&world);
}

static int connect_to(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK_EQ(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
    return fd;
}

/* (On uring the kernel accepts, and does not wait either.) */
DRIVER_TEST(a_listener_made_elsewhere_never_blocks_the_thread)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    struct world world;
    struct probe probe;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int clients[2];

    world_open(&world, 0);
    CHECK_EQ(bind(listener, (struct sockaddr *)&address, length), 0);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    CHECK_EQ(ASK(&world, listen, listener, 8), 0);
    thief = !world_is(&world, "uring");
    probe_op(&probe, &world, OP_ACCEPT, listener);
    clients[0] = connect_to(&address);
    probe_go(&probe);
    if (thief) {
        settle(&world);
        CHECK_EQ(probe.done, 0);
    }
    CHECK(!thief);
    clients[1] = connect_to(&address);
    CHECK(world_finish(&world, &probe) >= 0);
    world_shut(&world, (int)probe.op.result);
    world_shut(&world, listener);
    close_both(clients);
    world_close(&world);
}
