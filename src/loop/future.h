/*
 * Futures from the inside.
 *
 *   PENDING --settle--> DONE | FAILED | CANCELLED           never back, and only through
 *   coil__future_settle (door 3)
 *
 * While pending, `callbacks` lists the handles to be made ready; when it is settled they go to the
 * ready queue and the same memory holds the result. What a kind of future does differently when
 * cancelled or freed is in its future_kind.
 */
#ifndef COIL_LOOP_FUTURE_H
#define COIL_LOOP_FUTURE_H

#include <coil/future.h>

#include "base/check.h"
#include "base/list.h"
#include "loop/exception.h"

enum future_state { FUTURE_PENDING, FUTURE_DONE, FUTURE_FAILED, FUTURE_CANCELLED };

enum future_flags {
    FUTURE_UNSEEN = 1,  /* failed, and nobody looked yet: reported when the last reference goes */
    FUTURE_STATIC = 2,  /* embedded in something: not counted, not freed */
    FUTURE_TAKEN = 4,   /* the value's drop function is disarmed */
    FUTURE_VISITED = 8, /* a search was here: for await cycles, for one given twice */
    FUTURE_QUIET = 16,  /* its failure is nobody's business: never reported */
    FUTURE_WATCHED = 32 /* has a watcher among its callbacks, see future_waiter */
};

enum future_kind_id {
    FUTURE_PLAIN,
    FUTURE_TASK,
    FUTURE_GATHER,
    FUTURE_SHIELD,
    FUTURE_ARRIVAL,
    FUTURE_KINDS
};

/* 56 bytes: a task has to fit, with its state, in 200. */
struct coil_future {
    struct coil_loop *loop;
    uint32_t refs;
    uint8_t state;
    uint8_t kind;
    uint8_t flags;
    uint8_t spare;
    union {
        struct coil_link callbacks; /* pending */
        struct coil_result result;  /* settled */
    };
    coil_drop_fn *drop;               /* of the value; of a waiter, see future_when_lost */
    struct coil_exception *exception; /* owned; why it failed or was cancelled; before that, what
                                         the task raised */
    const char *place;                /* "what file:line" */
};

struct future_kind {
    const char *name;
    /* Asks for cancellation; false if there was nothing left to cancel. */
    bool (*cancel)(struct coil_future *future, struct coil_exception *reason);
    /* The last reference is gone: gives the memory back. */
    void (*free)(struct coil_future *future);
    /* What it is called in messages, as snprintf; NULL: "future at file:line". */
    int (*label)(const struct coil_future *future, char *buffer, size_t size);
    /* Where it keeps the context it ran in, while it does not run; NULL: it has none. */
    struct coil_context **(*context)(struct coil_future *future);
};

extern const struct future_kind *coil__future_kinds[FUTURE_KINDS];

/* Marks a future, so that one given twice is found; false: it was marked. To be unmarked before
 * anything else runs. */
static inline bool future_mark(struct coil_future *future)
{
    bool fresh = !(future->flags & FUTURE_VISITED);

    future->flags |= FUTURE_VISITED;
    return fresh;
}

static inline void future_unmark(struct coil_future *future)
{
    future->flags &= (uint8_t)~FUTURE_VISITED;
}

/*
 * A handle among a future's callbacks that stands for somebody's waiting says whose: the cycle
 * search and the monitor follow it. `owner` gives the future that depends on this handle's future,
 * or NULL.
 *
 * Such a handle's owner has a reference to the future. One that only watches, for as long as
 * somebody else has, is of a kind with `lost`: it gets its reference when the future is settled,
 * and has to give it up when it runs. If it will not run, because everybody gave the pending future
 * up or the loop closes, it hears of that instead; it is in no list then, and has a reference only
 * if the future is settled.
 */
struct future_waiter {
    void (*run)(struct coil_handle *handle);
    struct coil_future *(*owner)(struct coil_handle *handle); /* NULL: nobody waits by it */
    void (*lost)(struct coil_handle *handle);
};

/* Tells the watchers of a pending future that nobody will settle it. */
void coil__future_lost(struct coil_future *future);

/* The same for one of them; false if the handle is no watcher's. */
bool coil__future_watcher_lost(struct coil_handle *handle);

/* Gives each watcher its reference. */
void coil__future_hold_for_watchers(struct coil_future *future);

/* Registers a run function whose handles stand for waiting. A few, at start. */
void coil__future_waiter_add(const struct future_waiter *waiter);

static inline bool future_pending(const struct coil_future *future)
{
    return future->state == FUTURE_PENDING;
}

static inline void future_init(struct coil_future *future, struct coil_loop *loop,
                               enum future_kind_id kind, const char *place)
{
    future->loop = loop;
    future->refs = 1;
    future->state = FUTURE_PENDING;
    future->kind = (uint8_t)kind;
    future->flags = 0;
    future->spare = 0;
    list_init(&future->callbacks);
    future->drop = NULL;
    future->exception = NULL;
    future->place = place;
}

/* A future on the stack of the task that will wait for it, and nobody else. */
static inline void future_init_waiter(struct coil_future *future, struct coil_loop *loop,
                                      const char *what)
{
    future_init(future, loop, FUTURE_PLAIN, what);
    future->flags = FUTURE_STATIC | FUTURE_QUIET;
}

static inline void future_fini_waiter(struct coil_future *future)
{
    exception_unref(future->exception);
    future->exception = NULL;
}

/* What a waiter has left with others must not stay there if its task is destroyed while it waits:
 * then lost(waiter) takes it back, for its stack is gone. */
static inline void future_when_lost(struct coil_future *waiter, coil_drop_fn *lost)
{
    waiter->drop = lost;
}

static inline void future_lose_waiter(struct coil_future *waiter)
{
    if (waiter->drop != NULL)
        waiter->drop(waiter);
    future_fini_waiter(waiter);
}

/* Wakes whoever waits for it, unless it was cancelled before. */
static inline void future_wake(struct coil_future *waiter);

/* Door 3: the only place that changes a future's state. Takes `exception` over. */
void coil__future_settle(struct coil_future *future, enum future_state state,
                         struct coil_result result, struct coil_exception *exception);

/* Settles as another, settled one was: for futures that stand for others. The value is borrowed. */
void coil__future_settle_like(struct coil_future *future, struct coil_future *source);

/* Settles by status: < 0 fails, -ECANCELED cancels. */
void coil__future_settle_status(struct coil_future *future, struct coil_result result,
                                struct coil_exception *exception);

static inline void future_wake(struct coil_future *waiter)
{
    if (future_pending(waiter))
        coil__future_settle(waiter, FUTURE_DONE, coil_value(NULL), NULL);
}

/* The result of a settled future; its failure has been seen. */
static inline struct coil_result future_look(struct coil_future *future)
{
    future->flags &= (uint8_t)~FUTURE_UNSEEN;
    return future->result;
}

/* Cancels with a reason that may be shared by several (not taken over, may be NULL). */
bool coil__future_cancel(struct coil_future *future, struct coil_exception *reason);

void coil__future_free(struct coil_future *future);

/* A callback that will not run any more: if it is a coil_done or a watcher, gives up what it holds
 * and says true. */
bool coil__future_drop_callback(struct coil_handle *handle);

static inline struct coil_future *future_ref(struct coil_future *future)
{
    future->refs++;
    return future;
}

static inline void future_unref(struct coil_future *future)
{
    if (--future->refs == 0)
        coil__future_free(future);
}

/* Drops a value nobody took and reports an error nobody saw; for those who free futures of their
 * own kind. */
void coil__future_fini(struct coil_future *future);

/* The state in words, for repr and reports. */
const char *coil__future_state_name(const struct coil_future *future);

/*
 * May `waiter` wait for `target`? -EDEADLK: that would close a circle, `target` waits for it
 * already; *chain (may be NULL) is written: "a -> b -> a". -ENOMEM: too many wait to find it out.
 */
int coil__future_may_wait(struct coil_future *waiter, struct coil_future *target, char *chain,
                          size_t size);

/* How a future is called in messages: "Task-3 (fetch)" or "future at file:line". */
int coil__future_label(const struct coil_future *future, char *buffer, size_t size);

#endif
