/* Files and descriptors of any kind: each function is an operation, or a few in a row. */
#include <coil/file.h>

#include <sys/uio.h>

#include "io/op_wait.h"
#include "io/world.h"

#define MOST_AT_ONCE ((size_t)1 << 30) /* bytes; every system call takes as much */
#define PARTS_AT_ONCE 64
#define FIRST_READ ((size_t)16384)

coil_async int coil_open(const char *path, int flags, unsigned mode)
{
    struct op_wait wait = {
        .op = {.kind = OP_OPEN, .open = {.path = path, .flags = flags, .mode = mode}}};

    return (int)coil__op_run(&wait, "open");
}

int coil_close_soon(int fd)
{
    struct coil_loop *loop = loop_here("coil_close_soon");

    return WORLD(loop, close, fd);
}

/* A loop that closes takes no operation any more, but what is open must be closed. */
coil_async int coil_close(int fd)
{
    struct op_wait wait = {.op = {.kind = OP_CLOSE, .fd = fd}};

    if (loop_here("coil_close")->closing)
        return coil_close_soon(fd);
    return (int)coil__op_run(&wait, "close");
}

static coil_async int64_t transfer(enum op_kind kind, int fd, const void *data, size_t size,
                                   int64_t offset)
{
    size_t now = size < MOST_AT_ONCE ? size : MOST_AT_ONCE;
    struct op_wait wait = {
        .op = {.kind = (uint8_t)kind,
               .fd = fd,
               .rw = {.data = (void *)(uintptr_t)data, .size = now, .offset = offset}}};

    return coil__op_run(&wait, kind == OP_READ ? "read" : "write");
}

coil_async int64_t coil_read(int fd, void *data, size_t size)
{
    return transfer(OP_READ, fd, data, size, OP_STREAM);
}

/* What takes nothing without an error would be asked for ever. */
static int64_t some(int64_t written)
{
    return written == 0 ? -EIO : written;
}

static coil_async int write_all(int fd, const char *data, size_t size, int64_t offset)
{
    while (size > 0) {
        int64_t n = some(transfer(OP_WRITE, fd, data, size, offset));

        if (n < 0)
            return (int)n;
        data += n;
        size -= (size_t)n;
        offset += offset != OP_STREAM ? n : 0;
    }
    return 0;
}

coil_async int coil_write(int fd, const void *data, size_t size)
{
    return write_all(fd, data, size, OP_STREAM);
}

coil_async int coil_pwrite(int fd, const void *data, size_t size, int64_t offset)
{
    return offset < 0 ? -EINVAL : write_all(fd, data, size, offset);
}

/* The parts from the n-th byte on; empty ones in front are skipped. */
static struct iovec *skip(struct iovec *parts, struct iovec *end, size_t n)
{
    for (; parts < end && n >= parts->iov_len; parts++)
        n -= parts->iov_len;
    if (parts < end) {
        parts->iov_base = (char *)parts->iov_base + n;
        parts->iov_len -= n;
    }
    return parts;
}

static coil_async int write_parts(int fd, struct iovec *parts, size_t count)
{
    struct iovec *end = parts + count;

    while ((parts = skip(parts, end, 0)) < end) {
        struct op_wait wait = {.op = {.kind = OP_WRITEV,
                                      .fd = fd,
                                      .vector = {parts, (size_t)(end - parts), OP_STREAM}}};
        int64_t n = some(coil__op_run(&wait, "writev"));

        if (n < 0)
            return (int)n;
        parts = skip(parts, end, (size_t)n);
    }
    return 0;
}

coil_async int coil_writev(int fd, const struct iovec *parts, size_t count)
{
    struct iovec some_parts[PARTS_AT_ONCE];
    int err = 0;

    while (count > 0 && err == 0) {
        size_t n = count < PARTS_AT_ONCE ? count : PARTS_AT_ONCE;

        memcpy(some_parts, parts, n * sizeof(*parts));
        err = write_parts(fd, some_parts, n);
        parts += n;
        count -= n;
    }
    return err;
}

coil_async int64_t coil_pread(int fd, void *data, size_t size, int64_t offset)
{
    size_t have = 0;
    int64_t n = 1;

    if (offset < 0)
        return -EINVAL;
    while (have < size && n > 0) {
        n = transfer(OP_READ, fd, (char *)data + have, size - have, offset + (int64_t)have);
        if (n < 0)
            return n;
        have += (size_t)n;
    }
    return (int64_t)have;
}

static coil_async int sync_file(int fd, bool data_only)
{
    struct op_wait wait = {.op = {.kind = OP_FSYNC, .fd = fd, .sync = {data_only}}};

    return (int)coil__op_run(&wait, "fsync");
}

coil_async int coil_fsync(int fd)
{
    return sync_file(fd, false);
}

coil_async int coil_fdatasync(int fd)
{
    return sync_file(fd, true);
}

static coil_async int stat_file(const char *path, int fd, bool follow, struct stat *out)
{
    struct op_wait wait = {
        .op = {.kind = OP_STAT, .fd = fd, .stat = {.path = path, .out = out, .follow = follow}}};

    return (int)coil__op_run(&wait, "stat");
}

coil_async int coil_stat(const char *path, struct stat *out)
{
    return stat_file(path, -1, true, out);
}

coil_async int coil_lstat(const char *path, struct stat *out)
{
    return stat_file(path, -1, false, out);
}

coil_async int coil_fstat(int fd, struct stat *out)
{
    return stat_file(NULL, fd, false, out);
}

static coil_async int set_file(enum op_kind kind, const char *path, int fd, int64_t value)
{
    struct op_wait wait = {
        .op = {.kind = (uint8_t)kind, .fd = fd, .set = {.path = path, .value = value}}};

    return (int)coil__op_run(&wait, kind == OP_TRUNCATE ? "truncate" : "chmod");
}

coil_async int coil_truncate(const char *path, int64_t size)
{
    return set_file(OP_TRUNCATE, path, -1, size);
}

coil_async int coil_ftruncate(int fd, int64_t size)
{
    return set_file(OP_TRUNCATE, NULL, fd, size);
}

coil_async int coil_chmod(const char *path, unsigned mode)
{
    return set_file(OP_CHMOD, path, -1, mode);
}

coil_async int coil_fchmod(int fd, unsigned mode)
{
    return set_file(OP_CHMOD, NULL, fd, mode);
}

static coil_async int give_name(enum op_kind kind, const char *what, const char *from,
                                const char *to)
{
    struct op_wait wait = {.op = {.kind = (uint8_t)kind, .rename = {.from = from, .to = to}}};

    return (int)coil__op_run(&wait, what);
}

coil_async int coil_rename(const char *from, const char *to)
{
    return give_name(OP_RENAME, "rename", from, to);
}

coil_async int coil_link(const char *from, const char *to)
{
    return give_name(OP_LINK, "link", from, to);
}

coil_async int coil_symlink(const char *target, const char *path)
{
    return give_name(OP_SYMLINK, "symlink", target, path);
}

coil_async int64_t coil_readlink(const char *path, char *target, size_t size)
{
    struct op_wait wait = {
        .op = {.kind = OP_READLINK, .readlink = {.path = path, .target = target, .size = size}}};
    int64_t length = coil__op_run(&wait, "readlink");

    if (length < 0)
        return length;
    if ((size_t)length == size) /* perhaps there was more */
        return -ENAMETOOLONG;
    target[length] = '\0';
    return length;
}

static coil_async int change_path(enum op_kind kind, const char *path, uint32_t mode, int flags)
{
    struct op_wait wait = {
        .op = {.kind = (uint8_t)kind, .path = {.path = path, .mode = mode, .flags = flags}}};

    return (int)coil__op_run(&wait, kind == OP_MKDIR ? "mkdir" : "unlink");
}

coil_async int coil_unlink(const char *path)
{
    return change_path(OP_UNLINK, path, 0, 0);
}

coil_async int coil_rmdir(const char *path)
{
    return change_path(OP_UNLINK, path, 0, AT_REMOVEDIR);
}

coil_async int coil_mkdir(const char *path, unsigned mode)
{
    return change_path(OP_MKDIR, path, mode, 0);
}

/* Reads to the end. Sizes that files tell are not asked for: those under /proc tell none. */
static coil_async int64_t read_to_end(int fd, char **data)
{
    size_t room = 0, have = 0;
    int64_t n = 1;

    *data = NULL;
    while (n > 0) {
        if (room - have <= 1) {
            char *bigger;

            room = room == 0 ? FIRST_READ : room * 2;
            bigger = mem_realloc(*data, room);
            if (bigger == NULL)
                return -ENOMEM;
            *data = bigger;
        }
        n = coil_read(fd, *data + have, room - have - 1);
        have += n > 0 ? (size_t)n : 0;
    }
    return n < 0 ? n : (int64_t)have;
}

coil_async int coil_read_file(const char *path, char **data, size_t *size)
{
    int fd = coil_open(path, O_RDONLY, 0);
    char *all, *cut;
    int64_t n;

    if (fd < 0)
        return fd;
    n = read_to_end(fd, &all);
    coil_close_soon(fd); /* of what was only read, it has nothing to wait for */
    if (n < 0) {
        mem_free(all);
        return (int)n;
    }
    all[n] = '\0';
    cut = mem_realloc(all, (size_t)n + 1);
    *data = cut != NULL ? cut : all;
    *size = (size_t)n;
    return 0;
}

coil_async int coil_write_file(const char *path, const void *data, size_t size)
{
    int fd = coil_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err, end;

    if (fd < 0)
        return fd;
    err = coil_write(fd, data, size);
    end = coil_close(fd);
    return err != 0 ? err : end;
}

int coil_pipe(int fds[2])
{
    struct coil_loop *loop = loop_here("coil_pipe");

    return WORLD(loop, pipe, fds);
}
