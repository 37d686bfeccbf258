/*
 * Random programs: what tasks, callbacks and locks do to each other, as data. The same program is
 * run by coil (coil_*.c), by the model of asyncio (model_*.c) and by asyncio itself
 * (check_model.py), and all must tell the same trace.
 *
 * A program has slots for futures: plain ones first, then the tasks, then one per task for a gather
 * or shield that it makes. Task 0 is the main one; when its script is over it cancels whatever is
 * left.
 *
 * A script is a list of actions; a block's body follows it. Whatever gives an error is handled by
 * the action's policy. No program waits for itself: a task only awaits tasks with a higher number,
 * and what such tasks have gathered.
 */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    FUTURES = 6,
    TASKS = 24, /* at most */
    CALLS = 5,
    DONES = 5,
    SLOTS = FUTURES + 2 * TASKS,
    LIST = 4,     /* futures in a gather, wait or as_completed */
    ACTIONS = 24, /* in a script, at most */
    DEPTH = 3,    /* blocks in blocks, at most */
    LOCKS = 2,
    EVENTS = 2,
    SEMAPHORES = 2, /* the second one is bounded */
    CONDITIONS = 2,
    BARRIERS = 2,
    QUEUES = 3, /* FIFO of 2, LIFO, priority */
    QUEUE_BOUND = 2,
    BARRIER_PARTIES = 2, /* of the first; each has one more than the one before */
    FOREVER = -1         /* as a number of units */
};

/* What may do it: */
enum kind_flags {
    BLOCK = 1,    /* has a body */
    STACKFUL = 2, /* only a task with a stack */
    ANYWHERE = 4, /* also a callback */
    AWAITS = 8    /* may suspend */
};

/*
 * name, flags, since which CPython it behaves as here, and how often it is drawn. a, b, list:
 * slot, duration in units, number of the object ...
 */
#define ACTION_KINDS(X)                                                                           \
    X(SLEEP, AWAITS, 11, 10) /* a units */                                                        \
    X(YIELD, AWAITS, 11, 8)                                                                       \
    X(AWAIT, AWAITS, 11, 14)                  /* a slot */                                        \
    X(GATHER_AWAIT, AWAITS, 12, 5)            /* list, a: return_exceptions */                    \
    X(SHIELD_AWAIT, AWAITS, 11, 4)            /* a slot */                                        \
    X(WAIT_FOR, AWAITS | STACKFUL, 13, 6)     /* a slot, b units */                               \
    X(WAIT, AWAITS | STACKFUL, 11, 5)         /* list, a condition, b units */                    \
    X(AS_COMPLETED, AWAITS | STACKFUL, 13, 4) /* list, a: how many are taken, b units */          \
    X(SETTLE, ANYWHERE, 11, 5)                /* a future, b value */                             \
    X(FAIL, ANYWHERE, 11, 3)                  /* a future, b code */                              \
    X(CANCEL, ANYWHERE, 11, 7)                /* a slot */                                        \
    X(UNCANCEL, ANYWHERE, 13, 2)              /* a slot of a task */                              \
    X(CANCELLING, ANYWHERE, 11, 1)            /* a slot of a task */                              \
    X(STATE, ANYWHERE, 11, 2)                 /* a slot */                                        \
    X(COUNT, ANYWHERE, 11, 1)                 /* the tasks that are not done */                   \
    X(CREATE, 0, 11, 8)                       /* a task */                                        \
    X(GATHER, 0, 12, 3)                       /* list, a: return_exceptions; into its own slot */ \
    X(SHIELD, 0, 11, 2)                       /* a slot; the same */                              \
    X(RAISE, 0, 11, 2)                        /* b code */                                        \
    X(CALL_SOON, ANYWHERE, 11, 3)             /* a call */                                        \
    X(CALL_LATER, ANYWHERE, 11, 3)            /* a call, b units */                               \
    X(CALL_CANCEL, ANYWHERE, 11, 1)           /* a call */                                        \
    X(ADD_DONE, ANYWHERE, 11, 4)              /* a callback, b slot */                            \
    X(REMOVE_DONE, ANYWHERE, 11, 1)           /* a callback */                                    \
    X(TIMEOUT, BLOCK, 13, 7)                  /* a units */                                       \
    X(RESCHEDULE, 0, 13, 0)                   /* a: which scope, 0 the innermost; b units */      \
    X(GROUP, BLOCK | STACKFUL, 13, 7)                                                             \
    X(GROUP_CREATE, STACKFUL, 13, 0)            /* a task */                                      \
    X(LOCK, BLOCK | STACKFUL, 13, 5)            /* a lock */                                      \
    X(SEMAPHORE, BLOCK | STACKFUL, 13, 4)       /* a semaphore */                                 \
    X(SEMAPHORE_RELEASE, ANYWHERE, 13, 2)       /* a semaphore */                                 \
    X(CONDITION, BLOCK | STACKFUL, 13, 6)       /* a condition */                                 \
    X(CONDITION_WAIT, AWAITS | STACKFUL, 13, 0) /* a condition */                                 \
    X(CONDITION_NOTIFY, STACKFUL, 13, 0)        /* a condition, b how many */                     \
    X(EVENT_WAIT, AWAITS | STACKFUL, 11, 3)     /* a event */                                     \
    X(EVENT_SET, ANYWHERE, 11, 3)               /* a event */                                     \
    X(EVENT_CLEAR, ANYWHERE, 11, 2)             /* a event */                                     \
    X(BARRIER_WAIT, AWAITS | STACKFUL, 13, 5)   /* a barrier */                                   \
    X(BARRIER_RESET, AWAITS | STACKFUL, 13, 1)  /* a barrier */                                   \
    X(BARRIER_ABORT, AWAITS | STACKFUL, 13, 1)  /* a barrier */                                   \
    X(QUEUE_PUT, AWAITS | STACKFUL, 13, 6)      /* a queue, b value */                            \
    X(QUEUE_GET, AWAITS | STACKFUL, 13, 5)      /* a queue */                                     \
    X(QUEUE_JOIN, AWAITS | STACKFUL, 13, 1)     /* a queue */                                     \
    X(QUEUE_PUT_NOWAIT, ANYWHERE, 13, 2)        /* a queue, b value */                            \
    X(QUEUE_GET_NOWAIT, ANYWHERE, 13, 2)        /* a queue */                                     \
    X(QUEUE_TASK_DONE, ANYWHERE, 13, 2)         /* a queue */                                     \
    X(QUEUE_SHUTDOWN, ANYWHERE, 13, 1)          /* a queue, b: immediate */                       \
    X(TO_THREAD, AWAITS | STACKFUL, 99, 0)      /* b value: only with disorder, see disorder.c */ \
    X(POLL, AWAITS | STACKFUL, 99, 0)

enum action_kind {
#define X(name, flags, since, weight) DO_##name,
    ACTION_KINDS(X)
#undef X
        ACTION_KIND_COUNT
};

struct kind_info {
    const char *name;
    unsigned flags;
    int since; /* CPython 3.x */
    int weight;
};

extern const struct kind_info kind_infos[];

/* What is done about an error. */
enum policy {
    POLICY_RAISE,   /* it ends the block, or the task */
    POLICY_GO_ON,   /* it is swallowed, a cancellation too */
    POLICY_CLEANUP, /* a sleep of one unit, then it is raised */
    POLICY_UNCANCEL /* a cancellation is taken back and swallowed */
};

struct action {
    uint8_t kind, policy;
    uint8_t body; /* how many of the following actions are in the block */
    uint8_t n;
    int16_t a, b;
    uint8_t list[LIST];
};

struct script {
    int count;
    struct action actions[ACTIONS];
};

enum task_kind { TASK_WITH_STACK, TASK_WITHOUT, TASK_OF_OTHERS };

struct program_task {
    enum task_kind kind;
    bool eager;
    struct script script;
};

struct program {
    int64_t unit_ns;
    int tasks;
    struct program_task task[TASKS];
    struct script call[CALLS];
    struct script done[DONES];
};

/* What a program is drawn from. */
struct recipe {
    uint64_t seed;
    int since;            /* only what CPython 3.<since> does as here; 99: all */
    bool disorder;        /* with worker threads and descriptors */
    const uint8_t *bytes; /* drawn from these first, while they last: a fuzzer's */
    size_t size;
};

void program_draw(const struct recipe *recipe, struct program *program);

/* As one line of JSON. */
void program_print(const struct program *program, FILE *file);

/* Makes it smaller while `fails` says that it still does. */
void program_shrink(struct program *program, bool (*fails)(const struct program *));

static inline int slot_of_task(int task)
{
    return FUTURES + task;
}

static inline int slot_made_by(int task)
{
    return FUTURES + TASKS + task;
}

static inline bool slot_is_task(int slot)
{
    return slot >= FUTURES && slot < FUTURES + TASKS;
}

static inline struct script *script_at(struct program *program, int index)
{
    if (index < TASKS)
        return &program->task[index].script;
    return index < TASKS + CALLS ? &program->call[index - TASKS]
                                 : &program->done[index - TASKS - CALLS];
}

#endif
