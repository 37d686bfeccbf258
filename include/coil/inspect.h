/*
 * Live control: who runs, who waits for whom, cancel this one. From any thread, while the loop
 * runs; no task's code is run for it. (asyncio has capture_call_graph and `ps`; it cannot cancel
 * from outside.)
 *
 *     struct coil_snapshot *now;
 *
 *     if (coil_snapshot_open(loop, COIL_SECONDS(1), &now) == 0) {
 *         coil_snapshot_print(now, stdout, COIL_SNAPSHOT_TREE);
 *         coil_snapshot_close(now);
 *     }
 */
#ifndef COIL_INSPECT_H
#define COIL_INSPECT_H

#include <stdio.h>

#include <coil/loop.h>

COIL_BEGIN_DECLS

enum coil_task_state {
    COIL_TASK_READY,     /* has not started, or waits for its turn */
    COIL_TASK_RUNNING,   /* the one that runs */
    COIL_TASK_WAITING,   /* for a future, a lock, a time, the world */
    COIL_TASK_CANCELLING /* asked to cancel, and not ended yet */
};

struct coil_task_info {
    uint64_t id;
    uint64_t parent_id;    /* the task that created it; 0: a callback or another thread */
    uint64_t waits_for_id; /* the task it waits for, 0 if none */
    uint64_t switches;     /* how often it was resumed */
    int64_t age_ns;        /* since creation */
    int64_t deadline_ns; /* on the loop's clock, of the nearest timeout scope; COIL_FOREVER: none */
    int64_t stack_bytes; /* touched; 0: no stack */
    enum coil_task_state state;
    char name[48];
    char place[112];     /* "function file:line" of its creation */
    char waits_for[112]; /* "", or what it waits for in words */
};

/* What was true at one moment: the loop's clock and all its tasks, oldest first. */
struct coil_snapshot {
    int64_t time_ns;
    size_t count;
    struct coil_task_info *tasks;
};

/**
 * Takes a picture of a loop. On the loop's own thread at once; from another one it asks the loop,
 * which answers between two callbacks.
 *
 * Suspends: no, it blocks the thread. Thread: any. Owns: the caller closes it.
 * Returns: 0; -ETIMEDOUT (the loop is stuck in a callback; coil_loop_stuck tells in which task);
 * -COIL_ESTOPPED;
 * -EINTR (coil_interrupt); -ENOMEM.
 */
COIL_EXPORT int coil_snapshot_open(struct coil_loop *loop, int64_t timeout_ns,
                                   struct coil_snapshot **out);

/**
 * Frees it.
 *
 * Suspends: no. Thread: any. NULL is fine.
 */
COIL_EXPORT void coil_snapshot_close(struct coil_snapshot *snapshot);

enum coil_snapshot_format {
    COIL_SNAPSHOT_TABLE, /* a line per task */
    COIL_SNAPSHOT_TREE   /* a task below the one that made it, with what it waits for; linear in
                            size */
};

/**
 * Prints it.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_snapshot_print(const struct coil_snapshot *snapshot, FILE *to,
                                     enum coil_snapshot_format format);

/**
 * The word for a state: "ready", "running", "waiting", "cancelling".
 *
 * Suspends: no. Thread: any.
 * Returns: a string that lives for ever.
 */
COIL_EXPORT const char *coil_task_state_name(enum coil_task_state state);

/**
 * Which task has the loop's thread now, without asking the loop: works when the loop is stuck.
 *
 * Suspends: no. Thread: any.
 * Returns: its id; 0: none.
 */
COIL_EXPORT uint64_t coil_loop_stuck(const struct coil_loop *loop);

/**
 * Cancels any task of the loop by its id, inner children too. Call it as coil_cancel_id(loop, id,
 * message).
 *
 * Suspends: no, it blocks the thread until the loop has taken it. Thread: any.
 * Returns: 0; -ESRCH (no such task, or it is done); -ETIMEDOUT (after 5 s: the loop is stuck, the
 * request stands); -COIL_ESTOPPED;
 * -EINTR (coil_interrupt); -ENOMEM.
 */
COIL_EXPORT int coil_cancel_id_at(struct coil_loop *loop, uint64_t id, const char *message,
                                  const char *place);
#define coil_cancel_id(loop, id, message) coil_cancel_id_at(loop, id, message, COIL_PLACE("cancel"))

/**
 * Moves the deadline of the task's innermost timeout scope to `delay_ns` from now; COIL_FOREVER
 * lifts it.
 *
 * Suspends: no, it blocks the thread until the loop has taken it. Thread: any.
 * Returns: 0; -ESRCH; -ENOENT (the task is in no timeout scope); as coil_cancel_id.
 */
COIL_EXPORT int coil_set_deadline_id(struct coil_loop *loop, uint64_t id, int64_t delay_ns);

/**
 * Names any task of the loop.
 *
 * Suspends: no, it blocks the thread until the loop has taken it. Thread: any.
 * Returns: 0; as coil_cancel_id.
 */
COIL_EXPORT int coil_set_name_id(struct coil_loop *loop, uint64_t id, const char *name);

COIL_END_DECLS

#endif
