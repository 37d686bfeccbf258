/* Words in memory, waited for by tasks and woken from anywhere. */
#include <coil/futex.h>

#include "io/op_wait.h"
#include "mach/sys.h"

static bool is_aligned(const uint32_t *word)
{
    return (uintptr_t)word % sizeof(*word) == 0;
}

coil_async int coil_futex_wait(const uint32_t *word, uint32_t expected)
{
    struct op_wait wait = {.op = {.kind = OP_FUTEX, .fd = -1}};
    int64_t result;

    if (!is_aligned(word))
        return -EINVAL;
    wait.op.futex.word = word;
    wait.op.futex.expected = expected;
    result = coil__op_run(&wait, "futex_wait");
    return result == FUTEX_DIFFERS ? -EAGAIN : (int)result;
}

int coil_futex_wake(const uint32_t *word, int n)
{
    return n > 0 ? coil__sys_futex_wake_shared(word, n) : 0; /* the kernel would wake one */
}
