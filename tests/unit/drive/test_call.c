/* Calls: functions that run where they may block. */
#include "world.h"

#include "mach/thread.h"
#include "mach/workers.h"

struct job {
    struct op_call block; /* first, so that free gets it */
    struct probe probe;
    sem_t go; /* the function waits for it, if `held` */
    sem_t started;
    sem_t freed;
    bool held;
    int runs;
    int frees;
    pthread_t runner;
    pthread_t doner;
};

static void job_run(struct op_call *block)
{
    struct job *job = container_of(block, struct job, block);

    job->runner = pthread_self();
    __atomic_add_fetch(&job->runs, 1, __ATOMIC_RELAXED);
    sem_post(&job->started);
    if (job->held)
        sem_wait(&job->go);
}

static void job_free(struct op_call *block)
{
    struct job *job = container_of(block, struct job, block);

    __atomic_add_fetch(&job->frees, 1, __ATOMIC_RELAXED);
    sem_post(&job->freed);
}

static void note_thread(struct probe *probe)
{
    struct job *job = probe->arg;

    CHECK_EQ(__atomic_load_n(&job->frees, __ATOMIC_RELAXED), 0);
    job->doner = pthread_self();
}

static void job_submit(struct job *job, struct world *world, bool held)
{
    memset(job, 0, sizeof(*job));
    sem_init(&job->go, 0, 0);
    sem_init(&job->started, 0, 0);
    sem_init(&job->freed, 0, 0);
    job->held = held;
    job->block.run = job_run;
    job->block.free = job_free;
    probe_init(&job->probe, world);
    job->probe.then = note_thread;
    job->probe.arg = job;
    job->probe.op.kind = OP_CALL;
    job->probe.op.call.block = &job->block;
    coil__drive_submit(world->driver, &job->probe.op);
}

/* Once, whoever did it; and nobody touches the block after. */
static void job_await_free(struct job *job)
{
    sem_wait(&job->freed);
    CHECK_EQ(__atomic_load_n(&job->frees, __ATOMIC_RELAXED), 1);
}

/* Until so many calls have not ended, and sent word of it. */
static void await_works(size_t n)
{
    while (coil__mach_pool_works(coil__mach_pool(MACH_POOL_DEFAULT)) > n)
        usleep(100);
}

DRIVER_TEST(a_call_runs_once_and_its_block_is_freed_after_done)
{
    struct world world;
    struct job job;

    world_open(&world, 0);
    job_submit(&job, &world, false);
    CHECK_EQ(job.probe.done, 0);
    CHECK_EQ(world_finish(&world, &job.probe), 0);
    CHECK_EQ(job.runs, 1);
    job_await_free(&job);
    world_close(&world);
}

DRIVER_TEST(a_call_runs_in_a_worker_and_is_done_on_the_loops_thread)
{
    struct world world;
    struct job job;

    world_open(&world, 0);
    job_submit(&job, &world, false);
    world_finish(&world, &job.probe);
    CHECK(pthread_equal(job.doner, pthread_self()));
    CHECK_EQ(!!pthread_equal(job.runner, pthread_self()), world_is(&world, "sim"));
    job_await_free(&job);
    world_close(&world);
}

/* From here on functions block until the loop goes on, which cannot be had of the simulator. */
REAL_TEST(a_call_that_ends_wakes_the_loop_from_a_long_sleep)
{
    struct world world;
    struct job job;

    world_open(&world, 0);
    for (int i = 0; i < kit_effort(200); i++) {
        job_submit(&job, &world, false);
        if (i % 2)
            usleep((useconds_t)(i % 50));
        while (!job.probe.done)
            CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
        job_await_free(&job);
    }
    world_close(&world);
}

REAL_TEST(calls_are_done_in_the_order_in_which_they_ended)
{
    struct world world;
    struct job jobs[3];

    world_open(&world, 0);
    for (int i = 0; i < 3; i++)
        job_submit(&jobs[i], &world, true);
    for (int i = 2; i >= 0; i--) {
        sem_wait(&jobs[i].started);
        sem_post(&jobs[i].go);
        await_works((size_t)i);
    }
    for (int i = 0; i < 3; i++)
        world_finish(&world, &jobs[i].probe);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(jobs[i].probe.place, 3 - i);
        job_await_free(&jobs[i]);
    }
    world_close(&world);
}

DRIVER_TEST(a_thousand_calls_are_each_done_once)
{
    enum { JOBS = 1000 };
    struct job *jobs = calloc(JOBS, sizeof(*jobs));
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < JOBS; i++)
        job_submit(&jobs[i], &world, false);
    while (world.done < JOBS)
        world_wait(&world, COIL_FOREVER);
    for (int i = 0; i < JOBS; i++) {
        CHECK_EQ(jobs[i].runs, 1);
        CHECK_EQ(jobs[i].probe.op.result, 0);
        job_await_free(&jobs[i]);
    }
    world_close(&world);
    free(jobs);
}

REAL_TEST(a_running_call_that_is_canceled_is_done_at_once_and_ends_on_its_own)
{
    struct world world;
    struct job job;

    world_open(&world, 0);
    job_submit(&job, &world, true);
    sem_wait(&job.started);
    probe_cancel(&job.probe);
    CHECK_EQ(job.probe.done, 0);
    world_wait(&world, COIL_FOREVER);
    CHECK_EQ(job.probe.done, 1);
    CHECK_EQ(job.probe.op.result, -ECANCELED);
    CHECK_EQ(__atomic_load_n(&job.frees, __ATOMIC_RELAXED), 0);
    sem_post(&job.go);
    job_await_free(&job);
    world_close(&world);
}

DRIVER_TEST(a_call_canceled_before_it_began_does_not_run)
{
    struct job *jobs;
    struct job last;
    struct world world;
    int most = coil__mach_ncpu() + 4 < 32 ? coil__mach_ncpu() + 4 : 32;

    world_open(&world, 0);
    if (world_is(&world, "sim"))
        most = 0;
    jobs = calloc((size_t)most + 1, sizeof(*jobs));
    for (int i = 0; i < most; i++)
        job_submit(&jobs[i], &world, true);
    job_submit(&last, &world, false);
    probe_cancel(&last.probe);
    CHECK_EQ(world_finish(&world, &last.probe), -ECANCELED);
    for (int i = 0; i < most; i++)
        sem_post(&jobs[i].go);
    for (int i = 0; i < most; i++) {
        world_finish(&world, &jobs[i].probe);
        job_await_free(&jobs[i]);
    }
    job_await_free(&last);
    CHECK_EQ(last.runs, 0);
    world_close(&world);
    free(jobs);
}

REAL_TEST(a_cancel_that_comes_too_late_leaves_the_result)
{
    struct world world;
    struct job job;

    world_open(&world, 0);
    job_submit(&job, &world, false);
    await_works(0);
    probe_cancel(&job.probe);
    world_finish(&world, &job.probe);
    CHECK_EQ(job.probe.op.result, 0);
    job_await_free(&job);
    world_close(&world);
}

DRIVER_TEST(a_call_canceled_while_it_ends_is_done_once_and_freed_once)
{
    struct world world;
    struct job job;

    world_open(&world, 7);
    for (int i = 0; i < kit_effort(1000); i++) {
        job_submit(&job, &world, false);
        for (volatile int spin = 0; spin < (i % 64) * 40; spin++)
            ;
        probe_cancel(&job.probe);
        world_finish(&world, &job.probe);
        CHECK(job.probe.op.result == 0 || job.probe.op.result == -ECANCELED);
        CHECK(job.runs == 1 || job.probe.op.result == -ECANCELED);
        job_await_free(&job);
    }
    CHECK_EQ(world.driver->out, 0);
    world_close(&world);
}

/* The driver goes, its wake_fd goes, another file takes the number; then the call ends. */
REAL_TEST(a_detached_call_that_outlives_its_driver_touches_nothing_of_it)
{
    struct world world;
    struct job job;
    uint64_t count;
    int stranger;

    world_open(&world, 0);
    job_submit(&job, &world, true);
    sem_wait(&job.started);
    probe_cancel(&job.probe);
    world_finish(&world, &job.probe);
    world_close(&world);
    stranger = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stranger != world.wake_fd)
        CHECK_EQ(dup3(stranger, world.wake_fd, O_CLOEXEC), world.wake_fd);
    sem_post(&job.go);
    job_await_free(&job);
    usleep(2000);
    CHECK_EQ(read(world.wake_fd, &count, sizeof(count)), -1);
    CHECK_EQ(errno, EAGAIN);
    close(world.wake_fd);
    if (stranger != world.wake_fd)
        close(stranger);
}

/* Many times, with the worker anywhere between its end and its goodbye. */
DRIVER_TEST(closing_right_after_a_call_is_done_is_safe)
{
    for (int i = 0; i < kit_effort(200); i++) {
        struct world world;
        struct job job;

        world_open(&world, 0);
        job_submit(&job, &world, false);
        if (i % 2)
            probe_cancel(&job.probe);
        world_finish(&world, &job.probe);
        world_close(&world);
        job_await_free(&job);
    }
}

static void submit_job(struct probe *probe)
{
    job_submit(probe->arg, probe->world, false);
}

DRIVER_TEST(done_may_submit_a_call)
{
    struct world world;
    struct probe probe;
    struct job job;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    put_byte(ends[1]);
    probe_poll(&probe, &world, ends[0], POLLIN);
    probe.then = submit_job;
    probe.arg = &job;
    world_finish(&world, &probe);
    CHECK_EQ(world_finish(&world, &job.probe), 0);
    job_await_free(&job);
    close_both(ends);
    world_close(&world);
}

FAIL_TEST(submitting_a_block_that_is_in_use_aborts, "a call's block is submitted that is in use")
{
    struct world world;
    struct job job;
    struct op other = {.kind = OP_CALL, .call.block = &job.block};

    world_open(&world, 0);
    job_submit(&job, &world, true);
    coil__drive_submit(world.driver, &other);
}
