/* What is done to files as wholes: size and mode, names of their own and symbolic links. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "drive/sim_files.h"

/* --- size and mode --- */

static int set_mode(struct sim_driver *self, struct stat *info, int64_t mode)
{
    uid_t us = geteuid();

    if (us != 0 && us != info->st_uid)
        return -EPERM;
    info->st_mode = (info->st_mode & S_IFMT) | ((mode_t)mode & 07777);
    info->st_ctim = coil__sim_time(self);
    return 0;
}

int64_t coil__sim_content_set(struct sim_driver *self, struct sim_content *content,
                              const struct op *op)
{
    int err;

    if (op->kind == OP_TRUNCATE)
        return coil__sim_content_resize(self, content, op->set.value);
    err = set_mode(self, &content->info, op->set.value);
    if (err == 0)
        coil__sim_content_own(content);
    return err;
}

static int64_t set_file(struct sim_driver *self, struct sim_node *node, const struct op *op)
{
    struct sim_content *content;
    int64_t result = coil__sim_content_of(self, node, &content);

    if (result)
        return result;
    result = coil__sim_content_set(self, content, op);
    coil__sim_content_unref(self, content);
    return result;
}

static int64_t set_now(struct sim_driver *self, const struct op *op)
{
    struct sim_place place;
    int err;

    if (op->kind == OP_TRUNCATE && op->set.value < 0)
        return -EINVAL;
    err = coil__sim_find(self, op->set.path, SIM_FOLLOWED, &place);
    if (err || place.node == NULL)
        return err ? err : -ENOENT;
    if (place.node->type == SIM_FILE)
        return set_file(self, place.node, op);
    if (op->kind == OP_TRUNCATE)
        return place.node->type == SIM_DIRECTORY ? -EISDIR : -EINVAL;
    err = set_mode(self, &place.node->info, op->set.value);
    if (err == 0)
        place.node->changed = true;
    return err;
}

/* --- links --- */

/* A place for a new name that is no directory's. */
static int find_free(struct sim_driver *self, const char *path, struct sim_place *place)
{
    int err = coil__sim_find(self, path, SIM_NAMED, place);

    if (err == 0 && place->node != NULL)
        return -EEXIST;
    return err == 0 && place->must_be_directory ? -ENOENT : err;
}

static int64_t symlink_now(struct sim_driver *self, const struct op *op)
{
    size_t size = strlen(op->rename.from);
    struct sim_place place;
    int err;

    if (size == 0 || size >= PATH_MAX)
        return size == 0 ? -ENOENT : -ENAMETOOLONG;
    err = find_free(self, op->rename.to, &place);
    return err ? err : coil__sim_node_symlink(self, &place, op->rename.from);
}

static int64_t readlink_now(struct sim_driver *self, const struct op *op)
{
    struct sim_place place;
    int err = coil__sim_find(self, op->readlink.path, SIM_NOT_FOLLOWED, &place);

    if (err || place.node == NULL)
        return err ? err : -ENOENT;
    if (place.node->type != SIM_LINK)
        return -EINVAL;
    return coil__sim_node_target(place.node, op->readlink.target, op->readlink.size);
}

static int64_t link_file(struct sim_driver *self, struct sim_node *node, struct sim_place *to)
{
    struct sim_content *content;
    int err = coil__sim_content_of(self, node, &content);

    if (err)
        return err;
    err = coil__sim_node_share(self, to, content);
    coil__sim_content_unref(self, content);
    return err;
}

/* A symbolic link that gets another name is one more that says the same: nobody can tell. */
static int64_t link_link(struct sim_driver *self, struct sim_node *node, struct sim_place *to)
{
    char target[PATH_MAX];
    int64_t size = coil__sim_node_target(node, target, sizeof(target) - 1);

    if (size < 0)
        return size;
    target[size] = '\0';
    return coil__sim_node_symlink(self, to, target);
}

static int64_t link_now(struct sim_driver *self, const struct op *op)
{
    struct sim_place from, to;
    int err = coil__sim_find(self, op->rename.from, SIM_NOT_FOLLOWED, &from);

    if (err == 0 && from.node == NULL)
        err = -ENOENT;
    if (err == 0)
        err = find_free(self, op->rename.to, &to);
    if (err)
        return err;
    switch (from.node->type) {
    case SIM_FILE: return link_file(self, from.node, &to);
    case SIM_LINK: return link_link(self, from.node, &to);
    default: return -EPERM;
    }
}

int64_t coil__sim_change_now(struct sim_driver *self, const struct op *op)
{
    switch (op->kind) {
    case OP_LINK: return link_now(self, op);
    case OP_SYMLINK: return symlink_now(self, op);
    case OP_READLINK: return readlink_now(self, op);
    default: return set_now(self, op);
    }
}
