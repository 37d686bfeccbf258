/* A loop in its own thread, and how it stops: refuse, drain, cancel, grace, report, force. */
#include <coil/thread.h>

#include "base/time.h"
#include "mach/clock.h"
#include "mach/thread.h"
#include "task/task.h"
#include "work/job.h"
#include "work/loop_thread.h"
#include "work/stop.h"

enum thread_bits { THREAD_STOPPING = 1, THREAD_ENDED = 2, THREAD_LET_GO = 4 };

struct coil_thread {
    struct coil_loop *loop;
    struct loop_port *port; /* counted */
    struct mach_thread thread;
    struct word state;
    struct coil_stop_options stop; /* written by who set STOPPING, before begin_stop is posted */
    struct coil_handle begin_stop;
    int64_t heard_ns;           /* when begin_stop arrived; other threads read it */
    bool told;                  /* the loop's: begin_stop has arrived */
    struct coil_future *oldest; /* counted: the task whose end the stop waits for */
    int destroyed;
    bool keep;        /* what is told of survivors, for who waits */
    char **survivors; /* `destroyed` of them, each may be NULL; NULL: none kept */
    uint32_t generation;
};

/* The thread has ended, or is the one that calls. */
static void free_thread(struct coil_thread *self)
{
    for (int i = 0; self->survivors != NULL && i < self->destroyed; i++)
        mem_free(self->survivors[i]);
    mem_free(self->survivors);
    coil_loop_close(self->loop);
    coil__port_unref(self->port);
    mem_free(self);
}

static void set_ended(struct coil_thread *self)
{
    uint32_t *state = word_futex(&self->state);

    if ((word_or(&self->state, THREAD_STOPPING | THREAD_ENDED) & THREAD_LET_GO) != 0)
        free_thread(self);
    else
        coil__mach_futex_wake(state, INT32_MAX); /* it may be freed by now: only its address */
}

static void forget_oldest(struct coil_thread *self)
{
    if (self->oldest != NULL)
        future_unref(self->oldest);
    self->oldest = NULL;
}

/* The thread's last act, also when a coroutine, a callback or a report ends it by pthread_exit. */
static void thread_ends(void *arg)
{
    struct coil_thread *self = arg;

    coil__loop_die(self->loop);
    coil__jobs_abandon(-COIL_EDIED);
    forget_oldest(self);
    set_ended(self);
}

/* Ends the run, and those around it: a callback may turn the loop. */
static void stop_running(void *loop)
{
    for (struct loop_runner *run = ((struct coil_loop *)loop)->runner; run != NULL;
         run = run->outer)
        run->stop = true;
}

/* Lets tasks end by themselves until none is left or the time is over. */
static void run_until_empty(struct coil_thread *self, int64_t limit_ns)
{
    struct coil_loop *loop = self->loop;
    int64_t deadline = time_after(coil_loop_time(loop), limit_ns);
    struct coil_call alarm;

    coil_call_init(&alarm, stop_running, loop);
    coil_call_at(loop, &alarm, deadline);
    while (!list_empty(&loop->tasks) && coil_loop_time(loop) < deadline) {
        self->oldest = coil__loop_oldest_task(loop);
        coil_loop_run_until_complete(loop, self->oldest); /* not in a task */
        forget_oldest(self);
    }
    coil_call_cancel(&alarm);
}

static void report_survivor(struct coil_thread *self, int index, struct coil_future *task)
{
    char line[512];

    coil_future_repr(task, line, sizeof(line));
    if (self->survivors != NULL)
        self->survivors[index] = mem_strdup(line);
    else if (self->stop.survivor != NULL && !self->keep)
        self->stop.survivor(line, self->stop.arg);
    else
        coil__report(self->loop, "a task did not end in its grace and is destroyed", 0, NULL, task);
}

static void report_survivors(struct coil_thread *self)
{
    size_t n = coil_all_tasks(self->loop, NULL, 0);
    struct coil_future **tasks = mem_alloc(n * sizeof(*tasks) + 1);

    self->destroyed = (int)n;
    if (self->keep && self->stop.survivor != NULL)
        self->survivors = mem_zalloc(n * sizeof(*self->survivors) + 1);
    if (tasks != NULL)
        coil_all_tasks(self->loop, tasks, n);
    for (size_t i = 0; tasks != NULL && i < n; i++)
        report_survivor(self, (int)i, tasks[i]);
    mem_free(tasks);
}

void coil__thread_tell_survivors(const struct coil_thread *self)
{
    for (int i = 0; self->survivors != NULL && i < self->destroyed; i++)
        if (self->survivors[i] != NULL)
            self->stop.survivor(self->survivors[i], self->stop.arg);
}

/* What the world still holds of them is theirs no longer once they are destroyed, and the loop
 * waits for it. So they are told once more, which calls it back; a loop that closes lends nothing
 * new. */
static void call_ops_back(struct coil_loop *loop)
{
    if (loop->driver->out == 0)
        return;
    loop->closing = true;
    coil__loop_cancel_all(loop, "the loop's thread is being stopped");
    coil__loop_run_ready(loop, 1);
    coil__loop_drain(loop);
}

/* The loop does not run any more, but this is its thread: whoever is called cannot wait for it. */
static void destroy_survivors(struct coil_thread *self)
{
    struct coil_loop *loop = self->loop;

    coil__loop_running = loop;
    report_survivors(self);
    call_ops_back(loop);
    while (!list_empty(&loop->tasks))
        coil__task_destroy(container_of(loop->tasks.next, struct task, link), loop->end_status);
    coil__loop_running = NULL;
}

static void stop_in_phases(struct coil_thread *self)
{
    struct coil_loop *loop = self->loop;

    loop->refusing = true;
    if (self->stop.drain_ns > 0)
        run_until_empty(self, self->stop.drain_ns);
    coil__loop_cancel_all(loop, "the loop's thread is being stopped");
    run_until_empty(self, stop_grace_ns(&self->stop));
    destroy_survivors(self);
}

static void thread_main(void *arg)
{
    struct coil_thread *self = arg;

    pthread_cleanup_push(thread_ends, self);
    while (!self->told)
        coil_loop_run_forever(self->loop);
    stop_in_phases(self);
    coil__loop_shut(self->loop);
    pthread_cleanup_pop(1);
}

static int open_thread(struct coil_thread *self, const struct coil_thread_options *options)
{
    struct coil_loop_options loop_options = options->loop;
    const char *name = options->name != NULL ? options->name : "coil";
    int err;

    if (loop_options.name == NULL)
        loop_options.name = name;
    err = coil_loop_open(&loop_options, &self->loop);
    if (err != 0)
        return err;
    self->loop->others = 1;
    self->port = coil__port_ref(self->loop->port);
    self->generation = coil__fork_generation;
    err = coil__mach_thread_start(&self->thread, thread_main, self, name, 0);
    if (err != 0) {
        coil_loop_close(self->loop);
        coil__port_unref(self->port);
    }
    return err;
}

int coil__thread_open(const struct coil_thread_options *options, struct coil_thread **out)
{
    struct coil_thread *self = mem_zalloc(sizeof(*self));
    int err = -ENOMEM;

    if (self != NULL)
        err = open_thread(self, options);
    if (err == 0)
        *out = self;
    else
        mem_free(self);
    return err;
}

struct coil_thread *coil_thread_open(const struct coil_thread_options *options)
{
    static const struct coil_thread_options defaults;
    struct coil_thread *self;
    int err = coil__thread_open(options != NULL ? options : &defaults, &self);

    if (err == 0)
        return self;
    coil__mach_set_errno(-err);
    return NULL;
}

struct coil_loop *coil_thread_loop(struct coil_thread *thread)
{
    return thread != NULL ? thread->loop : NULL;
}

struct loop_port *coil__thread_port(const struct coil_thread *thread)
{
    return thread != NULL ? thread->port : NULL;
}

struct coil_cfuture *coil_submit_at(struct coil_thread *thread, coil_coroutine_fn *fn, void *arg,
                                    const struct coil_task_options *options, const char *place)
{
    return coil__cfuture_submit(coil__thread_port(thread), fn, arg, options, false, place);
}

struct coil_cfuture *coil_submit_call_at(struct coil_thread *thread, coil_coroutine_fn *fn,
                                         void *arg, const char *place)
{
    return coil__cfuture_submit(coil__thread_port(thread), fn, arg, NULL, true, place);
}

static void leave_run_forever(struct coil_handle *handle)
{
    struct coil_thread *self = container_of(handle, struct coil_thread, begin_stop);

    self->told = true;
    COUNTER_SET(self->heard_ns, mach_now());
    stop_running(self->loop);
}

static void begin_stop(struct coil_thread *self, const struct coil_stop_options *options, bool keep)
{
    uintptr_t was = word_or(&self->state, THREAD_STOPPING);

    if (was & THREAD_STOPPING)
        return;
    if (options != NULL)
        self->stop = *options;
    self->keep = keep;
    self->begin_stop = (struct coil_handle){.run = leave_run_forever};
    coil__port_post(self->port, &self->begin_stop);
}

void coil__thread_begin_stop(struct coil_thread *self, const struct coil_stop_options *options)
{
    begin_stop(self, options, true);
}

int coil__thread_wait(struct coil_thread *self, int64_t deadline_ns)
{
    uintptr_t state;
    int err = 0;

    while (((state = word_load(&self->state)) & THREAD_ENDED) == 0 && err != -ETIMEDOUT)
        err = coil__mach_futex_wait(word_futex(&self->state), (uint32_t)state, deadline_ns);
    return (state & THREAD_ENDED) != 0 ? 0 : err;
}

int64_t coil__thread_heard(const struct coil_thread *self)
{
    return COUNTER_READ(self->heard_ns);
}

int coil_thread_stop(struct coil_thread *self, const struct coil_stop_options *options)
{
    if (self == NULL || self->generation != coil__fork_generation)
        return 0; /* there is none; it stayed in the parent */
    begin_stop(self, options, false);
    if (coil__loop_running == self->loop)
        return -EDEADLK;
    coil__thread_wait(self, COIL_FOREVER);
    return self->destroyed;
}

bool coil_thread_stopping(const struct coil_thread *thread)
{
    return thread == NULL || thread->generation != coil__fork_generation ||
           word_load(&thread->state) != 0;
}

void coil_thread_close(struct coil_thread *self)
{
    if (self == NULL)
        return;
    REQUIRE(coil__loop_running != self->loop || self->generation != coil__fork_generation,
            "coil_thread_close on the loop's own thread: coil_thread_stop begins it, close it from "
            "another");
    if (self->generation == coil__fork_generation) {
        coil_thread_stop(self, NULL);
        coil__mach_thread_join(&self->thread);
        free_thread(self);
    } else {
        coil__port_unref(self->port);
        mem_free(self);
    }
}

bool coil__thread_let_go(struct coil_thread *self)
{
    if (self->generation != coil__fork_generation || coil__thread_wait(self, 0) == 0) {
        coil_thread_close(self);
        return true;
    }
    coil__mach_thread_detach(&self->thread);
    if ((word_or(&self->state, THREAD_LET_GO) & THREAD_ENDED) != 0)
        free_thread(self);
    return false;
}

int coil__thread_pin(struct coil_thread *self, unsigned index)
{
    return coil__mach_thread_pin(&self->thread, index);
}
