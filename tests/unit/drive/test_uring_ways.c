/* Which request an op becomes, by what its descriptor is. */
#include "world.h"

#include "drive/uring_ask.h"

/* A kernel that has all, and what it is asked for an op of this kind. */
static unsigned opcode_for(enum op_kind kind, enum nature nature)
{
    struct uring_driver self = {.operations = UINT64_MAX, .modern = true};
    struct slot slot = {.fd = -1, .nature = nature, .sort = SORT_STREAM};
    struct op op = {.kind = (uint8_t)kind, .fd = -1};
    struct uring_sqe request = {0};

    op.rw.offset = OP_STREAM;
    CHECK_EQ(coil__uring_way(&self, &slot, &op), WAY_RING);
    CHECK_EQ(coil__uring_ask(&self, &slot, &op, &request), 0);
    return request.opcode;
}

TEST(what_is_read_from_a_socket_or_written_to_it_goes_as_to_a_socket)
{
    static const enum nature sockets[] = {NATURE_TCP, NATURE_SOCKET, NATURE_BLOCKING_SOCKET};

    for (size_t i = 0; i < sizeof(sockets) / sizeof(*sockets); i++) {
        CHECK_EQ(opcode_for(OP_READ, sockets[i]), URING_OP_RECV);
        CHECK_EQ(opcode_for(OP_WRITE, sockets[i]), URING_OP_SEND);
    }
    CHECK_EQ(opcode_for(OP_READ, NATURE_PIPE), URING_OP_READ);
}
