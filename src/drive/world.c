/* What never waits, for the drivers that live in the real world. */
#include "drive/drive.h"

#include "mach/sys_files.h"
#include "mach/sys_io.h"

static int real_socket(struct driver *driver, int family, int type, int protocol)
{
    int fd = coil__sys_socket(family, type, protocol);

    if (fd >= 0)
        driver->ops->forget(driver, fd);
    return fd;
}

/* Both or none. */
static int made_pair(struct driver *driver, int err, const int fds[2])
{
    if (err == 0) {
        driver->ops->forget(driver, fds[0]);
        driver->ops->forget(driver, fds[1]);
    }
    return err;
}

static int real_socketpair(struct driver *driver, int family, int type, int fds[2])
{
    return made_pair(driver, coil__sys_socketpair(family, type, fds), fds);
}

static int real_pipe(struct driver *driver, int fds[2])
{
    return made_pair(driver, coil__sys_pipe(fds), fds);
}

static int real_bind(struct driver *driver, int fd, const struct sockaddr *address, uint32_t length)
{
    (void)driver;
    return coil__sys_bind(fd, address, length);
}

static int real_stat(struct driver *driver, const char *path, struct stat *out)
{
    (void)driver;
    return coil__sys_stat(path, true, out);
}

static int real_unlink(struct driver *driver, const char *path)
{
    (void)driver;
    return coil__sys_unlink(path, 0);
}

/* Of a listener that other processes accept from, too, one of them may take the connection that
 * we were told of, and accept4 has no flag that keeps us from waiting for the next one. */
static int real_listen(struct driver *driver, int fd, int backlog)
{
    int err = coil__sys_set_nonblocking(fd);

    (void)driver;
    return err ? err : coil__sys_listen(fd, backlog);
}

static int real_connect(struct driver *driver, int fd, const struct sockaddr *address,
                        uint32_t length)
{
    (void)driver;
    return coil__sys_connect(fd, address, length);
}

static int real_name(struct driver *driver, int fd, bool peer, struct sockaddr *address,
                     uint32_t *length)
{
    (void)driver;
    return coil__sys_name(fd, peer, address, length);
}

static int real_set_option(struct driver *driver, int fd, int level, int name, const void *value,
                           uint32_t length)
{
    (void)driver;
    return coil__sys_set_option(fd, level, name, value, length);
}

static int real_get_option(struct driver *driver, int fd, int level, int name, void *value,
                           uint32_t *length)
{
    (void)driver;
    return coil__sys_get_option(fd, level, name, value, length);
}

static int real_shutdown(struct driver *driver, int fd, int how)
{
    (void)driver;
    return coil__sys_shutdown(fd, how);
}

static int real_close(struct driver *driver, int fd)
{
    int kept = 0;

    driver->ops->forget(driver, fd);
    if (driver->ops->keep != NULL)
        kept = driver->ops->keep(driver, fd);
    if (kept != 0)
        return kept < 0 ? kept : 0;
    return coil__sys_close(fd);
}

const struct world_ops coil__world_real = {
    .socket = real_socket,
    .socketpair = real_socketpair,
    .pipe = real_pipe,
    .bind = real_bind,
    .stat = real_stat,
    .unlink = real_unlink,
    .listen = real_listen,
    .connect = real_connect,
    .name = real_name,
    .set_option = real_set_option,
    .get_option = real_get_option,
    .shutdown = real_shutdown,
    .close = real_close,
};
