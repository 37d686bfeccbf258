/* Ops on paths. */
#include <errno.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "drive/files.h"
#include "drive/sim_files.h"
#include "mach/sys_io.h"

/* The process's mask. umask(2) cannot be asked without being set, for all threads. */
static uint32_t mask_of(struct sim_driver *self)
{
    char text[4096];
    struct iovec part = {text, sizeof(text) - 1};
    int64_t size = -1;
    const char *at;
    int fd;

    if (self->mask_known)
        return self->mask;
    fd = coil__sys_open("/proc/self/status", O_RDONLY, 0);
    if (fd >= 0) {
        size = coil__sys_readv(fd, &part, 1, OP_STREAM);
        coil__sys_close(fd);
    }
    text[size > 0 ? size : 0] = '\0';
    at = strstr(text, "Umask:");
    self->mask = at ? (uint32_t)strtoul(at + 6, NULL, 8) : 022;
    self->mask_known = true;
    return self->mask;
}

static uint32_t masked(struct sim_driver *self, uint32_t mode)
{
    return mode & 07777 & ~mask_of(self);
}

/* --- open --- */

static int64_t open_new(struct sim_driver *self, struct sim_place *place, const struct op *op)
{
    struct sim_node *node;

    if (!(op->open.flags & O_CREAT))
        return -ENOENT;
    if (place->must_be_directory)
        return -EISDIR;
    node = coil__sim_node_make(self, place, SIM_FILE, S_IFREG | masked(self, op->open.mode));
    if (node == NULL)
        return -ENOMEM;
    node->content->refs++;
    return coil__sim_file_open(self, node->content, op->open.flags);
}

static int64_t open_file(struct sim_driver *self, struct sim_node *node, const struct op *op)
{
    struct sim_content *content;
    int err;

    if (op->open.flags & O_DIRECTORY)
        return -ENOTDIR;
    err = coil__sim_content_of(self, node, &content);
    if (err)
        return err;
    if (op->open.flags & O_TRUNC) /* to be read only, too */
        coil__sim_content_resize(self, content, 0);
    return coil__sim_file_open(self, content, op->open.flags);
}

static int64_t open_directory(struct sim_driver *self, struct sim_node *node, const struct op *op)
{
    struct sim_content *content;

    if ((op->open.flags & O_ACCMODE) != O_RDONLY || (op->open.flags & (O_CREAT | O_TRUNC)))
        return -EISDIR;
    content = coil__sim_content_new(&node->info);
    return content ? coil__sim_file_open(self, content, op->open.flags) : -ENOMEM;
}

/* Devices and FIFOs are real ones. */
static int64_t open_real(struct sim_driver *self, struct sim_node *node, const struct op *op)
{
    struct op real = *op;

    real.open.path = node->real;
    coil__op_block(&real);
    if (real.result >= 0)
        coil__polls_forget(&self->polls, (int)real.result);
    return real.result;
}

/* Flags of which there is nothing to simulate, or which exclude each other. */
static int refused(int flags)
{
    if ((flags & O_TMPFILE) == O_TMPFILE || (flags & O_PATH))
        return -EOPNOTSUPP;
    return (flags & O_CREAT) && (flags & O_DIRECTORY) ? -EINVAL : 0;
}

/* With O_CREAT a slash at the end is refused, whatever is there. */
static int find_to_open(struct sim_driver *self, const struct op *op, struct sim_place *place)
{
    const int flags = op->open.flags, only_new = O_CREAT | O_EXCL;
    bool follow = (flags & only_new) != only_new && !(flags & O_NOFOLLOW);
    int err = 0;

    if (flags & O_CREAT)
        err = coil__sim_find(self, op->open.path, SIM_NAMED, place);
    if (err == 0 && (flags & O_CREAT) && place->name[0] != '\0' && place->must_be_directory)
        return -EISDIR;
    if (err)
        return err;
    return coil__sim_find(self, op->open.path, follow ? SIM_FOLLOWED : SIM_NOT_FOLLOWED, place);
}

static int64_t open_now(struct sim_driver *self, const struct op *op)
{
    const int only_new = O_CREAT | O_EXCL;
    struct sim_place place;
    int err = refused(op->open.flags);

    if (err)
        return err;
    if (coil__sim_fault(self))
        return -EMFILE;
    err = find_to_open(self, op, &place);
    if (err)
        return err;
    if (place.node == NULL)
        return open_new(self, &place, op);
    if ((op->open.flags & only_new) == only_new)
        return -EEXIST;
    switch (place.node->type) {
    case SIM_DIRECTORY: return open_directory(self, place.node, op);
    case SIM_FILE: return open_file(self, place.node, op);
    case SIM_LINK: return op->open.flags & O_DIRECTORY ? -ENOTDIR : -ELOOP;
    case SIM_SOCKET: return -ENXIO;
    default: return open_real(self, place.node, op);
    }
}

/* --- names --- */

static int64_t stat_now(struct sim_driver *self, const struct op *op)
{
    struct sim_place place;
    int err = coil__sim_find(self, op->stat.path, op->stat.follow ? SIM_FOLLOWED : SIM_NOT_FOLLOWED,
                             &place);

    if (err)
        return err;
    if (place.node == NULL)
        return -ENOENT;
    *op->stat.out = place.node->content ? place.node->content->info : place.node->info;
    return 0;
}

static int one_is_enough(const char *name, void *arg)
{
    (void)name;
    (void)arg;
    return -ENOTEMPTY;
}

/* By a path that ends in no name nothing is removed. */
static int not_removed(const struct sim_place *place)
{
    static const int said[] = {-EBUSY, -EINVAL, -ENOTEMPTY};

    return said[place->dots];
}

static int64_t unlink_now(struct sim_driver *self, const struct op *op)
{
    bool directory = (op->path.flags & AT_REMOVEDIR) != 0;
    struct sim_place place;
    int err = coil__sim_find(self, op->path.path, SIM_NAMED, &place);

    if (err)
        return err;
    if (place.node == NULL)
        return -ENOENT;
    if (!directory && place.node->type == SIM_DIRECTORY)
        return -EISDIR;
    if (place.node->type != SIM_DIRECTORY && (directory || place.must_be_directory))
        return -ENOTDIR;
    if (place.name[0] == '\0')
        return not_removed(&place);
    if (directory)
        err = coil__sim_node_list(place.node, one_is_enough, NULL);
    if (err == 0)
        coil__sim_node_remove(self, place.node);
    return err;
}

static int64_t mkdir_now(struct sim_driver *self, const struct op *op)
{
    struct sim_place place;
    int err = coil__sim_find(self, op->path.path, SIM_NAMED, &place);

    if (err)
        return err;
    if (place.node != NULL)
        return -EEXIST;
    return coil__sim_node_make(self, &place, SIM_DIRECTORY, S_IFDIR | masked(self, op->path.mode))
               ? 0
               : -ENOMEM;
}

static bool is_below(const struct sim_node *node, const struct sim_node *directory)
{
    while (node != NULL && node != directory)
        node = node->parent;
    return node != NULL;
}

/* Two names of one file stay two names. */
static bool is_same(const struct sim_node *from, const struct sim_node *to)
{
    return from == to || (to != NULL && to->content != NULL && to->content == from->content);
}

/* Whether one may take the place of the other. */
static int may_replace(const struct sim_place *from, const struct sim_place *to)
{
    bool directory = from->node->type == SIM_DIRECTORY;

    if (!directory && (from->must_be_directory || to->must_be_directory))
        return -ENOTDIR;
    if (is_below(to->parent, from->node))
        return -EINVAL;
    if (to->node == NULL || to->node == from->node)
        return 0;
    if (is_below(from->parent, to->node))
        return -ENOTEMPTY;
    if (directory != (to->node->type == SIM_DIRECTORY))
        return directory ? -ENOTDIR : -EISDIR;
    return directory ? coil__sim_node_list(to->node, one_is_enough, NULL) : 0;
}

static int64_t rename_now(struct sim_driver *self, const struct op *op)
{
    struct sim_place from, to;
    int err = coil__sim_find(self, op->rename.from, SIM_NAMED, &from);

    if (err == 0)
        err = coil__sim_find(self, op->rename.to, SIM_NAMED, &to);
    if (err)
        return err;
    if (from.name[0] == '\0' || to.name[0] == '\0')
        return -EBUSY;
    if (from.node == NULL)
        return -ENOENT;
    err = may_replace(&from, &to);
    if (err || is_same(from.node, to.node))
        return err;
    return coil__sim_node_move(self, from.node, &to);
}

/* --- listing: sorted, so that it is the same everywhere --- */

struct names {
    char **at;
    size_t count, room;
    size_t bytes;
};

static int add_name(const char *name, void *arg)
{
    struct names *names = arg;

    if (names->count == names->room) {
        size_t room = names->room ? names->room * 2 : 32;
        char **at = mem_realloc(names->at, room * sizeof(*at));

        if (at == NULL)
            return -ENOMEM;
        names->at = at;
        names->room = room;
    }
    names->at[names->count] = mem_strdup(name);
    if (names->at[names->count] == NULL)
        return -ENOMEM;
    names->count++;
    names->bytes += strlen(name) + 1;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int64_t pack(struct names *names, char **out)
{
    char *block = mem_alloc(names->bytes + 1);
    size_t at = 0;

    if (block == NULL)
        return -ENOMEM;
    if (names->count)
        qsort(names->at, names->count, sizeof(*names->at), by_name);
    for (size_t i = 0; i < names->count; i++) {
        size_t size = strlen(names->at[i]) + 1;

        memcpy(block + at, names->at[i], size);
        at += size;
    }
    *out = block;
    return (int64_t)names->count;
}

static int64_t list_now(struct sim_driver *self, const struct op *op)
{
    struct names names = {0};
    struct sim_place place;
    int64_t result = coil__sim_find(self, op->list.path, SIM_FOLLOWED, &place);

    if (result)
        return result;
    if (place.node == NULL)
        return -ENOENT;
    if (place.node->type != SIM_DIRECTORY)
        return -ENOTDIR;
    result = coil__sim_node_list(place.node, add_name, &names);
    if (result == 0)
        result = pack(&names, op->list.names);
    for (size_t i = 0; i < names.count; i++)
        mem_free(names.at[i]);
    mem_free(names.at);
    return result;
}

int64_t coil__sim_path_now(struct sim_driver *self, struct op *op)
{
    switch (op->kind) {
    case OP_OPEN: return open_now(self, op);
    case OP_STAT: return stat_now(self, op);
    case OP_RENAME: return rename_now(self, op);
    case OP_UNLINK: return unlink_now(self, op);
    case OP_MKDIR: return mkdir_now(self, op);
    case OP_LIST: return list_now(self, op);
    default: return coil__sim_change_now(self, op);
    }
}
