/* A question to a loop from another thread: a function runs there between two callbacks, and the
 * asker waits for it. */
#ifndef COIL_PROBE_ASK_H
#define COIL_PROBE_ASK_H

#include <coil/loop.h>

typedef int ask_fn(struct coil_loop *loop, void *block);

/*
 * Runs fn(loop, block) on the loop's thread and returns what it returned; -ETIMEDOUT if it has not
 * run by then (it still will), -COIL_ESTOPPED, -COIL_EFORKED, -ENOMEM. `block` (from mem_alloc) is
 * freed by `drop` when neither side needs it any more; *kept is set if the answer may be read, and
 * then the caller calls coil__ask_release.
 */
struct ask;
int coil__ask(struct coil_loop *loop, ask_fn *fn, void *block, void (*drop)(void *block),
              int64_t timeout_ns, struct ask **kept);
void coil__ask_release(struct ask *ask);

#endif
