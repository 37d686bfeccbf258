/* Names of Unix sockets; as Linux does it. */
#include <stddef.h>
#include <stdio.h>

#include "sim_world.h"

static struct sockaddr_un local(const char *path, uint32_t *length)
{
    struct sockaddr_un out = {.sun_family = AF_UNIX};

    strcpy(out.sun_path, path);
    *length = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
    return out;
}

static struct sockaddr_un hidden(const char *name, uint32_t *length)
{
    struct sockaddr_un out = {.sun_family = AF_UNIX};

    snprintf(out.sun_path + 1, sizeof(out.sun_path) - 1, "%s-%d", name, getpid());
    *length = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(out.sun_path + 1));
    return out;
}

static int bind_to(struct world *world, int fd, const struct sockaddr_un *name, uint32_t length)
{
    return ASK(world, bind, fd, (const struct sockaddr *)name, length);
}

static void talk(struct world *world, const struct sockaddr_un *name, uint32_t length)
{
    const struct world_ops *ops = world->driver->ops->world;
    int listener = make_socket(world, AF_UNIX, SOCK_STREAM);
    int second = make_socket(world, AF_UNIX, SOCK_STREAM);
    int wrong = make_socket(world, AF_UNIX, SOCK_DGRAM);
    int client = make_socket(world, AF_UNIX, SOCK_STREAM);
    struct sockaddr_storage seen;
    uint32_t size = sizeof(seen);
    char data[4];
    int accepted;

    CHECK_EQ(ops->listen(world->driver, listener, 4), -EINVAL);
    CHECK_EQ(bind_to(world, listener, name, length), 0);
    CHECK_EQ(bind_to(world, second, name, length), -EADDRINUSE);
    CHECK_EQ(do_connect(world, client, name, length), -ECONNREFUSED);
    CHECK_EQ(ops->listen(world->driver, listener, 4), 0);
    CHECK_EQ(do_connect(world, wrong, name, length),
             name->sun_path[0] ? -EPROTOTYPE : -ECONNREFUSED);
    CHECK_EQ(do_connect(world, client, name, length), 0);
    accepted = (int)do_accept(world, listener);
    CHECK_EQ(do_data(world, OP_SEND, client, "abc", 3), 3);
    CHECK_EQ(do_data(world, OP_RECV, accepted, data, 4), 3);
    CHECK_EQ(ops->name(world->driver, client, true, (struct sockaddr *)&seen, &size), 0);
    CHECK_EQ(size, length);
    CHECK_EQ(memcmp(&seen, name, length), 0);
    size = sizeof(seen);
    CHECK_EQ(ops->name(world->driver, accepted, true, (struct sockaddr *)&seen, &size), 0);
    CHECK_EQ(size, sizeof(sa_family_t));
    world_shut(world, accepted);
    world_shut(world, client);
    world_shut(world, wrong);
    world_shut(world, second);
    world_shut(world, listener);
}

DRIVER_TEST(a_path_is_a_name_and_stays_until_it_is_unlinked)
{
    struct folder folder;
    struct world world;
    struct sockaddr_un name;
    struct stat info;
    uint32_t length;
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    name = local(in(&folder, "s"), &length);
    fd = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, fd, &name, length), -ENOENT);
    talk(&world, &name, length);
    CHECK_EQ(do_stat(&world, name.sun_path, &info), 0);
    CHECK(S_ISSOCK(info.st_mode));
    CHECK_EQ(do_connect(&world, fd, &name, length), -ECONNREFUSED);
    CHECK_EQ(bind_to(&world, fd, &name, length), -EADDRINUSE);
    CHECK_EQ(do_unlink(&world, name.sun_path, 0), 0);
    CHECK_EQ(bind_to(&world, fd, &name, length), 0);
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(an_abstract_name_goes_with_its_socket)
{
    struct world world;
    struct sockaddr_un name;
    uint32_t length;
    int fd;

    world_open(&world, 0);
    name = hidden("coil", &length);
    talk(&world, &name, length);
    fd = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, fd, &name, length), -ECONNREFUSED);
    CHECK_EQ(bind_to(&world, fd, &name, sizeof(sa_family_t)), 0);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(datagrams_tell_the_name_of_their_sender)
{
    struct world world;
    struct sockaddr_un a_name, b_name;
    struct sockaddr_storage from;
    uint32_t a_length, b_length;
    char data[4];
    int a, b;

    world_open(&world, 0);
    a = make_socket(&world, AF_UNIX, SOCK_DGRAM);
    b = make_socket(&world, AF_UNIX, SOCK_DGRAM);
    a_name = hidden("a", &a_length);
    b_name = hidden("b", &b_length);
    CHECK_EQ(bind_to(&world, a, &a_name, a_length), 0);
    CHECK_EQ(bind_to(&world, b, &b_name, b_length), 0);
    CHECK_EQ(do_data(&world, OP_SEND, a, "x", 1), -ENOTCONN);
    CHECK_EQ(do_connect(&world, a, &b_name, b_length), 0);
    CHECK_EQ(do_data(&world, OP_SEND, a, "abc", 3), 3);
    CHECK_EQ(receive_from(&world, b, data, 4, &from, 0), 3);
    CHECK_EQ(memcmp(&from, &a_name, a_length), 0);
    world_shut(&world, b);
    CHECK_EQ(do_data(&world, OP_SEND, a, "abc", 3), -ECONNREFUSED);
    world_shut(&world, a);
    world_close(&world);
}
