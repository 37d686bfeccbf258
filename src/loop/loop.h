/*
 * The loop from the inside: a ready queue, timers, an inbox for other threads, a driver to sleep
 * in.
 *
 * A turn (asyncio: _run_once) takes what the world and other threads brought, what time brought,
 * and runs exactly the callbacks that are ready then: the marker, a handle like any other, is put
 * behind the last of them, and the turn is over when it comes up. What they make ready goes behind
 * the marker.
 */
#ifndef COIL_LOOP_LOOP_H
#define COIL_LOOP_LOOP_H

#include <coil/loop.h>

#include "base/atomic.h"
#include "base/list.h"
#include "base/slab.h"
#include "base/spares.h"
#include "drive/drive.h"
#include "loop/context.h"
#include "loop/future.h"
#include "loop/port.h"
#include "loop/timers.h"
#include "mach/spin.h"
#include "mach/stack.h"
#include "mach/switch.h"

/* One activation of the loop, on the stack of whoever runs it; the innermost one is
 * loop->runner. */
struct loop_runner {
    struct mach_context here; /* parked here while a task runs */
    struct coil_handle marker;
    bool stop;             /* after this turn */
    struct coil_done done; /* run_until_complete: stops it */

    /* What ran around it, and goes on after it. */
    struct coil_loop *loop;
    struct loop_runner *outer;
    struct mach_context *home;
    bool direct;
    struct coil_future *current;
    struct coil_context *context;
};

/*
 * Something that works for the loop by itself, not in a task (a stream that still writes, a server,
 * a child, a job of another thread). When the loop closes it is told: it cancels its operations,
 * which are waited for, and begins no new ones.
 */
struct loop_guest {
    struct coil_link link; /* in loop->guests */
    void (*loop_closes)(struct loop_guest *guest);
};

/* What is held back until the loop next asks the world for news (io/outbox.h). */
struct loop_outbox {
    void (*empty)(struct loop_outbox *outbox);
    size_t count; /* of those who have something in it */
};

struct coil_executor;

struct coil_loop {
    /* Hot: touched at every switch. */
    struct coil_link ready;
    struct loop_runner *runner; /* NULL: not running */
    struct mach_context *home;  /* where a task parks to when it does not switch to the next one
                                   itself */
    bool direct; /* it may: no eager start is under way, and nobody times the callbacks */
    struct coil_future *current;  /* the task that runs */
    struct coil_context *context; /* the running handle's, owned while it runs */
    int64_t now;                  /* as last read */
    bool fresh;                   /* `now` was read in this callback */
    unsigned turns_left;          /* quiet turns until the world is asked again */
    struct coil_future *reap;     /* a task that ended and cannot free its own stack */
    uint64_t running_id;          /* of the current task; read by other threads */
    uint64_t turns, callbacks;

    struct loop_port *port;
    struct timers timers;
    struct driver *driver;
    const char *driver_name;

    struct coil_link tasks; /* all that are not done, oldest first */
    uint32_t last_task_id;
    uint64_t tasks_live;
    struct slab slab;
    struct spares spares;       /* to receive into */
    struct loop_outbox *outbox; /* one block; NULL until it is needed */
    struct mach_stacks stacks;

    unsigned quantum; /* turns between two looks at the world, adapted to their length */
    int64_t polled_at;
    struct mach_spin spin;
    uint64_t sleeps;
    struct word stop_asked; /* by another thread */
    struct word running;
    bool stop_early;      /* coil_loop_stop before run_forever */
    bool closing, closed; /* closed: only memory is left, until the owner and all objects go */
    bool refusing;        /* no new work from other threads: it is being stopped */
    bool signal_stack;    /* this run has one, to tell of overflows on */
    int64_t end_status;   /* what those get who come too late, or were left over */
    struct coil_link guests;
    struct coil_future *spender; /* who made the attempts counted here, see io/op_wait.c */
    unsigned attempts;
    bool debug;
    bool nothing_left;          /* simulator: the last wait found that nothing can happen */
    unsigned others;            /* threads that may post: a simulated loop must wait for them */
    size_t lent;                /* functions that its default executor has, cancelled ones too */
    struct coil_call *all_back; /* NULL, or to be called when there are none any more */
    int64_t slow_ns;
    struct coil_executor *executor; /* run_in_executor's default; NULL: the process's own */
    uint64_t objects; /* futures and tasks somebody still holds, and the owner's claim until close
                       */
    uintptr_t thread; /* that runs it, 0 before the first run */
    uint32_t generation;

    struct coil_loop_hooks hooks;
    coil_report_fn *report;
    void *report_arg;
    struct coil_exception *raised; /* outside tasks */
    struct coil_future no_memory;  /* the future that failed already */
    struct coil_future refused;    /* the same, of a loop that closes */
    char name[32];
};

/* The loop that runs in this thread. initial-exec: one instruction, also from a shared library. */
extern __thread struct coil_loop *coil__loop_running __attribute__((tls_model("initial-exec")));

#define LOOP_QUANTUM_MAX 4096u
#define LOOP_QUANTUM_NS 100000

static inline struct coil_loop *loop_here(const char *caller)
{
    struct coil_loop *loop = coil__loop_running;

    REQUIRE(loop != NULL,
            "%s needs a running loop in this thread: call it from a coroutine or callback, or use "
            "coil_run, coil_submit or coil_call_soon_threadsafe",
            caller);
    return loop;
}

/* Only its own thread may touch a loop that runs. */
static inline void loop_owned(const struct coil_loop *loop, const char *caller)
{
    if (unlikely(coil__loop_running != loop))
        REQUIRE(word_load(&loop->running) == 0,
                "%s was called from another thread than the loop's: use coil_submit or "
                "coil_call_soon_threadsafe",
                caller);
}

/* Door 4: the only place that appends to the ready queue. */
static inline void loop_ready(struct coil_loop *loop, struct coil_handle *handle)
{
    list_append(&loop->ready, &handle->link);
}

/* Reads the clock, at most once per callback. */
static inline int64_t loop_now(struct coil_loop *loop)
{
    if (!loop->fresh) {
        loop->now = loop->driver->ops->now(loop->driver);
        loop->fresh = coil__loop_running == loop;
        if (loop->now - loop->polled_at > LOOP_QUANTUM_NS)
            loop->turns_left = 0;
    }
    return loop->now;
}

void coil__turn_marker(struct coil_handle *handle);

/*
 * A turn is over and the next may begin without going back to the runner: nobody stops, no mail, no
 * timer due, and it is not yet time to look at the world. Then the marker goes behind what is
 * ready.
 */
static inline bool loop_next_turn_quietly(struct coil_loop *loop)
{
    struct loop_runner *runner = loop->runner;

    if (loop->turns_left == 0 || runner->stop || port_has_mail(loop->port) ||
        loop->timers.earliest <= loop->now || loop->ready.prev == &runner->marker.link)
        return false;
    loop->turns_left--;
    COUNTER_ADD(loop->turns, 1);
    list_remove(&runner->marker.link);
    list_append(&loop->ready, &runner->marker.link);
    return true;
}

/* The next handle of this turn, not yet taken; NULL: the runner has to decide. */
static inline struct coil_handle *loop_peek(struct coil_loop *loop)
{
    struct coil_link *first = loop->ready.next;

    if (first == &loop->runner->marker.link) {
        if (!loop_next_turn_quietly(loop))
            return NULL;
        first = loop->ready.next;
    }
    return container_of(first, struct coil_handle, link);
}

/* Runs turns until runner->stop; door 6 is in there. 0 or -EDEADLK. */
int coil__loop_run(struct coil_loop *loop, struct loop_runner *runner);

/* The activation is over, by itself or because it was cut off: goes back to what was around it. */
void coil__loop_leave(struct loop_runner *runner);

/* Runs what is ready, and what that makes ready, without sleeping: for closing. */
void coil__loop_run_ready(struct coil_loop *loop, unsigned turns_at_most);

/* While the loop closes: tells its guests, and waits until the world has given everything back. */
void coil__loop_drain(struct coil_loop *loop);

/* A loop that is closed goes when the last of its futures does. */
void coil__loop_free(struct coil_loop *loop);

static inline void loop_object_gone(struct coil_loop *loop)
{
    if (unlikely(--loop->objects == 0 && loop->closed))
        coil__loop_free(loop);
}

/* What to do with all tasks when the loop closes: task/ sets it. */
extern void (*coil__loop_close_tasks)(struct coil_loop *loop);
/* How run_until_complete waits inside a stackful task: task/ sets it. */
extern struct coil_result (*coil__loop_await)(struct coil_future *future);
extern bool (*coil__loop_can_await)(struct coil_loop *loop);

/* The slot that coil_raise and failed awaits write: the running task's, else the loop's. NULL
 * outside a loop. */
struct coil_exception **coil__raised_slot(void);

/* The loop's end, on its thread: all is settled, and what the world gave it is given back. Its
 * memory stays until coil_loop_close. */
void coil__loop_shut(struct coil_loop *loop);

/* Its thread ends, and no run function will return: everything outstanding gets -COIL_EDIED. */
void coil__loop_die(struct coil_loop *loop);

/* The same task/ has to hear when one of its tasks was running then: it never stops at an await
 * again. Takes loop->context over. */
extern void (*coil__loop_task_cut)(struct coil_future *task);

/* task/: asks every task to end; the oldest one, counted. */
extern void (*coil__loop_cancel_all)(struct coil_loop *loop, const char *why);
extern struct coil_future *(*coil__loop_oldest_task)(struct coil_loop *loop);

/* Reports through the loop's exception handler. */
void coil__report(struct coil_loop *loop, const char *message, int64_t status,
                  const struct coil_exception *exception, struct coil_future *future);

#endif
