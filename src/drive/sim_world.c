/* What never waits: of simulated descriptors as of a kernel, of others really. */
#include <errno.h>

#include "drive/sim.h"
#include "drive/sim_files.h"
#include "drive/sim_net.h"
#include "drive/sim_socket.h"
#include "mach/sys.h"

static int world_pipe(struct driver *driver, int fds[2])
{
    return coil__sim_pipe(sim_of(driver), fds);
}

static int world_bind(struct driver *driver, int fd, const struct sockaddr *address,
                      uint32_t length)
{
    return sim_is_ours(fd) ? coil__sim_socket_bind(driver, fd, address, length)
                           : coil__world_real.bind(driver, fd, address, length);
}

static int world_stat(struct driver *driver, const char *path, struct stat *out)
{
    struct op op = {.kind = OP_STAT, .fd = -1};

    op.stat.path = path;
    op.stat.out = out;
    op.stat.follow = true;
    return (int)coil__sim_path_now(sim_of(driver), &op);
}

static int world_unlink(struct driver *driver, const char *path)
{
    struct op op = {.kind = OP_UNLINK, .fd = -1};

    op.path.path = path;
    return (int)coil__sim_path_now(sim_of(driver), &op);
}

static int world_listen(struct driver *driver, int fd, int backlog)
{
    return sim_is_ours(fd) ? coil__sim_socket_listen(driver, fd, backlog)
                           : coil__world_real.listen(driver, fd, backlog);
}

static int world_connect(struct driver *driver, int fd, const struct sockaddr *address,
                         uint32_t length)
{
    struct op op = {.kind = OP_CONNECT, .fd = fd};

    if (!sim_is_ours(fd))
        return coil__world_real.connect(driver, fd, address, length);
    op.connect.address = address;
    op.connect.length = length;
    return (int)coil__sim_now(sim_of(driver), &op);
}

static int world_name(struct driver *driver, int fd, bool peer, struct sockaddr *address,
                      uint32_t *length)
{
    return sim_is_ours(fd) ? coil__sim_socket_name(driver, fd, peer, address, length)
                           : coil__world_real.name(driver, fd, peer, address, length);
}

static int world_set_option(struct driver *driver, int fd, int level, int name, const void *value,
                            uint32_t length)
{
    return sim_is_ours(fd) ? coil__sim_set_option(sim_of(driver), fd, level, name, value, length)
                           : coil__world_real.set_option(driver, fd, level, name, value, length);
}

static int world_get_option(struct driver *driver, int fd, int level, int name, void *value,
                            uint32_t *length)
{
    return sim_is_ours(fd) ? coil__sim_get_option(sim_of(driver), fd, level, name, value, length)
                           : coil__world_real.get_option(driver, fd, level, name, value, length);
}

static int world_shutdown(struct driver *driver, int fd, int how)
{
    return sim_is_ours(fd) ? coil__sim_socket_shutdown(driver, fd, how)
                           : coil__world_real.shutdown(driver, fd, how);
}

static int world_close(struct driver *driver, int fd)
{
    return sim_is_ours(fd) ? coil__sim_thing_close(sim_of(driver), fd)
                           : coil__world_real.close(driver, fd);
}

const struct world_ops coil__sim_world = {
    .socket = coil__sim_socket_make,
    .socketpair = coil__sim_socket_pair,
    .pipe = world_pipe,
    .bind = world_bind,
    .stat = world_stat,
    .unlink = world_unlink,
    .listen = world_listen,
    .connect = world_connect,
    .name = world_name,
    .set_option = world_set_option,
    .get_option = world_get_option,
    .shutdown = world_shutdown,
    .close = world_close,
};
