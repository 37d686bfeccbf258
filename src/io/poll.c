/* coil_poll: a task waits for a descriptor of somebody else's. */
#include "io/op_wait.h"

coil_async int coil_poll(int fd, short events)
{
    struct op_wait wait = {.op = {.kind = OP_POLL, .fd = fd, .poll = {(uint16_t)events}}};
    int err = coil__op_wait(&wait, "poll");

    return err != 0 ? err : (int)wait.op.result;
}
