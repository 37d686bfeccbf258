/* Slots by number, and what a try teaches. */
#include "drive/slots.h"

#include "world.h"

TEST(a_slot_is_found_by_its_number_and_made_once)
{
    struct poll_slots slots = {NULL, 0};
    static const int fds[] = {0, 63, 64, 1000, 100000};
    struct poll_slot *slot;

    CHECK_PTR(slot_find(&slots, 5), NULL);
    for (int i = 0; i < 5; i++) {
        slot = slot_of(&slots, fds[i]);
        CHECK_EQ(slot->fd, fds[i]);
        CHECK_EQ(slot->ready, BOTH);
        CHECK_PTR(slot_of(&slots, fds[i]), slot);
        CHECK_PTR(slot_find(&slots, fds[i]), slot);
    }
    CHECK_PTR(slot_find(&slots, -1), NULL);
    CHECK_PTR(slot_find(&slots, 1 << 30), NULL);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(slot_of(&slots, 1 << 24), NULL);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(slot_of(&slots, 5000), NULL);
    CHECK_EQ(slot_of(&slots, 5000)->fd, 5000);
    coil__slots_free(&slots);
}

TEST(a_slot_lies_within_one_cache_line)
{
    struct poll_slots slots = {NULL, 0};

    for (int fd = 0; fd < 1000; fd += 7)
        CHECK_EQ((uintptr_t)slot_of(&slots, fd) % CACHE_LINE, 0);
    coil__slots_free(&slots);
}

TEST(ops_at_an_offset_wait_for_nobody)
{
    struct op op = {.kind = OP_READ};

    CHECK_EQ(op_direction(&op), NEITHER);
    op.rw.offset = OP_STREAM;
    CHECK_EQ(op_direction(&op), READING);
    op.kind = OP_WRITE;
    CHECK_EQ(op_direction(&op), WRITING);
    op.kind = OP_POLL;
    CHECK_EQ(op_direction(&op), NEITHER);
}

static int64_t try_read(struct poll_slot *slot, void *data, size_t size)
{
    struct op op = {.kind = OP_READ, .fd = slot->fd};

    op.rw.data = data;
    op.rw.size = size;
    op.rw.offset = OP_STREAM;
    return coil__slot_try(slot, &op);
}

TEST(a_short_read_says_that_nothing_is_left_unless_the_end_was_told)
{
    struct poll_slots slots = {NULL, 0};
    struct poll_slot *slot;
    char data[8];
    int ends[2];

    open_pipe(ends);
    slot = slot_of(&slots, ends[0]);
    CHECK_EQ(write(ends[1], "abcdefghij", 10), 10);
    CHECK_EQ(try_read(slot, data, 8), 8);
    CHECK_EQ(slot->ready, BOTH);
    CHECK_EQ(try_read(slot, data, 8), 2);
    CHECK_EQ(slot->ready, WRITING);
    CHECK_EQ(write(ends[1], "k", 1), 1);
    slot->asked = READING; /* then only an edge opens it again */
    CHECK(slot_waits(slot, READING));
    CHECK(!slot_waits(slot, WRITING));
    slot->asked = 0;
    CHECK(!slot_waits(slot, READING));
    CHECK_EQ(try_read(slot, data, 8), 1);
    slot->ready = BOTH;
    slot->flags = SLOT_SHORT;
    CHECK_EQ(write(ends[1], "l", 1), 1);
    CHECK_EQ(try_read(slot, data, 8), 1);
    CHECK_EQ(slot->ready, BOTH);
    CHECK_EQ(try_read(slot, data, 8), -EAGAIN);
    CHECK_EQ(slot->ready, WRITING);
    coil__slots_free(&slots);
    close_both(ends);
}
