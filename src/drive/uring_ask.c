#include "drive/uring_ask.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "drive/files.h"
#include "mach/sys_io.h"

#define BY_PIDFD 3   /* P_PIDFD, which older headers lack */
#define MINE_STATX 0 /* op->mine: where the kernel writes what stat asks for */
#define SHORTEST_PAUSE 20000
#define LONGEST_PAUSE 2000000

/* Which opcode does it; 0: none. Reading and writing depend on what the descriptor is. */
static const uint8_t opcodes[OP_KINDS] = {
    [OP_POLL] = URING_OP_POLL_ADD,   [OP_READ] = URING_OP_READ,
    [OP_WRITE] = URING_OP_WRITE,     [OP_READV] = URING_OP_READV,
    [OP_WRITEV] = URING_OP_WRITEV,   [OP_RECV] = URING_OP_RECV,
    [OP_SEND] = URING_OP_SEND,       [OP_RECVMSG] = URING_OP_RECVMSG,
    [OP_SENDMSG] = URING_OP_SENDMSG, [OP_ACCEPT] = URING_OP_ACCEPT,
    [OP_CONNECT] = URING_OP_CONNECT, [OP_OPEN] = URING_OP_OPENAT,
    [OP_CLOSE] = URING_OP_CLOSE,     [OP_FSYNC] = URING_OP_FSYNC,
    [OP_STAT] = URING_OP_STATX,      [OP_RENAME] = URING_OP_RENAMEAT,
    [OP_UNLINK] = URING_OP_UNLINKAT, [OP_MKDIR] = URING_OP_MKDIRAT,
    [OP_WAITID] = URING_OP_WAITID,   [OP_FUTEX] = URING_OP_FUTEX_WAIT,
};

static bool is_socket(const struct slot *slot)
{
    return nature_is_socket(slot->nature);
}

static unsigned opcode_of(const struct slot *slot, const struct op *op)
{
    if (is_socket(slot) && op->kind == OP_READ)
        return URING_OP_RECV;
    if (is_socket(slot) && op->kind == OP_WRITE)
        return URING_OP_SEND; /* which can be told to raise no SIGPIPE */
    return opcodes[op->kind];
}

static bool at_offset(const struct op *op)
{
    bool vector = op->kind == OP_READV || op->kind == OP_WRITEV;

    return (vector ? op->vector.offset : op->rw.offset) >= 0;
}

enum sort coil__uring_sort(struct slot *slot)
{
    int type = 0, domain = 0;
    socklen_t length = sizeof(type);

    if (slot->sort != SORT_UNKNOWN)
        return slot->sort;
    slot->sort = SORT_OTHER;
    if (coil__sys_get_option(slot->fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
        return slot->sort;
    if (type == SOCK_STREAM)
        slot->sort = SORT_STREAM;
    else if (coil__sys_get_option(slot->fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
             domain == AF_UNIX)
        slot->sort = SORT_LOCAL_DATAGRAM;
    return slot->sort;
}

/*
 * A request that has to wait is tried again by the kernel from where its first try left the data. A
 * local datagram's was taken by then (seen up to Linux 6.18), and an empty one is sent. Nor does
 * poll help, which finds room for somebody. So we try, now and then.
 */
static bool sends_locally(struct slot *slot, const struct op *op)
{
    return (op->kind == OP_SEND || op->kind == OP_SENDMSG || op->kind == OP_WRITE) &&
           coil__uring_sort(slot) == SORT_LOCAL_DATAGRAM;
}

/*
 * A file goes to the ring, or where the ring cannot, to a worker: also where the file stands, for
 * the kernel leaves that place behind if a full disk cuts a request of the ring short. A socket or
 * pipe is read by the ring; a socket is written by it too, but for a pipe, and for a vector, only
 * the system call knows how not to raise SIGPIPE. What may block its reader (a terminal) goes by
 * poll; so does an offset where there is none, to be refused.
 */
static enum way way_of_data(struct uring_driver *self, struct slot *slot, const struct op *op)
{
    bool known;

    if (slot->nature == NATURE_UNKNOWN)
        slot->nature = coil__nature_of(op->fd);
    known = knows(self, opcode_of(slot, op));
    if (nature_is_file(slot->nature))
        return known && at_offset(op) ? WAY_RING : WAY_WORKER;
    if (!known || slot->nature == NATURE_BLOCKING || at_offset(op))
        return WAY_POLL;
    if (op->kind == OP_READ || op->kind == OP_READV)
        return WAY_RING;
    return op->kind == OP_WRITE && is_socket(slot) && !sends_locally(slot, op) ? WAY_RING
                                                                               : WAY_POLL;
}

enum way coil__uring_way(struct uring_driver *self, struct slot *slot, struct op *op)
{
    if (has_note(op, NOTE_POLL))
        return WAY_POLL;
    switch (op->kind) {
    case OP_READ:
    case OP_WRITE:
    case OP_READV:
    case OP_WRITEV: return way_of_data(self, slot, op);
    case OP_ACCEPT:
        if (knows(self, URING_OP_ACCEPT) && self->modern && !op->accept.only)
            return WAY_ACCEPT;
        return knows(self, URING_OP_ACCEPT) ? WAY_RING : WAY_POLL;
    case OP_POLL: return WAY_RING;
    case OP_SEND:
    case OP_SENDMSG:
        if (sends_locally(slot, op))
            return WAY_POLL;
        /* fall through */
    case OP_RECV:
    case OP_RECVMSG:
    case OP_CONNECT:
    case OP_WAITID: return knows(self, opcodes[op->kind]) ? WAY_RING : WAY_POLL;
    case OP_CLOSE: /* by a request it would not linger */
        return knows(self, URING_OP_CLOSE) && !coil__close_lingers(op->fd) ? WAY_RING : WAY_WORKER;
    default: return opcodes[op->kind] && knows(self, opcodes[op->kind]) ? WAY_RING : WAY_WORKER;
    }
}

uint32_t coil__uring_events(const struct op *op)
{
    switch (op->kind) {
    case OP_POLL: return op->poll.events & POLL_EVENTS;
    case OP_WRITE:
    case OP_WRITEV:
    case OP_SEND:
    case OP_SENDMSG:
    case OP_SENDFILE:
    case OP_CONNECT: return POLLOUT;
    case OP_RECV: return op->rw.flags & MSG_OOB ? POLLPRI : POLLIN;
    default: return POLLIN;
    }
}

/* What poll knows nothing of is tried now and then: soon at first, then ever later. The kernel
 * reads the time from the op. */
static void ask_pause(struct op *op, struct uring_sqe *request)
{
    struct uring_timespec *pause = (struct uring_timespec *)op->mine;
    int64_t next = pause->nanoseconds == 0 ? SHORTEST_PAUSE : pause->nanoseconds * 2;

    static_assert(sizeof(*pause) <= sizeof(op->mine), "a time fits into what an op has for us");
    *pause = (struct uring_timespec){.nanoseconds = next < LONGEST_PAUSE ? next : LONGEST_PAUSE};
    request->opcode = URING_OP_TIMEOUT;
    request->fd = -1;
    request->address = (uintptr_t)pause;
    request->length = 1;
}

void coil__uring_ask_poll(struct slot *slot, struct op *op, struct uring_sqe *request)
{
    request->user_data = (uintptr_t)op;
    if (coil__op_needs_time(op) || sends_locally(slot, op)) {
        ask_pause(op, request);
        return;
    }
    request->opcode = URING_OP_POLL_ADD;
    request->fd = op->fd;
    request->op_flags = coil__uring_events(op);
    request->length = has_note(op, NOTE_LASTING) ? URING_POLL_ADD_MULTI : 0;
}

bool coil__uring_was_dry(const struct uring_driver *self, const struct slot *slot,
                         const struct op *op)
{
    uint32_t turn = op_direction(op) == READING ? slot->dry : slot->full;

    return turn != 0 && self->turn - turn <= 1;
}

static uint32_t length_of(size_t size)
{
    return size < INT32_MAX ? (uint32_t)size : INT32_MAX;
}

static void ask_bytes(const struct uring_driver *self, const struct slot *slot, const struct op *op,
                      struct uring_sqe *request)
{
    request->opcode = (uint8_t)opcode_of(slot, op);
    request->address = (uintptr_t)op->rw.data;
    request->length = length_of(op->rw.size);
    if (request->opcode == URING_OP_READ || request->opcode == URING_OP_WRITE) {
        request->offset = (uint64_t)op->rw.offset;
        return;
    }
    request->op_flags = MSG_NOSIGNAL;
    if (op->kind == OP_RECV || op->kind == OP_SEND)
        request->op_flags |= (uint32_t)op->rw.flags & ~(uint32_t)MSG_DONTWAIT;
    if (request->op_flags == MSG_NOSIGNAL && self->modern && coil__uring_was_dry(self, slot, op))
        request->priority = URING_RECVSEND_POLL_FIRST;
}

static void ask_vector(const struct op *op, struct uring_sqe *request)
{
    request->address = (uintptr_t)op->vector.parts;
    request->length = (uint32_t)op_parts(op);
    request->offset = (uint64_t)op->vector.offset;
}

static void ask_message(const struct op *op, struct uring_sqe *request)
{
    request->address = (uintptr_t)op->message.header;
    request->length = 1;
    request->op_flags = (uint32_t)op->message.flags & ~(uint32_t)MSG_DONTWAIT;
    request->op_flags |= op->kind == OP_SENDMSG ? MSG_NOSIGNAL : MSG_CMSG_CLOEXEC;
}

static void ask_connection(const struct op *op, struct uring_sqe *request)
{
    if (op->kind == OP_CONNECT) {
        request->address = (uintptr_t)op->connect.address;
        request->offset = op->connect.length;
    } else {
        request->address = (uintptr_t)op->accept.address;
        request->offset = (uintptr_t)op->accept.length;
        request->op_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    }
}

/* The kernel's answer is not quite what stat gives, so it goes by a block of its own. */
static int ask_stat(struct op *op, struct uring_sqe *request)
{
    struct statx *answer = mem_alloc(sizeof(*answer));

    if (answer == NULL)
        return -ENOMEM;
    op->mine[MINE_STATX] = (uintptr_t)answer;
    if (op->stat.path == NULL)
        request->op_flags = AT_EMPTY_PATH;
    else if (!op->stat.follow)
        request->op_flags = AT_SYMLINK_NOFOLLOW;
    request->fd = op->stat.path ? AT_FDCWD : op->fd;
    request->address = (uintptr_t)(op->stat.path ? op->stat.path : "");
    request->length = STATX_BASIC_STATS;
    request->offset = (uintptr_t)answer;
    return 0;
}

static void ask_path(const struct op *op, struct uring_sqe *request)
{
    request->fd = AT_FDCWD;
    request->address = (uintptr_t)op->path.path;
    if (op->kind == OP_MKDIR)
        request->length = op->path.mode;
    else
        request->op_flags = (uint32_t)op->path.flags;
}

/* A FIFO that is opened does not wait for its other end. */
static void ask_open(const struct op *op, struct uring_sqe *request)
{
    request->fd = AT_FDCWD;
    request->address = (uintptr_t)op->open.path;
    request->length = op->open.mode;
    request->op_flags = (uint32_t)op->open.flags | O_CLOEXEC | O_NONBLOCK;
}

static void ask_rename(const struct op *op, struct uring_sqe *request)
{
    request->fd = AT_FDCWD;
    request->address = (uintptr_t)op->rename.from;
    request->length = (uint32_t)AT_FDCWD;
    request->offset = (uintptr_t)op->rename.to;
}

static void ask_waitid(const struct op *op, struct uring_sqe *request)
{
    request->length = BY_PIDFD;
    request->offset = (uintptr_t)op->waitid.info;
    request->file_index = WEXITED;
}

/* A word of 32 bits that is not this process's own. The descriptor's place says so. */
static void ask_futex(const struct op *op, struct uring_sqe *request)
{
    request->fd = URING_FUTEX_U32;
    request->address = (uintptr_t)op->futex.word;
    request->offset = op->futex.expected;
    request->address3 = URING_FUTEX_ANY;
}

int coil__uring_ask(struct uring_driver *self, struct slot *slot, struct op *op,
                    struct uring_sqe *request)
{
    if (op->kind == OP_POLL) {
        coil__uring_ask_poll(slot, op, request);
        return 0;
    }
    request->opcode = opcodes[op->kind];
    request->fd = op->fd;
    request->user_data = (uintptr_t)op;
    switch (op->kind) {
    case OP_READ:
    case OP_WRITE:
    case OP_RECV:
    case OP_SEND: ask_bytes(self, slot, op, request); break;
    case OP_READV:
    case OP_WRITEV: ask_vector(op, request); break;
    case OP_RECVMSG:
    case OP_SENDMSG: ask_message(op, request); break;
    case OP_ACCEPT:
    case OP_CONNECT: ask_connection(op, request); break;
    case OP_FSYNC: request->op_flags = op->sync.data_only ? URING_FSYNC_DATASYNC : 0; break;
    case OP_STAT: return ask_stat(op, request);
    case OP_OPEN: ask_open(op, request); break;
    case OP_RENAME: ask_rename(op, request); break;
    case OP_UNLINK:
    case OP_MKDIR: ask_path(op, request); break;
    case OP_WAITID: ask_waitid(op, request); break;
    case OP_FUTEX: ask_futex(op, request); break;
    default: break; /* close: the descriptor is all */
    }
    return 0;
}

static struct timespec time_of(struct statx_timestamp time)
{
    return (struct timespec){.tv_sec = time.tv_sec, .tv_nsec = time.tv_nsec};
}

static void fill_stat(struct stat *out, const struct statx *from)
{
    *out = (struct stat){
        .st_dev = makedev(from->stx_dev_major, from->stx_dev_minor),
        .st_ino = from->stx_ino,
        .st_mode = from->stx_mode,
        .st_nlink = from->stx_nlink,
        .st_uid = from->stx_uid,
        .st_gid = from->stx_gid,
        .st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor),
        .st_size = (off_t)from->stx_size,
        .st_blksize = (blksize_t)from->stx_blksize,
        .st_blocks = (blkcnt_t)from->stx_blocks,
        .st_atim = time_of(from->stx_atime),
        .st_mtim = time_of(from->stx_mtime),
        .st_ctim = time_of(from->stx_ctime),
    };
}

int64_t coil__uring_answer(struct op *op, int64_t result)
{
    struct statx *answer;

    if (op->kind == OP_CLOSE && result == -EINTR)
        return 0; /* it is closed all the same */
    if (op->kind == OP_FUTEX && result == -EAGAIN)
        return FUTEX_DIFFERS;
    if (op->kind != OP_STAT)
        return result;
    answer = (struct statx *)(uintptr_t)op->mine[MINE_STATX];
    op->mine[MINE_STATX] = 0;
    if (result == 0)
        fill_stat(op->stat.out, answer);
    mem_free(answer);
    return result;
}
