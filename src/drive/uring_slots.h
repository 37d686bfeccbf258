/* What the uring driver knows of each descriptor, and the ops on it. */
#ifndef COIL_DRIVE_URING_SLOTS_H
#define COIL_DRIVE_URING_SLOTS_H

#include "base/check.h"
#include "drive/uring.h"

#define CHUNK_SLOTS 64u

/* Makes the slot of a descriptor >= 0 that has none; NULL: no memory. */
struct slot *coil__uring_slot_make(struct uring_driver *self, int fd);

/* NULL if there is none: nothing was ever asked of that descriptor. */
static inline struct slot *uring_slot_find(struct uring_driver *self, int fd)
{
    unsigned index = (unsigned)fd / CHUNK_SLOTS; /* beyond all chunks if fd is negative */

    if (unlikely(index >= self->chunk_count) || unlikely(self->chunks[index] == NULL))
        return NULL;
    return &self->chunks[index][(unsigned)fd % CHUNK_SLOTS];
}

/* A descriptor's slot, made if need be; NULL: no memory. It stays where it is. */
static inline struct slot *uring_slot_of(struct uring_driver *self, int fd)
{
    struct slot *slot = uring_slot_find(self, fd);

    return likely(slot != NULL) || fd < 0 ? slot : coil__uring_slot_make(self, fd);
}

static inline bool op_has_descriptor(const struct op *op)
{
    return !op_has_path(op) && op->kind != OP_CLOSE && op->kind != OP_FUTEX;
}

/* The slot of the descriptor, or of none, that an op is on. */
static inline struct slot *uring_slot_on(struct uring_driver *self, const struct op *op)
{
    if (!op_has_descriptor(op) || has_note(op, NOTE_CLOSED))
        return &self->nowhere;
    return uring_slot_of(self, op->fd);
}

void coil__uring_slot_init(struct slot *slot, int fd);
void coil__uring_slots_free(struct uring_driver *self);

/* A new op takes its place. */
void coil__uring_slot_add(struct uring_driver *self, struct slot *slot, struct op *op);

/* An op leaves: it is over, or goes another way. Whoever was behind it is next. */
void coil__uring_slot_remove(struct uring_driver *self, struct slot *slot, struct op *op);

/* The kernel is to be told to give this one back. */
void coil__uring_slot_leave(struct uring_driver *self, struct slot *slot, struct op *op);

/* The op is to be asked once more, at its old place. */
void coil__uring_slot_again(struct uring_driver *self, struct slot *slot, struct op *op);

/* An op goes to a worker, who needs the descriptor to stay what it is. */
void coil__uring_slot_lend(struct uring_driver *self, struct slot *slot, struct op *op);

/* It is back from there, and has its new place or none: what waited for that is closed. */
void coil__uring_slot_back(struct uring_driver *self, const struct op *op);

/*
 * A new life of the number. What the kernel did not know ends with -EBADF; what it knows becomes
 * an orphan, and its removal is to be told.
 */
void coil__uring_slot_reset(struct uring_driver *self, struct slot *slot);

/* The descriptor of this OP_CLOSE begins a new life. True: the op waits for a worker. */
bool coil__uring_slot_close(struct uring_driver *self, struct op *op);

/* A socket that the driver has accepted: of its listener's sort, which is asked but once. */
void coil__uring_slot_born(struct uring_driver *self, struct slot *listener, int fd);

#endif
