#include "drive/slots.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/alloc.h"
#include "drive/files.h"

#define CHUNK_SLOTS 64

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
    struct poll_slot *chunk = mem_zalloc(CHUNK_SLOTS * sizeof(*chunk));

    for (size_t i = 0; chunk != NULL && i < CHUNK_SLOTS; i++) {
        chunk[i].fd = (int)(index * CHUNK_SLOTS + i);
        chunk[i].ready = BOTH;
        list_init(&chunk[i].ops);
    }
    return chunk;
}

struct poll_slot *coil__slot_find(const struct poll_slots *slots, int fd)
{
    size_t index = (size_t)fd / CHUNK_SLOTS;

    if (fd < 0 || index >= slots->chunk_count || slots->chunks[index] == NULL)
        return NULL;
    return &slots->chunks[index][(size_t)fd % CHUNK_SLOTS];
}

struct poll_slot *coil__slot_of(struct poll_slots *slots, int fd)
{
    size_t index = (size_t)fd / CHUNK_SLOTS;

    if (index >= slots->chunk_count && grow(slots, index + 1) != 0)
        return NULL;
    if (slots->chunks[index] == NULL)
        slots->chunks[index] = chunk_new(index);
    return coil__slot_find(slots, fd);
}

void coil__slots_free(struct poll_slots *slots)
{
    for (size_t i = 0; i < slots->chunk_count; i++)
        mem_free(slots->chunks[i]);
    mem_free(slots->chunks);
}

enum direction coil__op_direction(const struct op *op)
{
    switch (op->kind) {
    case OP_READ: return op->rw.offset < 0 ? READING : NEITHER;
    case OP_READV: return op->vector.offset < 0 ? READING : NEITHER;
    case OP_RECV:
    case OP_RECVMSG:
    case OP_ACCEPT:
    case OP_WAITID: return READING;
    case OP_WRITE: return op->rw.offset < 0 ? WRITING : NEITHER;
    case OP_WRITEV: return op->vector.offset < 0 ? WRITING : NEITHER;
    case OP_SEND:
    case OP_SENDMSG:
    case OP_SENDFILE:
    case OP_CONNECT: return WRITING;
    default: return NEITHER;
    }
}

static size_t sum(const struct iovec *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += parts[i].iov_len;
    return size;
}

/* How many bytes were asked for, where fewer tell something of the descriptor; else 0. */
static size_t size_of(const struct op *op)
{
    switch (op->kind) {
    case OP_READ:
    case OP_WRITE: return op->rw.size;
    case OP_RECV: /* a look ahead leaves everything where it is; an urgent byte is on its own */
    case OP_SEND: return op->rw.flags == 0 ? op->rw.size : 0;
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
        slot->nature = (uint8_t)coil__nature_of(slot->fd);
    return slot->nature == NATURE_TCP || slot->nature == NATURE_PIPE;
}

/*
 * So many bytes were read or written. If that was less than asked for, the next try would be in
 * vain; whatever comes after this call makes an edge. But an end of the stream that has been told
 * already makes none any more.
 */
static void learn(struct poll_slot *slot, const struct op *op, enum direction direction,
                  int64_t bytes)
{
    size_t size = size_of(op);

    if (bytes <= 0 || (size_t)bytes >= size || size > INT32_MAX)
        return;
    if (direction == NEITHER || (direction == READING && (slot->flags & SLOT_SHORT)))
        return;
    if (flows(slot))
        slot->ready &= (uint8_t)~BIT(direction);
}

/* Whether -EAGAIN means that there is an edge to wait for. */
static bool edges_tell(const struct poll_slot *slot, const struct op *op)
{
    return !(slot->flags & SLOT_UNPOLLABLE) && !coil__op_blocks(op, slot->nature) &&
           !coil__op_needs_time(op);
}

int64_t coil__slot_try(struct poll_slot *slot, struct op *op)
{
    enum direction direction = coil__op_direction(op);
    enum nature nature = slot->nature;
    int64_t result;

    if (!((slot->ready | ~slot->asked) & BIT(direction)) && direction != NEITHER)
        return -EAGAIN;
    result = coil__op_now_on(op, &nature);
    slot->nature = (uint8_t)nature;
    if (result >= 0)
        learn(slot, op, direction, result);
    else if (result == -EAGAIN && direction != NEITHER && edges_tell(slot, op))
        slot->ready &= (uint8_t)~BIT(direction);
    return result;
}
