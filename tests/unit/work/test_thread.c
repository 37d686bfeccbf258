/* A loop in its own thread, and how it stops. */
#include <coil/sock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "jobs.h"
#include "loop/loop.h"

/* Stops from a thread of its own. */
struct stop {
    pthread_t thread;
    struct coil_thread *target;
    struct coil_stop_options options;
    int destroyed;
};

static void *run_stop(void *arg)
{
    struct stop *stop = arg;

    stop->destroyed = coil_thread_stop(stop->target, &stop->options);
    return NULL;
}

static void stop_begin(struct stop *stop)
{
    pthread_create(&stop->thread, NULL, run_stop, stop);
}

static int stop_end(struct stop *stop)
{
    pthread_join(stop->thread, NULL);
    return stop->destroyed;
}

/* ---- open and close ---- */

static struct coil_result tell_thread_name(void *name)
{
    pthread_getname_np(pthread_self(), name, 16);
    return coil_value(NULL);
}

DRIVER_TEST(opened_it_runs_under_its_name)
{
    struct coil_thread_options options = {.name = "worker-7"};
    struct coil_thread *thread = coil_thread_open(&options);
    char name[16];

    CHECK(thread != NULL);
    CHECK_STR(coil_loop_name(coil_thread_loop(thread)), "worker-7");
    CHECK_STR(coil_loop_driver(coil_thread_loop(thread)), getenv("COIL_DRIVER"));
    CHECK_EQ(finish(coil_submit_call(thread, tell_thread_name, name)), 0);
    CHECK_STR(name, "worker-7");
    CHECK(!coil_thread_stopping(thread));
    coil_thread_close(thread);
}

TEST(opened_without_options_it_is_called_coil)
{
    struct coil_thread *thread = open_thread();

    CHECK_STR(coil_loop_name(coil_thread_loop(thread)), "coil");
    coil_thread_close(thread);
}

TEST(open_that_cannot_be_tells_why)
{
    struct coil_thread_options options = {.loop = {.driver = "no such driver"}};

    CHECK_PTR(coil_thread_open(&options), NULL);
    CHECK_EQ(errno, ENOSYS);
    for (uint64_t k = 1; k < 30; k++) {
        struct coil_thread *thread;

        coil__fault_arm(k % 2 ? FAULT_SYS : FAULT_ALLOC, (k + 1) / 2, true);
        errno = 0;
        thread = coil_thread_open(NULL);
        coil__fault_arm(FAULT_SYS, 0, false);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(thread != NULL || errno != 0);
        if (thread == NULL)
            continue;
        coil_thread_close(thread);
    }
}

TEST(close_of_null_is_fine)
{
    coil_thread_close(NULL);
}

TEST(close_cancels_what_is_pending_and_handles_outlive_it)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *done = coil_submit(thread, give_number, (void *)8), *waits;
    struct job job;

    job_init(&job);
    waits = coil_submit(thread, job_run, &job);
    await_post(&job.started);
    CHECK_EQ(coil_cfuture_wait(done, LIMIT), 0);
    coil_thread_close(thread);
    CHECK_EQ(job.cancels, 1);
    CHECK_EQ(coil_cfuture_state(waits), COIL_CFUTURE_DONE);
    CHECK_EQ(finish(waits), -ECANCELED);
    CHECK_EQ(finish(done), 8);
    job_fini(&job);
}

static struct coil_result close_here(void *thread)
{
    coil_thread_close(thread);
    return coil_value(NULL);
}

FAIL_TEST(close_on_the_loops_own_thread_aborts, "coil_thread_close on the loop's own thread")
{
    struct coil_thread *thread = open_thread();

    coil_cfuture_wait(coil_submit(thread, close_here, thread), LIMIT);
}

/* ---- stop ---- */

DRIVER_TEST(stop_cancels_at_once_and_waits_for_the_unwinding)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    handle = coil_submit(thread, job_run, &job);
    await_post(&job.started);
    CHECK_EQ(coil_thread_stop(thread, NULL), 0);
    CHECK_EQ(job.cancels, 1);
    CHECK(coil_thread_stopping(thread));
    CHECK(coil_cfuture_done(handle));
    CHECK_HAS(coil_exception_text(coil_cfuture_exception(handle)), "stopped");
    CHECK_EQ(finish(handle), -ECANCELED);
    CHECK_EQ(coil_thread_stop(thread, NULL), 0); /* again */
    coil_thread_close(thread);
    job_fini(&job);
}

static coil_async struct coil_result sleep_shortly(void *unused)
{
    (void)unused;
    return coil_error(coil_sleep(COIL_MS(30)));
}

DRIVER_TEST(stop_that_drains_lets_jobs_end_by_themselves)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle[3];

    for (int i = 0; i < 3; i++)
        handle[i] = coil_submit(thread, sleep_shortly, NULL);
    while (coil_cfuture_state(handle[2]) == COIL_CFUTURE_PENDING)
        usleep(100);
    CHECK_EQ(coil_thread_stop(thread, &(struct coil_stop_options){.drain_ns = COIL_FOREVER}), 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(finish(handle[i]), 0);
    coil_thread_close(thread);
}

DRIVER_TEST(stop_cancels_what_the_draining_left)
{
    /* Long enough for the machine to stand still for a while. */
    struct coil_stop_options options = {.drain_ns = COIL_MS(1600) + COIL_MS(400) * kit_slowness()};
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *ends = coil_submit(thread, sleep_shortly, NULL);
    struct coil_cfuture *stays = coil_submit(thread, wait_for_ever, NULL);

    while (coil_cfuture_state(stays) == COIL_CFUTURE_PENDING)
        usleep(100);
    CHECK_EQ(coil_thread_stop(thread, &options), 0);
    CHECK_EQ(finish(ends), 0);
    CHECK_EQ(finish(stays), -ECANCELED);
    coil_thread_close(thread);
}

TEST(stop_right_after_open_knows_its_options)
{
    for (int i = 0; i < kit_effort(200); i++) {
        struct coil_thread *thread = open_thread();
        struct coil_cfuture *handle = coil_submit(thread, sleep_shortly, NULL);
        int64_t status;

        coil_thread_stop(thread, &(struct coil_stop_options){.drain_ns = LIMIT});
        status = finish(handle); /* refused, or it had begun: then nobody cancelled it */
        if (status != 0)
            CHECK_EQ(status, -COIL_ESTOPPED);
        coil_thread_close(thread);
    }
}

static char survivors[4][512];
static int survivors_count;

static void note_survivor(const char *description, void *arg)
{
    CHECK_PTR(arg, survivors);
    snprintf(survivors[survivors_count++], sizeof(survivors[0]), "%s", description);
}

DRIVER_TEST(stop_names_the_survivors_and_settles_them)
{
    struct coil_stop_options options = {
        .grace_ns = COIL_MS(20), .survivor = note_survivor, .arg = survivors};
    struct coil_task_options named = {.name = "stubborn", .drop_arg = job_drop};
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *stubborn, *willing;
    struct job job, other;

    job_init(&job);
    job_init(&other);
    job.swallows = -1;
    stubborn = coil_submit_with(thread, job_run, &job, &named);
    willing = coil_submit(thread, job_run, &other);
    await_post(&job.started);
    await_post(&other.started);
    CHECK_EQ(coil_thread_stop(thread, &options), 1);
    CHECK_EQ(survivors_count, 1);
    CHECK_HAS(survivors[0], "stubborn");
    CHECK_HAS(survivors[0], "test_thread.c:");
    CHECK_EQ(finish(stubborn), -COIL_ESTOPPED);
    CHECK_EQ(finish(willing), -ECANCELED);
    CHECK_EQ(job.ended, 0);
    CHECK_EQ(job.cancels, 1); /* once: then it was destroyed */
    CHECK_EQ(job.dropped, 1);
    coil_thread_close(thread);
    job_fini(&job);
    job_fini(&other);
}

TEST(stop_reports_survivors_to_the_loop_if_nobody_else_wants_them)
{
    struct coil_task_options named = {.name = "stubborn"};
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;
    char *said;

    job_init(&job);
    job.swallows = -1;
    handle = coil_submit_with(thread, job_run, &job, &named);
    await_post(&job.started);
    errors_begin();
    CHECK_EQ(coil_thread_stop(thread, &(struct coil_stop_options){.grace_ns = COIL_MS(5)}), 1);
    coil_thread_close(thread);
    said = errors_end();
    CHECK_HAS(said, "did not end in its grace");
    CHECK_HAS(said, "stubborn");
    CHECK_STR(strchr(said, '\n'), "\n");
    free(said);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    job_fini(&job);
}

DRIVER_TEST(stop_without_grace_destroys_whoever_is_left)
{
    struct coil_stop_options options = {
        .grace_ns = -1, .survivor = note_survivor, .arg = survivors};
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    handle = coil_submit(thread, job_run, &job);
    await_post(&job.started);
    CHECK_EQ(coil_thread_stop(thread, &options), 1);
    CHECK_EQ(survivors_count, 1);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    CHECK_EQ(job.cancels, 0);
    coil_thread_close(thread);
    job_fini(&job);
}

struct listener {
    int ends[2];
    int (*wait)(const struct listener *listener);
    sem_t started;
};

static coil_async int receives(const struct listener *listener)
{
    char byte;

    return (int)coil_sock_recv(listener->ends[0], &byte, 1);
}

static coil_async int polls(const struct listener *listener)
{
    return coil_poll(listener->ends[0], POLLIN);
}

/* It is not to be had away from the world. */
static coil_async struct coil_result listens(void *arg)
{
    struct listener *listener = arg;

    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, listener->ends), 0);
    sem_post(&listener->started);
    while (listener->wait(listener) < 0)
        continue;
    return coil_value(NULL);
}

static void stop_listener(int (*wait)(const struct listener *listener), int64_t grace_ns)
{
    struct coil_stop_options options = {
        .grace_ns = grace_ns, .survivor = note_survivor, .arg = survivors};
    struct coil_thread *thread = open_thread();
    const char *driver = coil_loop_driver(coil_thread_loop(thread));
    struct listener listener = {.wait = wait};
    struct coil_cfuture *handle;

    sem_init(&listener.started, 0, 0);
    handle = coil_submit(thread, listens, &listener);
    await_post(&listener.started);
    CHECK_EQ(coil_thread_stop(thread, &options), 1);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    for (int i = 0; i < 2 && strcmp(driver, "sim") != 0; i++) /* the simulator's end with it */
        CHECK_EQ(close(listener.ends[i]), 0);
    coil_thread_close(thread);
    sem_destroy(&listener.started);
}

DRIVER_TEST(stop_destroys_whoever_waits_for_the_world)
{
    stop_listener(receives, COIL_MS(5));
    stop_listener(polls, COIL_MS(5));
    stop_listener(receives, -1);
    stop_listener(polls, -1);
    CHECK_EQ(survivors_count, 4);
}

static struct coil_thread *stopped_by_survivor;

static void stop_and_submit(const char *description, void *arg)
{
    (void)description;
    CHECK_EQ(coil_thread_stop(stopped_by_survivor, NULL), -EDEADLK);
    CHECK_EQ(coil_cfuture_wait(arg, LIMIT), -EDEADLK);
    survivors_count++;
}

TEST(survivor_function_is_on_the_loops_thread_and_cannot_wait_for_it)
{
    struct coil_stop_options options = {.grace_ns = -1, .survivor = stop_and_submit};
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    stopped_by_survivor = open_thread();
    options.arg = handle = coil_submit(stopped_by_survivor, job_run, &job);
    await_post(&job.started);
    CHECK_EQ(coil_thread_stop(stopped_by_survivor, &options), 1);
    CHECK_EQ(survivors_count, 1);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    coil_thread_close(stopped_by_survivor);
    job_fini(&job);
}

static coil_async struct coil_result stop_here(void *thread)
{
    CHECK_EQ(coil_thread_stop(thread, NULL), -EDEADLK);
    CHECK(coil_thread_stopping(thread));
    return coil_error(coil_sleep(COIL_SECONDS(60)));
}

TEST(stop_on_the_loops_own_thread_only_begins)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, stop_here, thread);

    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    CHECK_EQ(finish(handle), -ECANCELED);
    CHECK_EQ(coil_thread_stop(thread, NULL), 0);
    coil_thread_close(thread);
}

TEST(stop_from_two_threads_is_one_stop)
{
    struct stop first = {.target = open_thread(), .options = {.drain_ns = COIL_FOREVER}};
    struct stop second = {.target = first.target, .options = {.grace_ns = -1}};
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    job.result = coil_number(3);
    handle = coil_submit(first.target, job_run, &job);
    await_post(&job.started);
    stop_begin(&first);
    while (!coil_thread_stopping(first.target))
        usleep(100);
    stop_begin(&second);
    usleep(10000);
    CHECK(!coil_cfuture_done(handle)); /* the first one's draining counts */
    CHECK(coil_cfuture_cancel(handle));
    CHECK_EQ(finish(handle), -ECANCELED);
    CHECK_EQ(stop_end(&first), 0);
    CHECK_EQ(stop_end(&second), 0);
    coil_thread_close(first.target);
    job_fini(&job);
}

static struct coil_result stop_the_run(void *unused)
{
    (void)unused;
    coil_loop_stop(coil_loop_current());
    return coil_value(NULL);
}

TEST(stop_of_the_loop_is_no_stop_of_the_thread)
{
    struct coil_thread *thread = open_thread();

    CHECK_EQ(finish(coil_submit_call(thread, stop_the_run, NULL)), 0);
    coil_loop_stop(coil_thread_loop(thread));
    CHECK_EQ(finish(coil_submit(thread, give_number, (void *)2)), 2);
    coil_thread_close(thread);
}

/* A function in which the loop turns: run_until_complete in a callback. */
static struct coil_result turn_inside(void *job)
{
    struct coil_future *task = coil_create_task(job_run, job);
    /* not in a task */
    struct coil_result result = coil_loop_run_until_complete(coil_loop_current(), task);

    coil_future_unref(task);
    return result;
}

DRIVER_TEST(stop_reaches_a_loop_that_turns_inside_a_callback)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    handle = coil_submit_call(thread, turn_inside, &job);
    await_post(&job.started);
    CHECK_EQ(coil_thread_stop(thread, NULL), 0);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    CHECK_EQ(job.cancels, 1);
    coil_thread_close(thread);
    job_fini(&job);
}

/* ---- death ---- */

static struct coil_result end_thread_in_a_function(void *unused)
{
    return end_thread(unused);
}

static void check_death(struct coil_cfuture *(*submit)(struct coil_thread *thread))
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_arg = job_drop};
    struct coil_cfuture *deadly, *waits;
    struct job job;

    job_init(&job);
    job.swallows = -1;
    waits = coil_submit_with(thread, job_run, &job, &options);
    await_post(&job.started);
    errors_begin();
    deadly = submit(thread);
    CHECK_EQ(coil_cfuture_wait(deadly, LIMIT), 0);
    CHECK_EQ(coil_cfuture_wait(waits, LIMIT), 0);
    while (!coil_thread_stopping(thread))
        usleep(100);
    CHECK_EQ(finish(coil_submit(thread, give_number, NULL)), -COIL_ESTOPPED);
    CHECK_EQ(coil_thread_stop(thread, NULL), 0);
    coil_thread_close(thread);
    free(errors_end());
    CHECK_EQ(finish(deadly), -COIL_EDIED);
    CHECK_EQ(finish(waits), -COIL_EDIED);
    CHECK_EQ(job.dropped, 1);
    job_fini(&job);
}

static struct coil_cfuture *die_in_a_coroutine(struct coil_thread *thread)
{
    return coil_submit(thread, end_thread, NULL);
}

static struct coil_cfuture *die_in_a_function(struct coil_thread *thread)
{
    return coil_submit_call(thread, end_thread_in_a_function, NULL);
}

DRIVER_TEST(thread_that_ends_in_a_coroutine_settles_everything)
{
    if (UNDER_TSAN)
        SKIP("the thread sanitizer allows no pthread_exit on a coroutine's stack");
    check_death(die_in_a_coroutine);
}

DRIVER_TEST(thread_that_ends_in_a_function_settles_everything)
{
    check_death(die_in_a_function);
}

static void *submit_and_end(void *thread)
{
    return coil_submit(thread, give_number, (void *)11);
}

TEST(thread_that_submitted_may_end_first)
{
    struct coil_thread *thread = open_thread();
    pthread_t submitter;
    void *handle;

    pthread_create(&submitter, NULL, submit_and_end, thread);
    pthread_join(submitter, &handle);
    CHECK_EQ(finish(handle), 11);
    coil_thread_close(thread);
}

static int use_in_child(void *thread)
{
    CHECK(coil_thread_stopping(thread));
    CHECK_EQ(coil_thread_stop(thread, NULL), 0);
    coil_thread_close(thread);
    thread = open_thread();
    CHECK_EQ(finish(coil_submit(thread, give_number, (void *)5)), 5);
    coil_thread_close(thread);
    return 0;
}

TEST(in_the_child_of_a_fork_close_does_not_hang_and_a_new_one_runs)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, wait_for_ever, NULL);

    if (UNDER_TSAN)
        SKIP("the thread sanitizer follows no new threads after a fork");
    while (coil_cfuture_state(handle) == COIL_CFUTURE_PENDING)
        usleep(1000);
    usleep(20 * 1000); /* the thread sleeps by now: no sanitizer's allocator is torn by the fork */
    in_child(use_in_child, thread);
    CHECK(!coil_thread_stopping(thread));
    CHECK_EQ(coil_cfuture_cancel_and_wait(handle, LIMIT).status, -ECANCELED);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

static int exit_while_it_runs(void *unused)
{
    struct coil_thread *thread = open_thread();
    struct job *job = malloc(sizeof(*job));

    (void)unused;
    job_init(job);
    coil_submit(thread, job_run, job);
    await_post(&job->started);
    fclose(stderr); /* leak checkers: what still runs is no leak */
    exit(0);
}

TEST(process_may_exit_while_a_loop_runs)
{
    if (kit_slowness() > 1)
        SKIP("leak checkers call what still runs a leak");
    in_child(exit_while_it_runs, NULL);
}

TEST(what_was_never_opened_refuses_like_what_has_stopped)
{
    struct coil_task_options options = {.drop_arg = job_drop, .name = "orphan"};
    struct coil_cfuture *job;
    struct job orphan;

    job_init(&orphan);
    job = coil_submit_with(NULL, job_run, &orphan, &options);
    CHECK(coil_cfuture_done(job));
    CHECK(!coil_cfuture_cancel(job));
    CHECK_EQ(finish(job), -COIL_ESTOPPED);
    CHECK_EQ(orphan.runs, 0);
    CHECK_EQ(orphan.dropped, 1);
    CHECK_EQ(finish(coil_submit_call(NULL, give_number, NULL)), -COIL_ESTOPPED);
    CHECK_PTR(coil_thread_loop(NULL), NULL);
    CHECK(coil_thread_stopping(NULL));
    CHECK_EQ(coil_thread_stop(NULL, NULL), 0);
    coil_thread_close(NULL);
    job_fini(&orphan);
}

TEST(the_loop_of_a_stopped_thread_can_be_asked_until_close)
{
    struct coil_thread *thread = open_thread();
    struct coil_loop_stats stats;

    CHECK_EQ(finish(coil_submit(thread, give_number, (void *)1)), 1);
    coil_thread_stop(thread, NULL);
    CHECK_STR(coil_loop_name(coil_thread_loop(thread)), "coil");
    CHECK(coil_loop_driver(coil_thread_loop(thread)) != NULL);
    coil_loop_stats(coil_thread_loop(thread), &stats);
    CHECK_EQ(stats.tasks_made, 1);
    coil_thread_close(thread);
}
