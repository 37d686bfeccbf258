#include "ops.h"

int64_t do_open(struct world *world, const char *path, int flags)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_OPEN, -1);

    op->open.path = path;
    op->open.flags = flags;
    op->open.mode = 0644;
    return probe_run(&probe);
}

int64_t do_close(struct world *world, int fd)
{
    struct probe probe;

    probe_op(&probe, world, OP_CLOSE, fd);
    return probe_run(&probe);
}

int64_t do_unlink(struct world *world, const char *path, int flags)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_UNLINK, -1);

    op->path.path = path;
    op->path.flags = flags;
    return probe_run(&probe);
}

int64_t do_mkdir(struct world *world, const char *path)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_MKDIR, -1);

    op->path.path = path;
    op->path.mode = 0755;
    return probe_run(&probe);
}

static int64_t name_op(struct world *world, enum op_kind kind, const char *from, const char *to)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, kind, -1);

    op->rename.from = from;
    op->rename.to = to;
    return probe_run(&probe);
}

int64_t do_rename(struct world *world, const char *from, const char *to)
{
    return name_op(world, OP_RENAME, from, to);
}

int64_t do_link(struct world *world, const char *from, const char *to)
{
    return name_op(world, OP_LINK, from, to);
}

int64_t do_symlink(struct world *world, const char *target, const char *path)
{
    return name_op(world, OP_SYMLINK, target, path);
}

int64_t do_readlink(struct world *world, const char *path, char *target, size_t size)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_READLINK, -1);

    op->readlink.path = path;
    op->readlink.target = target;
    op->readlink.size = size;
    return probe_run(&probe);
}

int64_t do_set(struct world *world, enum op_kind kind, const char *path, int fd, int64_t value)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, kind, fd);

    op->set.path = path;
    op->set.value = value;
    return probe_run(&probe);
}

static int64_t stat_op(struct world *world, int fd, const char *path, bool follow, struct stat *out)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_STAT, fd);

    op->stat.path = path;
    op->stat.follow = follow;
    op->stat.out = out;
    return probe_run(&probe);
}

int64_t do_stat(struct world *world, const char *path, struct stat *out)
{
    return stat_op(world, -1, path, true, out);
}

int64_t do_lstat(struct world *world, const char *path, struct stat *out)
{
    return stat_op(world, -1, path, false, out);
}

int64_t do_fstat(struct world *world, int fd, struct stat *out)
{
    return stat_op(world, fd, NULL, true, out);
}

int64_t do_fsync(struct world *world, int fd, bool data_only)
{
    struct probe probe;

    probe_op(&probe, world, OP_FSYNC, fd)->sync.data_only = data_only;
    return probe_run(&probe);
}

int64_t do_at(struct world *world, enum op_kind kind, int fd, const void *data, size_t size,
              int64_t offset)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, kind, fd);

    op->rw.data = (void *)(uintptr_t)data;
    op->rw.size = size;
    op->rw.offset = offset;
    return probe_run(&probe);
}

int64_t do_vector(struct world *world, enum op_kind kind, int fd, const struct iovec *parts,
                  size_t count, int64_t offset)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, kind, fd);

    op->vector.parts = parts;
    op->vector.count = count;
    op->vector.offset = offset;
    return probe_run(&probe);
}

static int64_t from_file(struct world *world, enum op_kind kind, int to, int from, int64_t offset,
                         size_t size)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, kind, to);

    op->sendfile.from = from;
    op->sendfile.offset = offset;
    op->sendfile.size = size;
    return probe_run(&probe);
}

int64_t do_sendfile(struct world *world, int to, int from, int64_t offset, size_t size)
{
    return from_file(world, OP_SENDFILE, to, from, offset, size);
}

int64_t do_copy(struct world *world, int to, int from, int64_t offset, size_t size)
{
    return from_file(world, OP_COPY, to, from, offset, size);
}
