/* Loop pools: a loop in each of several threads. A job is placed when it is submitted, and never
 * moves. */
#include "work/loop_pool.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/time.h"
#include "loop/loop.h"
#include "mach/clock.h"
#include "mach/thread.h"
#include "work/job.h"
#include "work/loop_thread.h"
#include "work/stop.h"

#define MARGIN \
    COIL_SECONDS(1) /* for what a loop does after its grace, before it is held for stuck */
#define MOST_LOOPS 4096

static struct loop_pool *pool_of(const struct coil_executor *executor)
{
    return container_of(executor, struct loop_pool, executor);
}

/* ---- placement ---- */

/* Keys that differ little go to different loops too. */
static uint64_t mixed(uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    key ^= key >> 33;
    key *= 0xc4ceb9fe1a85ec53u;
    return key ^ key >> 33;
}

static unsigned least_loaded(const struct loop_pool *self)
{
    size_t least = SIZE_MAX;
    unsigned best = 0;

    for (unsigned i = 0; i < self->executor.workers && least > 0; i++) {
        size_t load = coil__desk_load(self->loops[i].desk);

        if (load >= least || coil_thread_stopping(self->loops[i].thread))
            continue;
        least = load;
        best = i;
    }
    return best;
}

static unsigned place(struct loop_pool *self, uint64_t key)
{
    if (key != 0)
        return (unsigned)(mixed(key) % self->executor.workers);
    if (self->placement == COIL_ROUND_ROBIN)
        return (unsigned)((word_add(&self->turn, 1) - 1) % self->executor.workers);
    return least_loaded(self);
}

static struct coil_cfuture *submit(struct coil_executor *executor, const struct job_spec *spec)
{
    struct loop_pool *self = pool_of(executor);
    const struct coil_job_options *wishes = spec->options;
    struct coil_task_options options = {.name = wishes->name,
                                        .stack_bytes = wishes->stack_bytes,
                                        .context = wishes->context,
                                        .drop_arg = wishes->drop_arg,
                                        .drop_result = wishes->drop_result};

    return coil__desk_submit(self->loops[place(self, wishes->key)].desk, spec->fn, spec->arg,
                             &options, spec->place);
}

static size_t count_jobs(const struct coil_executor *executor)
{
    const struct loop_pool *self = pool_of(executor);
    size_t n = 0;

    for (unsigned i = 0; i < executor->workers; i++)
        n += coil__desk_load(self->loops[i].desk);
    return n;
}

static bool is_here(const struct coil_executor *executor)
{
    const struct loop_pool *self = pool_of(executor);

    for (unsigned i = 0; i < executor->workers; i++)
        if (coil__loop_running != NULL &&
            coil__loop_running == coil_thread_loop(self->loops[i].thread))
            return true;
    return false;
}

/* ---- shutdown ---- */

/* What all phases may take; COIL_FOREVER: as long as it takes. */
static int64_t longest(const struct coil_stop_options *options)
{
    int64_t rest = time_after(MARGIN, stop_grace_ns(options));

    return options->drain_ns > 0 ? time_after(rest, options->drain_ns) : rest;
}

/* The phases begin when the loop hears of them; when it does not it is stuck. */
static int wait_in_time(struct coil_thread *thread, const struct coil_stop_options *options,
                        int64_t told_ns)
{
    int64_t most = longest(options);
    int err = coil__thread_wait(thread, time_after(told_ns, most));
    int64_t heard_ns = coil__thread_heard(thread);

    return err != 0 && heard_ns > told_ns ? coil__thread_wait(thread, time_after(heard_ns, most))
                                          : err;
}

struct stuck {
    const struct coil_stop_options *options;
    const char *loop;
};

static void tell_stuck(const char *job, void *arg)
{
    const struct stuck *stuck = arg;
    char line[512];

    snprintf(line, sizeof(line), "%s on loop %s, which is held up by a job that does not return",
             job, stuck->loop);
    if (stuck->options->survivor != NULL)
        stuck->options->survivor(line, stuck->options->arg);
    else
        fprintf(stderr, "coil: left behind: %s\n", line);
}

static int64_t wait_for_end(struct pool_loop *loop, const struct coil_stop_options *options,
                            int64_t told_ns)
{
    struct stuck stuck = {options, coil_loop_name(coil_thread_loop(loop->thread))};

    if (wait_in_time(loop->thread, options, told_ns) != 0)
        return (int64_t)coil__desk_give_up(loop->desk, tell_stuck, &stuck);
    coil__thread_tell_survivors(loop->thread);
    return (int64_t)loop->desk->destroyed;
}

/* A job that holds its loop up does not hear of the end; but it may ask. */
static void end_drain(struct loop_pool *self, const struct coil_stop_options *options,
                      int64_t told_ns)
{
    for (unsigned i = 0; i < self->executor.workers; i++) {
        if (options->drain_ns > 0)
            coil__thread_wait(self->loops[i].thread, time_after(told_ns, options->drain_ns));
        word_store(&self->loops[i].desk->ending, 1);
    }
}

/* All are told, and then waited for: they have their grace at the same time. */
static int64_t shut_down(struct coil_executor *executor, const struct coil_stop_options *options)
{
    static const struct coil_stop_options defaults;
    struct loop_pool *self = pool_of(executor);
    int64_t told_ns = mach_now(), left_behind = 0;

    if (options == NULL)
        options = &defaults;
    for (unsigned i = 0; i < executor->workers; i++)
        coil__thread_begin_stop(self->loops[i].thread, options);
    end_drain(self, options, told_ns);
    for (unsigned i = 0; i < executor->workers; i++)
        left_behind += wait_for_end(&self->loops[i], options, told_ns);
    return left_behind;
}

static void free_leftovers(struct loop_pool *self)
{
    struct pool_leftover *at = (struct pool_leftover *)word_load(&self->leftovers), *next;

    for (; at != NULL; at = next) {
        next = at->next;
        at->free(at);
    }
}

/* A thread that is stuck frees its loop when it comes back; what uses it until then stays. */
static void free_pool(struct coil_executor *executor)
{
    struct loop_pool *self = pool_of(executor);
    bool ended = executor->generation == coil__fork_generation;

    for (unsigned i = 0; i < executor->workers; i++)
        if (self->loops[i].thread != NULL)
            ended &= coil__thread_let_go(self->loops[i].thread);
    if (ended)
        free_leftovers(self);
    for (unsigned i = 0; i < executor->workers; i++)
        if (self->loops[i].desk != NULL)
            coil__desk_unref(self->loops[i].desk);
    mem_free(self);
}

static const struct executor_kind kind = {.submit = submit,
                                          .shutdown = shut_down,
                                          .is_here = is_here,
                                          .free = free_pool,
                                          .jobs = count_jobs};

struct loop_pool *coil__loop_pool_of(const struct coil_executor *executor, const char *caller)
{
    REQUIRE(executor != NULL && executor->kind == &kind,
            "%s needs a loop pool: an executor of coil_loop_pool_open", caller);
    return pool_of(executor);
}

/* ---- open ---- */

/* Errors as negated errnos. */
static int open_loop(struct loop_pool *self, unsigned index,
                     const struct coil_loop_pool_options *options)
{
    struct pool_loop *loop = &self->loops[index];
    struct coil_thread_options wishes = {.loop = options->loop};
    char name[sizeof(((struct coil_loop *)0)->name)];
    int err;

    snprintf(name, sizeof(name), "%s-%u", options->name != NULL ? options->name : "coil-loop",
             index);
    wishes.name = name;
    wishes.loop.name = name;
    err = coil__thread_open(&wishes, &loop->thread);
    if (err != 0)
        return err;
    loop->desk = coil__desk_new(coil__thread_port(loop->thread), self);
    if (loop->desk == NULL)
        return -ENOMEM;
    loop->desk->next = self->loops[0].desk;
    if (index > 0)
        self->loops[index - 1].desk->next = loop->desk;
    return options->pin ? coil__thread_pin(loop->thread, index) : 0;
}

static int open_loops(struct loop_pool *self, const struct coil_loop_pool_options *options)
{
    int err = 0;

    for (unsigned i = 0; i < self->executor.workers && err == 0; i++)
        err = open_loop(self, i, options);
    return err;
}

/* What was opened ends first. */
static void close_loops(struct loop_pool *self)
{
    for (unsigned i = 0; i < self->executor.workers && self->loops[i].thread != NULL; i++)
        coil_thread_stop(self->loops[i].thread, NULL);
    coil__executor_drop(&self->executor);
}

struct coil_executor *coil_loop_pool_open(const struct coil_loop_pool_options *options)
{
    static const struct coil_loop_pool_options defaults;
    struct loop_pool *self = NULL;
    unsigned n;
    int err = -EINVAL;

    if (options == NULL)
        options = &defaults;
    n = options->loops != 0 ? options->loops : (unsigned)coil__mach_ncpu();
    if (n <= MOST_LOOPS) {
        self = mem_zalloc(sizeof(*self) + n * sizeof(self->loops[0]));
        err = -ENOMEM;
    }
    if (self != NULL) {
        coil__executor_init(&self->executor, &kind, n);
        self->placement = options->placement;
        err = open_loops(self, options);
    }
    if (err == 0)
        return &self->executor;
    if (self != NULL)
        close_loops(self);
    coil__mach_set_errno(-err);
    return NULL;
}

struct coil_loop *coil_loop_pool_loop(struct coil_executor *executor, unsigned index)
{
    struct loop_pool *self = coil__loop_pool_of(executor, "coil_loop_pool_loop");

    return index < executor->workers ? coil_thread_loop(self->loops[index].thread) : NULL;
}
