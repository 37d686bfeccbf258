#include "drive/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "base/alloc.h"
#include "mach/sys_files.h"
#include "mach/sys_io.h"

#define PIECE 65536 /* of a file, on its way through memory */

bool coil__op_blocks(const struct op *op, enum nature nature)
{
    switch (op->kind) {
    case OP_READ:
    case OP_READV:
    case OP_WRITE:
    case OP_WRITEV: return nature_is_file(nature);
    case OP_SENDFILE:
    case OP_OPEN:
    case OP_CLOSE:
    case OP_FSYNC:
    case OP_COPY:
    case OP_STAT:
    case OP_TRUNCATE:
    case OP_CHMOD:
    case OP_RENAME:
    case OP_LINK:
    case OP_SYMLINK:
    case OP_READLINK:
    case OP_UNLINK:
    case OP_MKDIR:
    case OP_LIST: return true;
    default: return false;
    }
}

bool coil__close_lingers(int fd)
{
    struct linger linger = {0};
    socklen_t length = sizeof(linger);

    if (coil__sys_get_option(fd, SOL_SOCKET, SO_LINGER, &linger, &length) != 0)
        return false;
    return linger.l_onoff && linger.l_linger > 0;
}

bool coil__close_blocks(int fd, enum nature nature)
{
    if (nature == NATURE_UNKNOWN)
        nature = coil__nature_of(fd);
    return nature_is_file(nature) || (nature_is_socket(nature) && coil__close_lingers(fd));
}

/* The names in a directory, one after the other, as they are found. */
struct names {
    char *text;
    size_t size;
    size_t room;
    int count;
};

static int add_name(const char *name, void *arg)
{
    struct names *names = arg;
    size_t size = strlen(name) + 1;

    if (names->size + size > names->room) {
        size_t room = names->room * 2 + size;
        char *text = mem_realloc(names->text, room);

        if (text == NULL)
            return -ENOMEM;
        names->text = text;
        names->room = room;
    }
    memcpy(names->text + names->size, name, size);
    names->size += size;
    names->count++;
    return 0;
}

static int64_t list(const char *path, char **out)
{
    struct names names = {.room = 1024};
    int err = -ENOMEM;

    names.text = mem_alloc(names.room);
    if (names.text != NULL)
        err = coil__sys_list(path, add_name, &names);
    if (err < 0) {
        mem_free(names.text);
        return err;
    }
    *out = names.text;
    return names.count;
}

/* Sends by send or write, neither of which waits, what fits into memory. */
static int64_t copy(const struct op *op)
{
    size_t size = op->sendfile.size < PIECE ? op->sendfile.size : PIECE;
    struct iovec part = {.iov_base = mem_alloc(size), .iov_len = size};
    struct op send = {.kind = OP_WRITE, .fd = op->fd};
    int64_t result = -ENOMEM;

    if (part.iov_base != NULL)
        result = coil__sys_readv(op->sendfile.from, &part, 1, op->sendfile.offset);
    if (result > 0) {
        send.rw.data = part.iov_base;
        send.rw.size = (size_t)result;
        send.rw.offset = OP_STREAM;
        result = coil__op_now(&send);
    }
    mem_free(part.iov_base);
    return result;
}

/* How much there is to send; more than PIECE: too much, or past the cache, where a read that shall
 * not wait does (O_DIRECT). */
static size_t size_to_send(const struct op *op)
{
    int flags = coil__sys_flags(op->sendfile.from);
    struct stat about;

    if (flags < 0 || (flags & O_DIRECT))
        return SIZE_MAX;
    if (op->sendfile.size <= PIECE)
        return op->sendfile.size;
    if (coil__sys_fstat(op->sendfile.from, &about) != 0 || !S_ISREG(about.st_mode))
        return SIZE_MAX;
    if (about.st_size <= op->sendfile.offset)
        return 0;
    return (size_t)(about.st_size - op->sendfile.offset);
}

/* Errors are told by the worker, who asks the kernel for exactly what the op says. */
int64_t coil__send_file_now(const struct op *op)
{
    struct iovec part = {.iov_len = size_to_send(op)};
    int64_t result;

    if (part.iov_len == 0 || part.iov_len > PIECE)
        return -EAGAIN;
    part.iov_base = mem_alloc(part.iov_len);
    if (part.iov_base == NULL)
        return -EAGAIN;
    result = coil__sys_readv_nowait(op->sendfile.from, &part, 1, op->sendfile.offset);
    if (result > 0)
        result = coil__sys_send(op->fd, part.iov_base, (size_t)result, 0);
    else
        result = -EAGAIN;
    mem_free(part.iov_base);
    return result >= 0 ? result : -EAGAIN;
}

/* sendfile waits for the receiver unless that is non-blocking. */
static int64_t send_file(const struct op *op)
{
    if (coil__sys_nonblocking(op->fd) == 0)
        return copy(op);
    return coil__sys_sendfile(op->fd, op->sendfile.from, op->sendfile.offset, op->sendfile.size);
}

static int64_t stat_now(const struct op *op)
{
    if (op->stat.path == NULL)
        return coil__sys_fstat(op->fd, op->stat.out);
    return coil__sys_stat(op->stat.path, op->stat.follow, op->stat.out);
}

static int64_t set_now(const struct op *op)
{
    const char *path = op->set.path;
    int64_t value = op->set.value;

    if (op->kind == OP_TRUNCATE)
        return path ? coil__sys_truncate(path, value) : coil__sys_ftruncate(op->fd, value);
    return path ? coil__sys_chmod(path, (uint32_t)value)
                : coil__sys_fchmod(op->fd, (uint32_t)value);
}

static int64_t copy_in_kernel(const struct op *op)
{
    return coil__sys_copy_range(op->fd, op->sendfile.from, op->sendfile.offset, op->sendfile.size);
}

static int64_t read_or_write(const struct op *op)
{
    struct iovec one = {.iov_base = op->rw.data, .iov_len = op->rw.size};

    switch (op->kind) {
    case OP_READ: return coil__sys_readv(op->fd, &one, 1, op->rw.offset);
    case OP_WRITE: return coil__sys_writev(op->fd, &one, 1, op->rw.offset);
    case OP_READV:
        return coil__sys_readv(op->fd, op->vector.parts, op_parts(op), op->vector.offset);
    default: return coil__sys_writev(op->fd, op->vector.parts, op_parts(op), op->vector.offset);
    }
}

static int64_t once(const struct op *op)
{
    switch (op->kind) {
    case OP_SENDFILE: return send_file(op);
    case OP_OPEN: /* without O_NONBLOCK a FIFO would wait for its other end */
        return coil__sys_open(op->open.path, op->open.flags | O_NONBLOCK, op->open.mode);
    case OP_CLOSE: return coil__sys_close(op->fd);
    case OP_FSYNC: return coil__sys_fsync(op->fd, op->sync.data_only);
    case OP_COPY: return copy_in_kernel(op);
    case OP_STAT: return stat_now(op);
    case OP_TRUNCATE:
    case OP_CHMOD: return set_now(op);
    case OP_RENAME: return coil__sys_rename(op->rename.from, op->rename.to);
    case OP_LINK: return coil__sys_link(op->rename.from, op->rename.to);
    case OP_SYMLINK: return coil__sys_symlink(op->rename.from, op->rename.to);
    case OP_READLINK:
        return coil__sys_readlink(op->readlink.path, op->readlink.target, op->readlink.size);
    case OP_UNLINK: return coil__sys_unlink(op->path.path, op->path.flags);
    case OP_MKDIR: return coil__sys_mkdir(op->path.path, op->path.mode);
    case OP_LIST: return list(op->list.path, op->list.names);
    default: return read_or_write(op);
    }
}

void coil__op_block(struct op *op)
{
    do
        op->result = once(op);
    while (op->result == -EINTR && op->kind != OP_CLOSE);
}

static void work(struct mach_work *work)
{
    struct op *op = container_of(work, struct op, lent.work);

    coil__op_block(op);
    coil__calls_send_back(op);
}

void coil__files_submit(struct call_port *port, struct op *op)
{
    coil__calls_lend(port, op, work);
}

void coil__files_cancel(struct driver *driver, struct op *op)
{
    if (op->kind != OP_CLOSE && coil__calls_withdraw(op))
        coil__drive_finish(driver, op, -ECANCELED);
}
