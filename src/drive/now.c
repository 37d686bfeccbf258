#include "drive/now.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>

#include "drive/files.h"
#include "mach/sys_io.h"

/* What is read or written, whichever form the op has. */
struct parts {
    const struct iovec *at;
    size_t count;
    int64_t offset;
    struct iovec one;
};

static int option(int fd, int name)
{
    int value = -1;
    socklen_t length = sizeof(value);

    coil__sys_get_option(fd, SOL_SOCKET, name, &value, &length);
    return value;
}

static enum nature socket_nature(int fd, bool blocking)
{
    int domain;

    if (blocking)
        return NATURE_BLOCKING_SOCKET;
    if (option(fd, SO_TYPE) != SOCK_STREAM)
        return NATURE_SOCKET;
    domain = option(fd, SO_DOMAIN);
    return domain == AF_INET || domain == AF_INET6 ? NATURE_TCP : NATURE_SOCKET;
}

enum nature coil__nature_of(int fd)
{
    struct stat about = {.st_mode = 0};
    int flags = coil__sys_flags(fd);
    bool blocking = flags >= 0 && !(flags & O_NONBLOCK);

    if (coil__sys_fstat(fd, &about) != 0)
        return NATURE_STREAM;
    switch (about.st_mode & S_IFMT) {
    case S_IFSOCK: return socket_nature(fd, blocking);
    case S_IFREG:
    case S_IFBLK:
    case S_IFDIR: return flags >= 0 && (flags & O_DIRECT) ? NATURE_DIRECT : NATURE_FILE;
    case S_IFCHR: return NATURE_BLOCKING;
    case S_IFIFO:
        if (!blocking) /* O_DIRECT: a pipe of packets */
            return flags & O_DIRECT ? NATURE_STREAM : NATURE_PIPE;
        return NATURE_BLOCKING;
    default: return blocking ? NATURE_BLOCKING : NATURE_STREAM;
    }
}

static void gather(struct parts *parts, const struct op *op)
{
    if (op->kind == OP_READ || op->kind == OP_WRITE) {
        parts->one = (struct iovec){.iov_base = op->rw.data, .iov_len = op->rw.size};
        parts->at = &parts->one;
        parts->count = 1;
        parts->offset = op->rw.offset;
    } else {
        parts->at = op->vector.parts;
        parts->count = op_parts(op);
        parts->offset = op->vector.offset;
    }
}

/* The first bytes only: what a pipe that is ready takes without waiting. */
static void cut(struct parts *parts)
{
    while (parts->count > 1 && parts->at->iov_len == 0) {
        parts->at++;
        parts->count--;
    }
    if (parts->count == 0)
        return;
    parts->one = *parts->at;
    if (parts->one.iov_len > PIPE_BUF)
        parts->one.iov_len = PIPE_BUF;
    parts->at = &parts->one;
    parts->count = 1;
}

/* What of `events` is so, or -EAGAIN. */
static int64_t look(int fd, uint32_t events)
{
    struct pollfd poll = {.fd = fd, .events = (short)events};
    int err = coil__sys_poll(&poll, 1, 0);

    if (err < 0)
        return err;
    if (poll.revents & POLLNVAL)
        return -EBADF;
    return poll.revents ? poll.revents : -EAGAIN;
}

static int64_t read_socket(int fd, const struct parts *parts)
{
    struct msghdr message = {.msg_iovlen = parts->count};

    if (parts->offset >= 0)
        return -ESPIPE;
    if (parts->count == 1)
        return coil__sys_recv(fd, parts->at->iov_base, parts->at->iov_len, 0);
    message.msg_iov = (struct iovec *)(uintptr_t)parts->at; /* which is only read */
    return coil__sys_recvmsg(fd, &message, 0);
}

static int64_t write_socket(int fd, const struct parts *parts)
{
    struct msghdr message = {.msg_iovlen = parts->count};

    if (parts->offset >= 0)
        return -ESPIPE;
    if (parts->count == 1)
        return coil__sys_send(fd, parts->at->iov_base, parts->at->iov_len, 0);
    message.msg_iov = (struct iovec *)(uintptr_t)parts->at;
    return coil__sys_sendmsg(fd, &message, 0);
}

/* The kernel can do it without waiting for most files, whatever their flags; where not, poll is
 * asked first, and another reader may still be faster. */
static int64_t read_blocking(int fd, const struct parts *parts)
{
    int64_t result = coil__sys_readv_nowait(fd, parts->at, parts->count, parts->offset);

    if (result != -EOPNOTSUPP)
        return result;
    result = look(fd, POLLIN);
    if (result < 0)
        return result;
    return coil__sys_readv(fd, parts->at, parts->count, parts->offset);
}

static int64_t write_blocking(int fd, struct parts *parts)
{
    int64_t result = coil__sys_writev_nowait(fd, parts->at, parts->count, parts->offset);

    if (result != -EOPNOTSUPP)
        return result;
    result = look(fd, POLLOUT);
    if (result < 0)
        return result;
    cut(parts);
    return coil__sys_writev(fd, parts->at, parts->count, parts->offset);
}

/* What the kernel does not know how to do without waiting, it may have to wait for. */
static int64_t of_file(int64_t result)
{
    return result == -EOPNOTSUPP ? -EAGAIN : result;
}

static int64_t read_now(const struct op *op, enum nature nature)
{
    struct parts parts;

    if (nature == NATURE_DIRECT)
        return -EAGAIN;
    gather(&parts, op);
    if (nature_is_socket(nature))
        return read_socket(op->fd, &parts);
    if (nature == NATURE_FILE)
        return of_file(coil__sys_readv_nowait(op->fd, parts.at, parts.count, parts.offset));
    if (nature == NATURE_BLOCKING)
        return read_blocking(op->fd, &parts);
    return coil__sys_readv(op->fd, parts.at, parts.count, parts.offset);
}

static int64_t write_now(const struct op *op, enum nature nature)
{
    struct parts parts;

    if (nature == NATURE_DIRECT)
        return -EAGAIN;
    gather(&parts, op);
    if (nature_is_socket(nature))
        return write_socket(op->fd, &parts);
    if (nature == NATURE_FILE)
        return of_file(coil__sys_writev_nowait(op->fd, parts.at, parts.count, parts.offset));
    if (nature == NATURE_BLOCKING)
        return write_blocking(op->fd, &parts);
    return coil__sys_writev(op->fd, parts.at, parts.count, parts.offset);
}

bool coil__accept_broke(int64_t result)
{
    switch (result) {
    case -ECONNABORTED:
    case -EPROTO:
    case -ENETDOWN:
    case -ENETUNREACH:
    case -EHOSTDOWN:
    case -EHOSTUNREACH:
    case -ENONET:
    case -ENOPROTOOPT:
    case -ETIMEDOUT: return true;
    default: return false;
    }
}

static int64_t accept_now(const struct op *op, enum nature nature)
{
    int64_t result;

    do {
        result = nature == NATURE_BLOCKING_SOCKET ? look(op->fd, POLLIN) : 0;
        if (result >= 0)
            result = coil__sys_accept(op->fd, op->accept.address, op->accept.length);
    } while (coil__accept_broke(result));
    return result;
}

/*
 * Linux answers a second connect on the same socket with how the first is getting on: EALREADY,
 * then 0 or its error, so nothing has to be remembered. A local socket says EAGAIN where the
 * listener's queue is full, and poll knows nothing of that.
 */
static int64_t connect_now(const struct op *op, enum nature nature)
{
    int64_t result;

    if (nature == NATURE_BLOCKING_SOCKET)
        result = coil__sys_connect_nowait(op->fd, op->connect.address, op->connect.length);
    else
        result = coil__sys_connect(op->fd, op->connect.address, op->connect.length);
    return result == -EINPROGRESS || result == -EALREADY ? -EAGAIN : result;
}

bool coil__op_needs_time(const struct op *op)
{
    return op->kind == OP_CONNECT && op->connect.length >= sizeof(sa_family_t) &&
           op->connect.address->sa_family == AF_UNIX;
}

static int64_t waitid_now(const struct op *op)
{
    if (op->waitid.look)
        return coil__sys_waitid_look(op->fd, op->waitid.info);
    return coil__sys_waitid(op->fd, op->waitid.info, false);
}

/* To be woken takes waiting; not to have to wait does not. */
static int64_t futex_now(const struct op *op)
{
    uint32_t value = __atomic_load_n(op->futex.word, __ATOMIC_ACQUIRE);

    return value != op->futex.expected ? FUTEX_DIFFERS : -EAGAIN;
}

static bool needs_nature(uint8_t kind)
{
    switch (kind) {
    case OP_READ:
    case OP_READV:
    case OP_WRITE:
    case OP_WRITEV:
    case OP_ACCEPT:
    case OP_CONNECT: return true;
    default: return false;
    }
}

static int64_t once(struct op *op, enum nature nature)
{
    switch (op->kind) {
    case OP_POLL: return look(op->fd, op->poll.events);
    case OP_READ:
    case OP_READV: return read_now(op, nature);
    case OP_WRITE:
    case OP_WRITEV: return write_now(op, nature);
    case OP_RECV: return coil__sys_recv(op->fd, op->rw.data, op->rw.size, op->rw.flags);
    case OP_SEND: return coil__sys_send(op->fd, op->rw.data, op->rw.size, op->rw.flags);
    case OP_RECVMSG: return coil__sys_recvmsg(op->fd, op->message.header, op->message.flags);
    case OP_SENDMSG: return coil__sys_sendmsg(op->fd, op->message.header, op->message.flags);
    case OP_ACCEPT: return accept_now(op, nature);
    case OP_CONNECT: return connect_now(op, nature);
    case OP_SENDFILE: return coil__send_file_now(op);
    case OP_WAITID: return waitid_now(op);
    case OP_FUTEX: return futex_now(op);
    default: return -EAGAIN; /* may block: files.h */
    }
}

int64_t coil__op_now_on(struct op *op, enum nature *nature)
{
    int64_t result;

    if (*nature == NATURE_UNKNOWN && needs_nature(op->kind))
        *nature = coil__nature_of(op->fd);
    do
        result = once(op, *nature);
    while (result == -EINTR);
    return result;
}

int64_t coil__op_now(struct op *op)
{
    enum nature nature = NATURE_UNKNOWN;

    return coil__op_now_on(op, &nature);
}
