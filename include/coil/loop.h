/*
 * The event loop: a queue of callbacks, timers, and one place to sleep (asyncio's loop).
 *
 *     coil_run(main_coroutine, argument)          a loop, run it, cancel what is left, close
 *
 * or by hand: open, run_forever or run_until_complete any number of times, close. A loop belongs to
 * the thread that runs it. Only the functions marked "Thread: any" may be called from others.
 */
#ifndef COIL_LOOP_H
#define COIL_LOOP_H

#include <stdbool.h>

#include <coil/result.h>

COIL_BEGIN_DECLS

struct coil_loop;
struct coil_future;
struct coil_context;

/* A place in a doubly linked list; zeroed: in none. */
struct coil_link {
    struct coil_link *next;
    struct coil_link *prev;
};

/* A callback with a place in exactly one queue. Embedded in its owner; the loop neither allocates
 * nor frees one. Fields are coil's; users embed a coil_call, below. */
struct coil_handle {
    struct coil_link link;
    void (*run)(struct coil_handle *handle);
    struct coil_context *context; /* entered while it runs; owned; NULL is the empty context */
};

/* A handle with a time. */
struct coil_timer {
    struct coil_handle handle;
    int64_t when_ns;
};

typedef void coil_call_fn(void *arg);

/* asyncio.Handle and TimerHandle: a function to call, embedded in the caller's memory. It must stay
 * where it is until it has run or was cancelled; it may be scheduled again from inside its own
 * function. */
struct coil_call {
    struct coil_timer timer;
    coil_call_fn *fn;
    void *arg;
    struct coil_context *own_context;
};

/**
 * Readies a call: which function with which argument. Not scheduled yet.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_call_init(struct coil_call *call, coil_call_fn *fn, void *arg);

/**
 * Runs the function in `context` instead of a copy of the scheduler's, the next time it is
 * scheduled (asyncio: context=).
 *
 * Suspends: no. Owns: the call takes its own reference, until it has run or coil_call_cancel.
 */
COIL_EXPORT void coil_call_set_context(struct coil_call *call, struct coil_context *context);

/**
 * Calls the function in the next turn of the loop, after all that is ready already (asyncio:
 * call_soon). Scheduling a call that is scheduled aborts.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_call_soon(struct coil_loop *loop, struct coil_call *call);

/**
 * Calls the function after `delay_ns` (asyncio: call_later). A delay <= 0 means the next turn.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_call_later(struct coil_loop *loop, struct coil_call *call, int64_t delay_ns);

/**
 * Calls the function at `when_ns` on the loop's clock (asyncio: call_at). Calls for the same time
 * run in the order in which they were made.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_call_at(struct coil_loop *loop, struct coil_call *call, int64_t when_ns);

/**
 * Calls the function on the loop's thread, waking it if it sleeps (asyncio: call_soon_threadsafe).
 * Calls from one thread run in the order in which they were made. `call` must stay until it has
 * run.
 *
 * Suspends: no. Thread: any.
 * Returns: 0; -COIL_ESTOPPED if the loop is closed, -COIL_EFORKED in a child of its process (the
 * call is not taken).
 */
COIL_EXPORT int coil_call_soon_threadsafe(struct coil_loop *loop, struct coil_call *call);

/**
 * Unschedules (asyncio: Handle.cancel). Not for a call given to coil_call_soon_threadsafe.
 *
 * Suspends: no.
 * Returns: true if it was scheduled and will not run.
 */
COIL_EXPORT bool coil_call_cancel(struct coil_call *call);

/**
 * Whether it waits for its turn or its time.
 *
 * Suspends: no.
 * Returns: true while scheduled.
 */
COIL_EXPORT bool coil_call_scheduled(const struct coil_call *call);

/* How a loop is made. All zero is the default. */
struct coil_loop_options {
    const char *driver; /* "uring", "epoll", "sim"; NULL: $COIL_DRIVER, else the best that works */
    const char *name;   /* for reports and lists; copied */
    uint64_t sim_seed;  /* sim: orders what has no order; 0: first come, first served */
    int64_t spin_ns;    /* how long at most to look again before sleeping, and other threads for its
                           results, where recent waits were that short; 0: 50 us; < 0: never */
    bool debug;         /* asyncio's debug mode: slow callbacks are reported */
};

/**
 * Opens a loop (asyncio: new_event_loop).
 *
 * Suspends: no. Thread: any; the one that first runs it becomes the loop's own.
 * Owns: the caller closes it.
 * Returns: 0; -ENOMEM, on io_uring also where the user may lock no more memory (`ulimit -l`; a
 * loop takes some 50 KiB); -EMFILE; -ENOSYS (no such driver here). *out is set only on 0.
 */
COIL_EXPORT int coil_loop_open(const struct coil_loop_options *options, struct coil_loop **out);

/**
 * Closes a loop that does not run (asyncio: close). Tasks that are still pending are reported,
 * cancelled, given one last chance to unwind without waiting, then destroyed; every future of the
 * loop that somebody else holds is settled with -COIL_ESTOPPED. Calls and done-callbacks that have
 * not run are forgotten: when it returns, their memory is the caller's again. Closing a running
 * loop aborts.
 *
 * Suspends: no. NULL is fine.
 */
COIL_EXPORT void coil_loop_close(struct coil_loop *loop);

/**
 * Runs until coil_loop_stop (asyncio: run_forever). If a coroutine or callback ends the thread by
 * pthread_exit, everything outstanding is settled with -COIL_EDIED on the way out, and only
 * coil_loop_close is left to be called, by any thread.
 *
 * Suspends: no, it is what the others are suspended in.
 * Returns: 0; -EBUSY if this loop runs already or another runs in this thread; -COIL_EDIED if its
 * thread ended in it; -EDEADLK if nothing can ever happen any more (simulator only, which counts
 * on no other thread, unless the loop is a coil_thread's).
 */
COIL_EXPORT int coil_loop_run_forever(struct coil_loop *loop);

/**
 * Runs until `future` is done (asyncio: run_until_complete). May be called while the loop runs,
 * from one of its coroutines (where it is coil_await) or callbacks (where the loop turns inside the
 * call).
 *
 * Suspends: yes, if called from a coroutine.
 * Cancel-safe: yes.
 * Returns: the future's result; -COIL_ESTOPPED if the loop was stopped first; otherwise as
 * coil_loop_run_forever.
 */
COIL_EXPORT coil_async struct coil_result coil_loop_run_until_complete(struct coil_loop *loop,
                                                                       struct coil_future *future);

/**
 * Ends run_forever after the current turn; what that turn makes ready waits for the next run
 * (asyncio: stop).
 *
 * Suspends: no. Thread: any, and signal handlers.
 */
COIL_EXPORT void coil_loop_stop(struct coil_loop *loop);

/**
 * Whether the loop runs just now (asyncio: is_running).
 *
 * Suspends: no. Thread: any.
 * Returns: true while inside a run function.
 */
COIL_EXPORT bool coil_loop_running(const struct coil_loop *loop);

/**
 * The loop that runs in this thread (asyncio: get_running_loop).
 *
 * Suspends: no. Thread: any.
 * Returns: it, or NULL.
 */
COIL_EXPORT struct coil_loop *coil_loop_current(void);

/**
 * The loop's clock (asyncio: time): monotonic; virtual under the simulator.
 *
 * Suspends: no.
 * Returns: nanoseconds since an arbitrary start.
 */
COIL_EXPORT int64_t coil_loop_time(struct coil_loop *loop);

/**
 * The same for the loop that runs in this thread.
 *
 * Suspends: no.
 * Returns: nanoseconds since an arbitrary start.
 */
COIL_EXPORT int64_t coil_time(void);

/**
 * The driver that serves the loop: "uring", "epoll" or "sim".
 *
 * Suspends: no. Thread: any.
 * Returns: its name.
 */
COIL_EXPORT const char *coil_loop_driver(const struct coil_loop *loop);

/**
 * The name given at opening; "loop" by default.
 *
 * Suspends: no. Thread: any.
 * Returns: it, living as long as the loop.
 */
COIL_EXPORT const char *coil_loop_name(const struct coil_loop *loop);

/* Called just before the loop sleeps and just after it wakes. Must not block. */
struct coil_loop_hooks {
    void (*before_sleep)(struct coil_loop *loop, void *arg);
    void (*after_sleep)(struct coil_loop *loop, void *arg);
    void *arg;
};

/**
 * Sets the hooks; NULL removes them.
 *
 * Suspends: no. Owns: nothing, `hooks` is copied.
 */
COIL_EXPORT void coil_loop_set_hooks(struct coil_loop *loop, const struct coil_loop_hooks *hooks);

/* Something went wrong that no caller is there to hear (asyncio: the context of
 * call_exception_handler). */
struct coil_report {
    const char *message;                    /* "Task exception was never retrieved", ... */
    int64_t status;                         /* the error, 0 if none */
    const struct coil_exception *exception; /* NULL if only the code is known */
    struct coil_future *future;             /* the future or task concerned, NULL if none */
    const char *name;                       /* of the task, "" if none */
    const char *place;                      /* where it was created: "function file:line" */
};

typedef void coil_report_fn(struct coil_loop *loop, const struct coil_report *report, void *arg);

/**
 * Who hears of such things (asyncio: set_exception_handler); fn == NULL: a paragraph on stderr.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_loop_set_exception_handler(struct coil_loop *loop, coil_report_fn *fn,
                                                 void *arg);

/**
 * Reports (asyncio: call_exception_handler).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_loop_call_exception_handler(struct coil_loop *loop,
                                                  const struct coil_report *report);

/**
 * Debug mode (asyncio: set_debug): callbacks and steps that take longer than slow_ns are reported.
 * slow_ns <= 0 keeps the current one (100 ms at first; asyncio: slow_callback_duration).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_loop_set_debug(struct coil_loop *loop, bool on, int64_t slow_ns);

/* What a loop counts, always. Read without stopping it. */
struct coil_loop_stats {
    uint64_t turns;      /* iterations */
    uint64_t callbacks;  /* handles run, task steps among them */
    uint64_t sleeps;     /* times the thread slept or polled the system */
    uint64_t tasks_made; /* tasks created */
    uint64_t tasks_live; /* tasks not done */
};

/**
 * Reads the counters.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_loop_stats(const struct coil_loop *loop, struct coil_loop_stats *out);

/* The shape of a stackful coroutine, and of a program's main one. */
typedef struct coil_result coil_coroutine_fn(void *arg);

/* What `coil run` gives a program's coroutine main: struct coil_result coil_main(void
 * *arguments). */
struct coil_arguments {
    int argc;
    char **argv;
};

/**
 * Runs a program (asyncio.run): opens a loop, runs fn(arg) as its main task, cancels what is left
 * and waits for it, waits for the functions that the loop's default executor still has (for 300 s;
 * then they are reported, and left behind), closes. In the main thread the first Ctrl-C cancels the
 * main task; a second, or one after the main task has ended, ends the process.
 * Call it as coil_run(fn, arg) or coil_run_with(fn, arg, &options).
 *
 * Suspends: no.
 * Returns: what the main task returned; -EINTR if Ctrl-C and nobody else cancelled it (asyncio:
 * KeyboardInterrupt); -EBUSY if a loop runs in this thread; what coil_loop_open returns.
 */
COIL_EXPORT struct coil_result coil_run_at(coil_coroutine_fn *fn, void *arg,
                                           const struct coil_loop_options *options,
                                           const char *place);
#define coil_run(fn, ...) coil_run_at(fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_run_with(fn, ...) coil_run_at(fn, __VA_ARGS__, COIL_PLACE(#fn))

COIL_END_DECLS

#endif
