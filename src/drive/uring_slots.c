#include "drive/uring_slots.h"

#include <errno.h>

#include "base/alloc.h"
#include "drive/files.h"
#include "drive/uring_accept.h"
#include "drive/uring_ask.h"
#include "mach/sys_io.h"

static_assert(OP_KINDS <= 32, "a kind is a bit of a word");
static_assert((int)STAGE_FINISHED <= (int)NOTE_STAGE, "a stage and the notes share a byte");

void coil__uring_slot_init(struct slot *slot, int fd)
{
    *slot = (struct slot){.fd = fd};
    list_init(&slot->reads);
    list_init(&slot->writes);
    list_init(&slot->fresh);
    list_init(&slot->asked);
}

static int grow(struct uring_driver *self, size_t needed)
{
    size_t count = self->chunk_count ? self->chunk_count : 4;
    struct slot **chunks;

    while (count < needed)
        count *= 2;
    chunks = mem_realloc(self->chunks, count * sizeof(*chunks));
    if (chunks == NULL)
        return -ENOMEM;
    for (size_t i = self->chunk_count; i < count; i++)
        chunks[i] = NULL;
    self->chunks = chunks;
    self->chunk_count = count;
    return 0;
}

static struct slot *chunk_new(size_t index)
{
    struct slot *chunk = mem_alloc(CHUNK_SLOTS * sizeof(*chunk));

    for (size_t i = 0; chunk != NULL && i < CHUNK_SLOTS; i++)
        coil__uring_slot_init(&chunk[i], (int)(index * CHUNK_SLOTS + i));
    return chunk;
}

struct slot *coil__uring_slot_make(struct uring_driver *self, int fd)
{
    size_t index = (size_t)fd / CHUNK_SLOTS;

    if (index >= self->chunk_count && grow(self, index + 1) != 0)
        return NULL;
    if (self->chunks[index] == NULL)
        self->chunks[index] = chunk_new(index);
    return uring_slot_find(self, fd);
}

void coil__uring_slots_free(struct uring_driver *self)
{
    for (size_t i = 0; i < self->chunk_count; i++)
        mem_free(self->chunks[i]);
    mem_free(self->chunks);
}

void coil__uring_slot_add(struct uring_driver *self, struct slot *slot, struct op *op)
{
    struct coil_link *lane = lane_of(slot, op);

    list_append(lane ? lane : &slot->fresh, &op->link);
    mark_dirty(self, slot);
}

void coil__uring_slot_remove(struct uring_driver *self, struct slot *slot, struct op *op)
{
    list_remove(&op->link);
    if (!list_empty(&slot->reads) || !list_empty(&slot->writes))
        mark_dirty(self, slot);
}

void coil__uring_slot_leave(struct uring_driver *self, struct slot *slot, struct op *op)
{
    set_note(op, NOTE_LEAVING);
    if (has_note(op, NOTE_TOLD))
        return;
    if (lane_of(slot, op) == NULL || has_note(op, NOTE_CLOSED)) {
        list_remove(&op->link);
        list_append(&slot->fresh, &op->link);
    }
    mark_dirty(self, slot);
}

void coil__uring_slot_again(struct uring_driver *self, struct slot *slot, struct op *op)
{
    op->stage &= (uint8_t) ~(NOTE_LEAVING | NOTE_TOLD);
    set_stage(op, STAGE_NEW);
    op->result = 0;
    if (lane_of(slot, op) == NULL) {
        list_remove(&op->link);
        list_append(&slot->fresh, &op->link);
    }
    mark_dirty(self, slot);
}

void coil__uring_slot_lend(struct uring_driver *self, struct slot *slot, struct op *op)
{
    if (slot != &self->nowhere)
        slot->workers++;
    coil__files_submit(self->calls, op);
}

/* No worker is at it any more, so the number may become another file's. */
static void close_late(struct uring_driver *self, struct slot *slot)
{
    struct op *closing = slot->closing;

    slot->closing = NULL;
    slot->doomed = false;
    coil__uring_slot_reset(self, slot);
    if (closing != NULL)
        coil__uring_slot_add(self, &self->nowhere, closing);
    else
        coil__sys_close(slot->fd);
}

void coil__uring_slot_back(struct uring_driver *self, const struct op *op)
{
    struct slot *slot = op_has_descriptor(op) ? uring_slot_find(self, op->fd) : NULL;

    if (slot != NULL && --slot->workers == 0 && (slot->closing != NULL || slot->doomed))
        close_late(self, slot);
}

/* The file is gone from its number, but not from the kernel's request, or the worker's call. */
static void orphan(struct uring_driver *self, struct op *op)
{
    list_remove(&op->link);
    set_note(op, NOTE_CLOSED);
    self->orphans++;
    list_append(&self->nowhere.asked, &op->link);
    if (stage_of(op) == STAGE_ASKED)
        coil__uring_slot_leave(self, &self->nowhere, op);
}

static void end_all(struct uring_driver *self, struct coil_link *list)
{
    while (!list_empty(list)) {
        struct op *op = op_of(list->next);
        bool lent = stage_of(op) == STAGE_WORKING;

        if (stage_of(op) == STAGE_ASKED || (lent && !coil__calls_withdraw(op))) {
            orphan(self, op);
            continue;
        }
        list_remove(&op->link);
        coil__drive_finish(&self->driver, op, -EBADF);
        if (lent)
            coil__uring_slot_back(self, op);
    }
}

void coil__uring_slot_reset(struct uring_driver *self, struct slot *slot)
{
    end_all(self, &slot->reads);
    end_all(self, &slot->writes);
    end_all(self, &slot->fresh);
    end_all(self, &slot->asked);
    coil__acceptor_orphan(self, slot);
    slot->nature = NATURE_UNKNOWN;
    slot->sort = SORT_UNKNOWN;
    slot->dry = 0;
    slot->full = 0;
}

bool coil__uring_slot_close(struct uring_driver *self, struct op *op)
{
    struct slot *slot = uring_slot_find(self, op->fd);

    if (slot == NULL)
        return false;
    coil__uring_slot_reset(self, slot);
    if (slot->workers == 0)
        return false;
    if (slot->closing != NULL || slot->doomed)
        coil__drive_finish(&self->driver, op, -EBADF);
    else
        slot->closing = op;
    return true;
}

void coil__uring_slot_born(struct uring_driver *self, struct slot *listener, int fd)
{
    struct slot *slot = uring_slot_of(self, fd);

    if (slot == NULL)
        return; /* then it is looked at later */
    coil__uring_slot_reset(self, slot);
    slot->nature = NATURE_SOCKET;
    slot->sort = listener->fd >= 0 ? coil__uring_sort(listener) : SORT_UNKNOWN;
}
