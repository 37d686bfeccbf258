/*
 * No handle is ever left pending. Every way a loop can end stands in the table below; each is tried
 * on a loop that has jobs of every kind, in every state, while other threads submit and cancel.
 * Afterwards all are counted: each handle is done, with a status that its ending allows, each
 * callback has been called and each argument dropped, once.
 */
#include "jobs.h"

enum { PRODUCERS = 2, EACH = 60, OWN = 8 };

struct entry {
    struct coil_cfuture *handle;
    struct coil_cfuture_callback callback;
    struct job job;
    bool is_function;
    int called;
};

struct population {
    struct coil_thread *thread;
    struct entry own[OWN];
    struct producer {
        struct population *population;
        struct entry entries[EACH];
        pthread_t thread;
        unsigned seed;
    } producers[PRODUCERS];
    sem_t submitted; /* by any producer */
};

static void count_call(struct coil_cfuture *future, void *arg)
{
    struct entry *entry = arg;

    CHECK(coil_cfuture_done(future));
    __atomic_add_fetch(&entry->called, 1, __ATOMIC_SEQ_CST);
}

static void drop(void *job)
{
    job_drop(job);
}

static struct coil_result do_nothing(void *unused)
{
    (void)unused;
    return coil_value(NULL);
}

static coil_async struct coil_result sleep_long(void *job)
{
    sem_post(&((struct job *)job)->started);
    return coil_error(coil_sleep(COIL_SECONDS(600)));
}

/* Kinds: waits and unwinds; refuses twice; refuses always; sleeps; ends at once; a function. */
static void submit(struct coil_thread *thread, struct entry *entry, unsigned kind)
{
    static const int swallows[] = {0, 2, -1};
    struct coil_task_options options = {.drop_arg = drop};

    job_init(&entry->job);
    entry->is_function = kind == 5;
    if (kind < 3) {
        entry->job.swallows = swallows[kind];
        entry->handle = coil_submit_with(thread, job_run, &entry->job, &options);
    } else if (kind == 3) {
        entry->handle = coil_submit_with(thread, sleep_long, &entry->job, &options);
    } else if (kind == 4) {
        entry->handle = coil_submit_with(thread, do_nothing, &entry->job, &options);
    } else {
        entry->handle = coil_submit_call(thread, do_nothing, &entry->job);
    }
    coil_cfuture_add_done_callback(entry->handle, &entry->callback, count_call, entry);
}

static void *produce(void *arg)
{
    struct producer *self = arg;

    for (int i = 0; i < EACH; i++) {
        submit(self->population->thread, &self->entries[i], (unsigned)rand_r(&self->seed) % 6);
        if (rand_r(&self->seed) % 4 == 0)
            coil_cfuture_cancel(self->entries[rand_r(&self->seed) % (i + 1)].handle);
        if (i == EACH / 3)
            sem_post(&self->population->submitted);
        if (rand_r(&self->seed) % 8 == 0)
            usleep(50);
    }
    return NULL;
}

static void populate(struct population *population, struct coil_thread *thread, unsigned seed)
{
    sem_init(&population->submitted, 0, 0);
    population->thread = thread;
    for (unsigned i = 0; i < OWN; i++)
        submit(thread, &population->own[i], i % 6);
    for (int i = 0; i < 4; i++) /* these have begun */
        await_post(&population->own[i].job.started);
    for (unsigned i = 0; i < PRODUCERS; i++) {
        struct producer *producer = &population->producers[i];

        producer->population = population;
        producer->seed = seed + i;
        pthread_create(&producer->thread, NULL, produce, producer);
    }
    await_post(&population->submitted);
}

static void check(struct entry *entry, const int64_t *allowed, int n)
{
    int64_t status;
    int i = 0;

    if (coil_cfuture_wait(entry->handle, LIMIT) != 0)
        FAIL("a handle is left pending");
    status = coil_cfuture_result(entry->handle, 0).status;
    while (i < n && allowed[i] != status)
        i++;
    if (i == n)
        FAIL("a handle ended with %s", coil_strerror(status));
    await_number(&entry->called, 1);
    coil_cfuture_unref(entry->handle);
}

static int count(struct population *population, const int64_t *allowed, int n)
{
    int counted = 0;

    for (int p = 0; p < PRODUCERS; p++)
        pthread_join(population->producers[p].thread, NULL);
    for (int i = 0; i < OWN; i++, counted++)
        check(&population->own[i], allowed, n);
    for (int p = 0; p < PRODUCERS; p++)
        for (int i = 0; i < EACH; i++, counted++)
            check(&population->producers[p].entries[i], allowed, n);
    return counted;
}

static void check_dropped(struct entry *entry)
{
    await_number(&entry->job.dropped, entry->is_function ? 0 : 1);
    job_fini(&entry->job);
}

/* ---- the ways ---- */

static void by_close(struct coil_thread *thread)
{
    coil_thread_stop(thread, &(struct coil_stop_options){.grace_ns = COIL_MS(10)});
}

static void by_stop_without_grace(struct coil_thread *thread)
{
    coil_thread_stop(thread, &(struct coil_stop_options){.grace_ns = -1});
}

static void by_draining(struct coil_thread *thread)
{
    coil_thread_stop(thread,
                     &(struct coil_stop_options){.drain_ns = COIL_MS(10), .grace_ns = COIL_MS(10)});
}

static struct coil_result stop_from_inside(void *thread)
{
    struct coil_stop_options options = {.grace_ns = COIL_MS(10)};

    CHECK_EQ(coil_thread_stop(thread, &options), -EDEADLK);
    return coil_value(NULL);
}

static void by_stop_from_a_coroutine(struct coil_thread *thread)
{
    coil_cfuture_unref(coil_submit(thread, stop_from_inside, thread));
}

static void by_stop_from_a_function(struct coil_thread *thread)
{
    coil_cfuture_unref(coil_submit_call(thread, stop_from_inside, thread));
}

static struct coil_cfuture *deadly;
static struct coil_future *deadly_task;

static void by_death_in_a_coroutine(struct coil_thread *thread)
{
    deadly = coil_submit(thread, end_thread, NULL);
}

static void by_death_in_a_function(struct coil_thread *thread)
{
    deadly = coil_submit_call(thread, end_thread, NULL);
}

static void die(void *unused)
{
    end_thread(unused);
}

static void by_death_in_a_callback(struct coil_thread *thread)
{
    static struct coil_call call;

    coil_call_init(&call, die, NULL);
    coil_call_soon_threadsafe(coil_thread_loop(thread), &call);
}

/* The loop turns inside a function, and a coroutine ends the thread there. */
static struct coil_result die_inside(void *unused)
{
    deadly_task = coil_create_task(end_thread, unused);
    /* not in a task */
    return coil_loop_run_until_complete(coil_loop_current(), deadly_task);
}

static void by_death_in_a_nested_run(struct coil_thread *thread)
{
    deadly = coil_submit_call(thread, die_inside, NULL);
}

static coil_async struct coil_result die_when_cancelled(void *started)
{
    sem_post(started);
    wait_for_ever(NULL);
    return end_thread(NULL);
}

static void by_death_while_it_stops(struct coil_thread *thread)
{
    sem_t started;

    sem_init(&started, 0, 0);
    deadly = coil_submit(thread, die_when_cancelled, &started);
    await_post(&started);
    coil_thread_stop(thread, NULL);
    sem_destroy(&started);
}

static const struct ending {
    const char *name;
    void (*end)(struct coil_thread *thread);
    int64_t status; /* besides 0 and -ECANCELED, which all allow */
    int64_t another;
    bool on_its_stack; /* pthread_exit on a coroutine's */
} endings[] = {
    {"close", by_close, -COIL_ESTOPPED, 0, false},
    {"stop without grace", by_stop_without_grace, -COIL_ESTOPPED, 0, false},
    {"stop that drains", by_draining, -COIL_ESTOPPED, 0, false},
    {"stop from a coroutine", by_stop_from_a_coroutine, -COIL_ESTOPPED, 0, false},
    {"stop from a function", by_stop_from_a_function, -COIL_ESTOPPED, 0, false},
    {"death in a coroutine", by_death_in_a_coroutine, -COIL_EDIED, -COIL_ESTOPPED, true},
    {"death in a function", by_death_in_a_function, -COIL_EDIED, -COIL_ESTOPPED, false},
    {"death in a callback", by_death_in_a_callback, -COIL_EDIED, -COIL_ESTOPPED, false},
    {"death in a nested run", by_death_in_a_nested_run, -COIL_EDIED, -COIL_ESTOPPED, true},
    {"death while it stops", by_death_while_it_stops, -COIL_EDIED, -COIL_ESTOPPED, true},
};

static struct population population;

static void try_ending(const struct ending *ending, unsigned seed)
{
    const int64_t allowed[] = {0, -ECANCELED, ending->status, ending->another};

    memset(&population, 0, sizeof(population));
    deadly = NULL;
    deadly_task = NULL;
    populate(&population, open_thread(), seed);
    ending->end(population.thread);
    CHECK_EQ(count(&population, allowed, 4), OWN + PRODUCERS * EACH);
    coil_thread_close(population.thread);
    coil_future_unref(deadly_task);
    if (deadly != NULL)
        CHECK_EQ(finish(deadly), -COIL_EDIED);
    for (int i = 0; i < OWN; i++)
        check_dropped(&population.own[i]);
    for (int p = 0; p < PRODUCERS; p++)
        for (int i = 0; i < EACH; i++)
            check_dropped(&population.producers[p].entries[i]);
    sem_destroy(&population.submitted);
}

DRIVER_TEST(no_handle_is_ever_left_pending)
{
    int rounds = kit_effort(4);
    char *said;

    errors_begin(); /* survivors and unfinished tasks are reported, which is not the matter here */
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        for (int round = 0; round < rounds && !(UNDER_TSAN && endings[i].on_its_stack); round++)
            try_ending(&endings[i], (unsigned)(round * 100 + 1));
    said = errors_end();
    CHECK_HAS(said, "did not end in its grace");
    free(said);
}

/* ---- a fork: the child counts ---- */

static int count_in_child(void *unused)
{
    static const int64_t allowed[] = {-COIL_EFORKED, 0, -ECANCELED};
    struct population *all = &population;

    (void)unused;
    for (int i = 0; i < OWN; i++)
        check(&all->own[i], allowed, 3);
    for (int p = 0; p < PRODUCERS; p++)
        for (int i = 0; i < EACH; i++)
            check(&all->producers[p].entries[i], allowed, 3);
    coil_thread_close(all->thread);
    return 0;
}

DRIVER_TEST(no_handle_is_left_pending_in_the_child_of_a_fork)
{
    static const int64_t allowed[] = {0, -ECANCELED, -COIL_ESTOPPED};

    populate(&population, open_thread(), 1);
    for (int p = 0; p < PRODUCERS; p++)
        pthread_join(population.producers[p].thread, NULL);
    in_child(count_in_child, NULL);
    errors_begin();
    by_close(population.thread);
    for (int i = 0; i < OWN; i++)
        check(&population.own[i], allowed, 3);
    for (int p = 0; p < PRODUCERS; p++)
        for (int i = 0; i < EACH; i++)
            check(&population.producers[p].entries[i], allowed, 3);
    coil_thread_close(population.thread);
    free(errors_end());
}
