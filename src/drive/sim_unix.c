/* The names of Unix sockets: files, or abstract. */
#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "drive/sim_files.h"
#include "drive/sim_net.h"

#define PATH_AT offsetof(struct sockaddr_un, sun_path)

struct sim_name *coil__sim_name_ref(struct sim_name *name)
{
    if (name != NULL)
        name->refs++;
    return name;
}

void coil__sim_name_unref(struct sim_name *name)
{
    if (name != NULL && --name->refs == 0)
        mem_free(name);
}

void coil__sim_unix_tell(const struct sim_name *name, struct sockaddr *address, uint32_t *length)
{
    static const struct sockaddr_un unnamed = {.sun_family = AF_UNIX};
    const void *full =
        name ? (const char *)name + offsetof(struct sim_name, address) : (const char *)&unnamed;
    uint32_t size = name ? name->length : (uint32_t)PATH_AT;

    memcpy(address, full, *length < size ? *length : size);
    *length = size;
}

/* Copies an address, so that a path ends with a zero; it may fill all of it. */
static int parse(const struct sockaddr *address, uint32_t length, struct sim_name *out)
{
    if (length < PATH_AT || length > sizeof(out->address))
        return -EINVAL;
    if (address->sa_family != AF_UNIX)
        return -EINVAL;
    memset(&out->address, 0, sizeof(out->address));
    memset(out->zero, 0, sizeof(out->zero));
    memcpy(&out->address, address, length);
    out->length = length;
    if (length == PATH_AT || out->address.sun_path[0] == '\0')
        return 0;
    out->length = (uint32_t)(PATH_AT + strnlen(out->address.sun_path, length - PATH_AT) + 1);
    return 0;
}

static bool is_abstract(const struct sim_name *name)
{
    return name->address.sun_path[0] == '\0';
}

/* Each type of socket has names of its own. */
static struct sim_socket *find_abstract(struct sim_driver *self, int type,
                                        const struct sim_name *name)
{
    struct coil_link *at;

    list_each (at, &self->names) {
        struct sim_socket *socket = container_of(at, struct sim_socket, place);

        if (socket->type == type && socket->name->length == name->length &&
            memcmp(&socket->name->address, &name->address, name->length) == 0)
            return socket;
    }
    return NULL;
}

/* As autobind does: five digits. */
static void choose_name(struct sim_driver *self, int type, struct sim_name *name)
{
    char digits[16];

    do {
        snprintf(digits, sizeof(digits), "%05x", self->next_name++ & 0xfffffu);
        memcpy(name->address.sun_path + 1, digits, 5);
        name->length = PATH_AT + 6;
    } while (find_abstract(self, type, name) != NULL);
}

static int bind_file(struct sim_driver *self, struct sim_socket *socket, const char *path)
{
    struct sim_place place;
    int err = coil__sim_find(self, path, SIM_NAMED, &place);

    if (err)
        return err;
    if (place.node != NULL)
        return -EADDRINUSE;
    if (place.must_be_directory)
        return -ENOENT;
    socket->node = coil__sim_node_make(self, &place, SIM_SOCKET, S_IFSOCK | 0777);
    if (socket->node == NULL)
        return -ENOMEM;
    socket->node->socket = socket;
    return 0;
}

static int bind_name(struct sim_driver *self, struct sim_socket *socket, struct sim_name *name)
{
    if (name->length == PATH_AT)
        choose_name(self, socket->type, name);
    if (!is_abstract(name))
        return bind_file(self, socket, name->address.sun_path);
    if (find_abstract(self, socket->type, name) != NULL)
        return -EADDRINUSE;
    list_append(&self->names, &socket->place);
    return 0;
}

int coil__sim_unix_bind(struct sim_driver *self, struct sim_socket *socket,
                        const struct sockaddr *address, uint32_t length)
{
    struct sim_name *name = mem_zalloc(sizeof(*name));
    int err;

    if (name == NULL)
        return -ENOMEM;
    name->refs = 1;
    err = parse(address, length, name);
    if (err == 0 && socket->name != NULL)
        err = -EINVAL;
    if (err == 0)
        err = bind_name(self, socket, name);
    if (err)
        mem_free(name);
    else
        socket->name = name;
    return err;
}

static int find_file(struct sim_driver *self, const char *path, struct sim_socket **out)
{
    struct sim_place place;
    int err = coil__sim_find(self, path, SIM_FOLLOWED, &place);

    if (err)
        return err;
    if (place.node == NULL)
        return -ENOENT;
    *out = place.node->socket;
    return 0;
}

int coil__sim_unix_find(struct sim_driver *self, const struct sim_socket *from,
                        const struct sockaddr *address, uint32_t length, struct sim_socket **out)
{
    struct sim_socket *found = NULL;
    struct sim_name name;
    int err = parse(address, length, &name);

    if (err)
        return err;
    if (name.length == PATH_AT)
        return -EINVAL;
    if (is_abstract(&name))
        found = find_abstract(self, from->type, &name);
    else
        err = find_file(self, name.address.sun_path, &found);
    if (err)
        return err;
    if (found == NULL)
        return -ECONNREFUSED;
    if (found->type != from->type)
        return -EPROTOTYPE;
    *out = found;
    return 0;
}
