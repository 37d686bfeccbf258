#include "io/stale.h"

#include <sys/stat.h>

#include <coil/sock.h>

#include "io/world.h"

/* The name of a Unix socket's file, or NULL. */
static const char *path_of(const struct coil_address *address, char *room)
{
    size_t size = address->length - offsetof(struct sockaddr_un, sun_path);

    if (address->as.any.sa_family != AF_UNIX || address->as.unix_path.sun_path[0] == '\0')
        return NULL;
    memcpy(room, address->as.unix_path.sun_path, size);
    room[size] = '\0';
    return room;
}

/* Somebody who is there but busy, or talks in another way, is not gone: only a refusal says so. */
static bool is_stale(const char *path, int type, const struct coil_address *address)
{
    struct coil_loop *loop = loop_here("bind");
    struct stat about;
    int probe, err;

    if (WORLD(loop, stat, path, &about) != 0 || !S_ISSOCK(about.st_mode))
        return false;
    probe = coil_sock_open(AF_UNIX, type, 0);
    if (probe < 0)
        return false;
    err = WORLD(loop, connect, probe, &address->as.any, address->length);
    WORLD(loop, close, probe);
    return err == -ECONNREFUSED;
}

int coil__bind_over_stale(int fd, int type, const struct coil_address *address)
{
    char room[sizeof(address->as.unix_path.sun_path) + 1];
    const char *path;
    int err = coil_sock_bind(fd, address);

    if (err != -EADDRINUSE || (path = path_of(address, room)) == NULL ||
        !is_stale(path, type, address))
        return err;
    WORLD(loop_here("bind"), unlink, path);
    return coil_sock_bind(fd, address);
}
