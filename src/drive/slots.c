#include "drive/slots.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/alloc.h"
#include "drive/files.h"
#include "mach/sys_io.h"

const uint8_t coil__op_traits[OP_KINDS] = {
    [OP_READ] = OP_READS | OP_PLACED,
    [OP_READV] = OP_READS | OP_PLACED,
    [OP_RECV] = OP_READS,
    [OP_RECVMSG] = OP_READS,
    [OP_ACCEPT] = OP_READS,
    [OP_WAITID] = OP_READS,
    [OP_WRITE] = OP_WRITES | OP_PLACED,
    [OP_WRITEV] = OP_WRITES | OP_PLACED,
    [OP_SEND] = OP_WRITES,
    [OP_SENDMSG] = OP_WRITES,
    [OP_SENDFILE] = OP_WRITES,
    [OP_CONNECT] = OP_WRITES,
    [OP_OPEN] = OP_NAMED,
    [OP_STAT] = OP_NAMED | OP_EITHER,
    [OP_TRUNCATE] = OP_NAMED | OP_EITHER,
    [OP_CHMOD] = OP_NAMED | OP_EITHER,
    [OP_RENAME] = OP_NAMED,
    [OP_LINK] = OP_NAMED,
    [OP_SYMLINK] = OP_NAMED,
    [OP_READLINK] = OP_NAMED,
    [OP_UNLINK] = OP_NAMED,
    [OP_MKDIR] = OP_NAMED,
    [OP_LIST] = OP_NAMED,
};

static int grow(struct poll_slots *slots, size_t needed)
{
    size_t count = slots->chunk_count ? slots->chunk_count : 4;
    struct poll_slot **chunks;

    while (count < needed)
        count *= 2;
    chunks = mem_realloc(slots->chunks, count * sizeof(*chunks));
    if (chunks == NULL)
        return -ENOMEM;
    for (size_t i = slots->chunk_count; i < count; i++)
        chunks[i] = NULL;
    slots->chunks = chunks;
    slots->chunk_count = count;
    return 0;
}

static struct poll_slot *chunk_new(size_t index)
{
    struct poll_slot *chunk = mem_alloc_aligned(CACHE_LINE, SLOTS_AT_ONCE * sizeof(*chunk));

    for (size_t i = 0; chunk != NULL && i < SLOTS_AT_ONCE; i++) {
        chunk[i] = (struct poll_slot){.fd = (int)(index * SLOTS_AT_ONCE + i), .ready = BOTH};
        list_init(&chunk[i].ops);
    }
    return chunk;
}

struct poll_slot *coil__slot_make(struct poll_slots *slots, int fd)
{
    size_t index = (size_t)fd / SLOTS_AT_ONCE;

    if (index >= slots->chunk_count && grow(slots, index + 1) != 0)
        return NULL;
    if (slots->chunks[index] == NULL)
        slots->chunks[index] = chunk_new(index);
    return slot_find(slots, fd);
}

void coil__slots_free(struct poll_slots *slots)
{
    for (size_t i = 0; i < slots->chunk_count; i++)
        mem_free(slots->chunks[i]);
    mem_free(slots->chunks);
}

static size_t sum(const struct iovec *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += parts[i].iov_len;
    return size;
}

/* A look ahead leaves everything where it is, and an urgent byte is on its own: with flags, a
 * number of bytes tells nothing. */
static inline size_t size_of_bytes(const struct op *op)
{
    return op->rw.flags == 0 ? op->rw.size : 0;
}

/* How many bytes were asked for, where fewer tell something of the descriptor; else 0. */
static size_t size_of(const struct op *op)
{
    switch (op->kind) {
    case OP_READ:
    case OP_WRITE: return op->rw.size;
    case OP_RECV:
    case OP_SEND: return size_of_bytes(op);
    case OP_READV:
    case OP_WRITEV: return sum(op->vector.parts, op_parts(op));
    case OP_SENDMSG: return sum(op->message.header->msg_iov, op->message.header->msg_iovlen);
    default: return 0;
    }
}

/* Only where bytes flow does a short read mean that there are no more, or a short write that there
 * is no more room. (A local socket also stops where descriptors were sent along.) */
static bool flows(struct poll_slot *slot)
{
    if (slot->nature == NATURE_UNKNOWN)
        slot->nature = coil__nature_of(slot->fd);
    return slot->nature == NATURE_TCP || slot->nature == NATURE_PIPE;
}

/*
 * So many bytes of `size` were read or written. If that was less than asked for, the next try would
 * be in vain; whatever comes after this call makes an edge. But an end of the stream that has been
 * told already makes none any more.
 */
static inline void learn(struct poll_slot *slot, enum direction direction, size_t bytes,
                         size_t size)
{
    if (bytes >= size || bytes == 0 || size > INT32_MAX)
        return;
    if (direction == READING && (slot->flags & SLOT_SHORT))
        return;
    if (flows(slot))
        slot->ready &= (uint8_t)~direction;
}

/* The same, straight, of OP_RECV and OP_SEND. */
static inline int64_t learn_bytes(struct poll_slot *slot, const struct op *op,
                                  enum direction direction, int64_t result)
{
    if (result >= 0)
        learn(slot, direction, (size_t)result, size_of_bytes(op));
    else if (result == -EAGAIN)
        slot->ready &= (uint8_t)~direction;
    return result;
}

/* Whether -EAGAIN means that there is an edge to wait for. */
static bool edges_tell(const struct poll_slot *slot, const struct op *op)
{
    return !(slot->flags & SLOT_UNPOLLABLE) && !coil__op_blocks(op, slot->nature) &&
           !coil__op_needs_time(op);
}

static __attribute__((noinline)) int64_t try_any(struct poll_slot *slot, struct op *op)
{
    enum direction direction = op_direction(op);
    int64_t result = coil__op_now_on(op, &slot->nature);

    if (result >= 0 && direction != NEITHER)
        learn(slot, direction, (size_t)result, size_of(op));
    else if (result == -EAGAIN && direction != NEITHER && edges_tell(slot, op))
        slot->ready &= (uint8_t)~direction;
    return result;
}

/* Most ops are bytes for a socket, or from one: they get there straight, unless the call is
 * interrupted. All that was asked for tells nothing. */
int64_t coil__slot_try(struct poll_slot *slot, struct op *op)
{
    enum direction direction = op->kind == OP_RECV ? READING : WRITING;
    int64_t result;

    if (op->kind == OP_RECV)
        result = coil__sys_recv(op->fd, op->rw.data, op->rw.size, op->rw.flags);
    else if (op->kind == OP_SEND)
        result = coil__sys_send(op->fd, op->rw.data, op->rw.size, op->rw.flags);
    else
        return try_any(slot, op);
    if (result == (int64_t)op->rw.size)
        return result;
    return likely(result != -EINTR) ? learn_bytes(slot, op, direction, result) : try_any(slot, op);
}
