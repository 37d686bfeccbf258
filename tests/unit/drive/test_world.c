/* What never waits is asked of the driver, and answers alike on all three. */
#include "world.h"

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
