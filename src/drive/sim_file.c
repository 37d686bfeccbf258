/* Open files. */
#include <errno.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "drive/sim_files.h"

struct file {
    struct sim_thing thing;
    struct sim_content *content;
    int flags;
    int64_t position;
};

static struct file *file_of(struct sim_thing *thing)
{
    return container_of(thing, struct file, thing);
}

static int64_t file_take(struct sim_driver *self, struct sim_thing *thing,
                         struct sim_transfer *what)
{
    struct file *file = file_of(thing);
    int64_t at = what->offset < 0 ? file->position : what->offset;
    int64_t taken;

    (void)self;
    if ((file->flags & O_ACCMODE) == O_WRONLY)
        return -EBADF;
    if (S_ISDIR(file->content->info.st_mode))
        return -EISDIR;
    taken = coil__sim_content_read(file->content, what->parts, what->count, what->limit, at);
    if (taken > 0 && what->offset < 0)
        file->position += taken;
    return taken;
}

/* O_APPEND goes before an offset, as in Linux. */
static int64_t file_give(struct sim_driver *self, struct sim_thing *thing,
                         struct sim_transfer *what)
{
    struct file *file = file_of(thing);
    int64_t at = what->offset < 0 ? file->position : what->offset;
    int64_t given;

    if ((file->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if (file->flags & O_APPEND)
        at = file->content->info.st_size;
    given = coil__sim_content_write(self, file->content, what->parts, what->count, what->limit, at);
    if (given > 0 && what->offset < 0)
        file->position = at + given;
    return given;
}

static int file_stat(struct sim_thing *thing, struct stat *out)
{
    *out = file_of(thing)->content->info;
    return 0;
}

static int file_close(struct sim_driver *self, struct sim_thing *thing)
{
    struct file *file = file_of(thing);

    coil__sim_content_unref(self, file->content);
    mem_free(file);
    return 0;
}

static const struct sim_kind file_kind = {
    .take = file_take,
    .give = file_give,
    .close = file_close,
    .stat = file_stat,
    .seekable = true,
};

/* An open directory does not know its name, where its mode is. */
int64_t coil__sim_file_set(struct sim_driver *self, struct sim_thing *thing, const struct op *op)
{
    struct file *file = file_of(thing);

    if (thing->kind != &file_kind || S_ISDIR(file->content->info.st_mode))
        return -EINVAL;
    if (op->kind == OP_TRUNCATE && (op->set.value < 0 || (file->flags & O_ACCMODE) == O_RDONLY))
        return -EINVAL;
    return coil__sim_content_set(self, file->content, op);
}

int coil__sim_file_open(struct sim_driver *self, struct sim_content *content, int flags)
{
    struct file *file = mem_zalloc(sizeof(*file));
    int fd = file ? coil__sim_thing_open(self, &file->thing, &file_kind) : -ENOMEM;

    if (fd < 0) {
        coil__sim_content_unref(self, content);
        mem_free(file);
        return fd;
    }
    file->content = content;
    file->flags = flags;
    return fd;
}

struct sim_content *coil__sim_file_content(struct sim_thing *thing)
{
    if (thing->kind != &file_kind || (file_of(thing)->flags & O_ACCMODE) == O_WRONLY ||
        S_ISDIR(file_of(thing)->content->info.st_mode))
        return NULL;
    return file_of(thing)->content;
}
