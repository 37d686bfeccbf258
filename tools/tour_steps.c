/*
 * The steps of the tour, after the programs that coil began from.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tour.h"

/* The narrator's second, for the coroutines below. */
static int64_t second;

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep((intptr_t)number * second);

    return err ? coil_error(err) : coil_value(number);
}

static void step_thread(struct tour *tour)
{
    struct coil_thread *loop = tour->loop;
    struct coil_loop_stats stats;

    second = tour->unit_ns;
    tour_title(tour, "A loop in its own thread");
    tour_say(tour, "An event loop runs in a background thread; this one stays free.");
    tour_code("struct coil_thread *loop = coil_thread_open(NULL)");
    LIVE(coil_loop_stats(coil_thread_loop(loop), &stats));
    tour_result("loop \"%s\", driver %s, slept %" PRIu64 " times so far",
                coil_loop_name(coil_thread_loop(loop)), coil_loop_driver(coil_thread_loop(loop)),
                stats.sleeps);
}

/* What the main thread does while the loop works. */
static void count_primes(void *arg)
{
    unsigned *found = arg;
    static unsigned candidate = 2;

    for (int i = 0; i < 2000; i++, candidate++) {
        bool prime = true;

        for (unsigned divisor = 2; prime && divisor * divisor <= candidate; divisor++)
            prime = candidate % divisor != 0;
        *found += prime;
    }
}

static void tell_job(int number, struct coil_cfuture *job)
{
    struct coil_result r = coil_cfuture_result(job, COIL_FOREVER);

    if (r.status == -ECANCELED)
        tour_result("task %d cancelled", number);
    else
        tour_result("task %d result: %td", number, (intptr_t)r.value);
    coil_cfuture_unref(job);
}

static void step_jobs(struct tour *tour)
{
    struct coil_thread *loop = tour->loop;
    struct coil_cfuture *job[3];
    unsigned primes = 0;
    struct tour_watch watch = {job, 3, second, count_primes, &primes};

    tour_title(tour, "Three jobs, polled and cancelled from outside");
    tour_say(tour, "some_func(n) sleeps n seconds, then returns n. Three of them at once:");
    LIVE(job[0] = coil_submit(loop, some_func, (void *)5));
    LIVE(job[1] = coil_submit(loop, some_func, (void *)6));
    LIVE(job[2] = coil_submit(loop, some_func, (void *)7));
    tour_watch(tour, &watch);
    tour_result("meanwhile this thread found %u primes; done: %d %d %d", primes,
                coil_cfuture_done(job[0]), coil_cfuture_done(job[1]), coil_cfuture_done(job[2]));
    tour_say(tour, "Each can be cancelled on its own, at any time:");
    LIVE(coil_cfuture_cancel(job[0]));
    watch.at_most_ns = 10 * second;
    tour_watch(tour, &watch);
    for (int i = 0; i < 3; i++)
        tell_job(i, job[i]);
}

static coil_async struct coil_result patient(void *unused)
{
    struct coil_timeout limit;
    int64_t err;

    (void)unused;
    coil_timeout_enter(&limit, COIL_FOREVER);
    err = coil_sleep(100 * second);
    return coil_error(coil_timeout_exit(&limit, err));
}

static void step_timeout(struct tour *tour)
{
    struct coil_thread *thread = tour->loop;
    struct coil_loop *loop = coil_thread_loop(thread);
    struct coil_cfuture *job;
    struct tour_watch watch = {&job, 1, 2 * second, NULL, NULL};
    uint64_t id;

    tour_title(tour, "A timeout that is toggled while the job runs");
    tour_say(tour, "patient() sleeps for 100 seconds, inside a timeout scope without a limit.");
    LIVE(job = coil_submit(thread, patient, NULL));
    tour_watch(tour, &watch);
    id = coil_cfuture_task_id(job);
    tour_say(tour, "We change our mind, from outside: a limit, none, a shorter one.");
    LIVE(coil_set_deadline_id(loop, id, 5 * second));
    tour_watch(tour, &watch);
    LIVE(coil_set_deadline_id(loop, id, COIL_FOREVER));
    tour_watch(tour, &watch);
    LIVE(coil_set_deadline_id(loop, id, second));
    watch.at_most_ns = 10 * second;
    tour_watch(tour, &watch);
    tour_result("%s", coil_strerror(coil_cfuture_result(job, COIL_FOREVER).status));
    coil_cfuture_unref(job);
}

static coil_async struct coil_result keep_printing(void *name)
{
    int err = 0;

    printf("    %s runs\n", (char *)name);
    while (!err)
        err = coil_sleep(second / 2);
    printf("    %s: ah, cancelled!\n", (char *)name);
    return coil_error(err);
}

static coil_async struct coil_result fails_soon(void *unused)
{
    int err = coil_sleep(second);

    (void)unused;
    return err ? coil_error(err) : coil_raise(EIO, "one child lost its disk");
}

/* A gather of three, cancelled after a while; with 0, before any child's first step. */
static coil_async struct coil_result cancel_gather(void *after)
{
    static char names[][8] = {"First", "Second", "Third"};
    struct coil_future *children[] = {coil_create_task(keep_printing, names[0]),
                                      coil_create_task(keep_printing, names[1]),
                                      coil_create_task(keep_printing, names[2])};
    struct coil_future *group = coil_gather(children, 3, COIL_TAKE_REFS);

    if (after)
        coil_sleep((intptr_t)after * second);
    coil_future_cancel(group, "the tour wants it");
    return coil_join(group);
}

/* A child fails: gather tells at once, and the sibling runs on. */
static coil_async struct coil_result failing_gather(void *unused)
{
    struct coil_future *sibling = coil_create_task(some_func, (void *)2);
    struct coil_future *children[] = {coil_create_task(fails_soon, NULL), sibling};
    struct coil_future *group = coil_gather(children, 2, 0);
    struct coil_result first = coil_await(group);
    const struct coil_exception *exception = coil_future_exception(group);
    struct coil_result rest;

    (void)unused;
    tour_result("gather: %s; the sibling is %s",
                exception ? coil_exception_text(exception) : coil_strerror(first.status),
                coil_future_done(sibling) ? "done" : "still running");
    rest = coil_join(sibling);
    tour_result("the sibling ended with %td", (intptr_t)rest.value);
    coil_future_unref(children[0]);
    coil_future_unref(group);
    return coil_value(NULL);
}

static void step_gather(struct tour *tour)
{
    struct coil_thread *loop = tour->loop;
    struct coil_cfuture *job;
    struct tour_watch watch = {&job, 1, second, NULL, NULL};

    tour_title(tour, "gather, and its traps");
    tour_say(tour, "Three tasks gathered, and cancelled at once: none of them ever runs.");
    LIVE(job = coil_submit(loop, cancel_gather, NULL));
    tour_result("%s", coil_strerror(coil_cfuture_result(job, COIL_FOREVER).status));
    coil_cfuture_unref(job);
    tour_say(tour, "Cancelled two seconds later, all of them unwind:");
    LIVE(job = coil_submit(loop, cancel_gather, (void *)2));
    tour_watch(tour, &watch);
    tour_result("%s", coil_strerror(coil_cfuture_result(job, COIL_FOREVER).status));
    coil_cfuture_unref(job);
    tour_say(tour, "And when a child fails, its siblings are not cancelled:");
    LIVE(job = coil_submit(loop, failing_gather, NULL));
    coil_cfuture_wait(job, COIL_FOREVER);
    coil_cfuture_unref(job);
}

static coil_async struct coil_result await_other(void *other)
{
    return coil_await(*(struct coil_future **)other);
}

/* f awaits g, which awaits f. */
static coil_async struct coil_result circle(void *unused)
{
    struct coil_task_options f_name = {.name = "f"};
    struct coil_task_options g_name = {.name = "g"};
    struct coil_future *f;
    struct coil_future *g;
    struct coil_result result;
    const struct coil_exception *exception;

    (void)unused;
    f = coil_create_task_with(await_other, &g, &f_name);
    g = coil_create_task_with(await_other, &f, &g_name);
    result = coil_await(f);
    exception = coil_future_exception(f);
    tour_result("%s", coil_strerror(result.status));
    if (exception)
        tour_result("%s", coil_exception_text(exception));
    coil_join(g);
    coil_join(f);
    return coil_value(NULL);
}

static void step_circle(struct tour *tour)
{
    struct coil_thread *loop = tour->loop;
    struct coil_cfuture *job;

    tour_title(tour, "The circular await");
    tour_say(tour,
             "f awaits g, and g awaits f. asyncio hangs, or recurses until it breaks; here the\n"
             "edge that would close the circle is refused, and the error names it.");
    LIVE(job = coil_submit(loop, circle, NULL));
    coil_cfuture_wait(job, COIL_FOREVER);
    coil_cfuture_unref(job);
    tour_pause(tour, 1);
}

static struct coil_var request = COIL_VAR("request", "none");

static coil_async struct coil_result handle_request(void *name)
{
    coil_var_set(&request, name);
    coil_sleep(second / 4);
    tour_result("in %s's task, after others ran: request = %s", (char *)name,
                (char *)coil_var_get(&request));
    return coil_value(NULL);
}

static coil_async struct coil_result two_requests(void *unused)
{
    static char names[][4] = {"Ann", "Bob"};
    struct coil_future *tasks[] = {coil_create_task(handle_request, names[0]),
                                   coil_create_task(handle_request, names[1])};
    struct coil_result result = coil_join(coil_gather(tasks, 2, COIL_TAKE_REFS));

    (void)unused;
    tour_result("in the parent: request = %s", (char *)coil_var_get(&request));
    return result.status < 0 ? coil_error(result.status) : coil_value(NULL);
}

static void step_context(struct tour *tour)
{
    struct coil_thread *loop = tour->loop;
    struct coil_cfuture *job;

    tour_title(tour, "Context variables");
    tour_say(tour, "A task starts with a copy of its creator's context. What it sets is its own.");
    LIVE(job = coil_submit(loop, two_requests, NULL));
    coil_cfuture_wait(job, COIL_FOREVER);
    coil_cfuture_unref(job);
    tour_pause(tour, 1);
}

static coil_async struct coil_result cleans_up(void *unused)
{
    int err = coil_sleep(100 * second);

    (void)unused;
    coil_sleep(second / 2);
    printf("    cleans_up: asked to end, took half a second to put things away\n");
    return coil_error(err);
}

static coil_async struct coil_result refuses(void *unused)
{
    while (second > 0)
        coil_sleep(100 * second);
    return coil_value(unused);
}

static void tell_survivor(const char *description, void *unused)
{
    (void)unused;
    tour_result("survivor: %s", description);
}

static void tell_jobs(struct coil_cfuture *const *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        struct coil_result r = coil_cfuture_result(jobs[i], COIL_FOREVER);

        tour_result("job %d: %s", i, coil_strerror(r.status));
        coil_cfuture_unref(jobs[i]);
    }
}

static void step_stop(struct tour *tour)
{
    struct coil_stop_options phases = {
        .drain_ns = 3 * second / 2, .grace_ns = 3 * second, .survivor = tell_survivor};
    struct coil_thread *second_loop;
    struct coil_cfuture *job[3];
    struct tour on_second = *tour;
    struct tour_watch watch = {job, 3, second / 2, NULL, NULL};
    int destroyed;

    tour_title(tour, "A clean stop");
    tour_say(tour, "A second loop with three jobs: one will end soon, one cleans up when it is\n"
                   "cancelled, one refuses.");
    LIVE(second_loop = coil_thread_open(NULL));
    if (!second_loop)
        return;
    LIVE(job[0] = coil_submit(second_loop, some_func, (void *)1));
    LIVE(job[1] = coil_submit(second_loop, cleans_up, NULL));
    LIVE(job[2] = coil_submit(second_loop, refuses, NULL));
    on_second.loop = second_loop;
    tour_watch(&on_second, &watch);
    tour_say(tour, "Stop: refuse new work, let jobs end, cancel the rest, give them grace,\n"
                   "report who is left, force.");
    LIVE(destroyed = coil_thread_stop(second_loop, &phases));
    tour_result("%d had to be destroyed", destroyed);
    tell_jobs(job, 3);
    coil_thread_close(second_loop);
    tour_result("no handle was left pending");
}

int tour_steps(tour_step_fn *const **steps)
{
    static tour_step_fn *const all[] = {step_thread,    step_jobs,      step_timeout,
                                        step_gather,    step_circle,    step_context,
                                        tour_step_echo, tour_step_work, step_stop};

    *steps = all;
    return (int)(sizeof(all) / sizeof(all[0]));
}
