/* libuv in the benchmarks of executors: uv_queue_work, which only a loop can ask for. */
#include <stdbool.h>
#include <uv.h>

#include "../jobs.h"

struct job {
    uv_work_t work; /* first: the one is the other */
    long value;
    uint64_t result;
};

static void pool_size(int workers)
{
    char text[16];

    snprintf(text, sizeof text, "%d", workers);
    setenv("UV_THREADPOOL_SIZE", text, 1);
}

static void queue(struct job *job, uv_work_cb fn, uv_after_work_cb after)
{
    if (uv_queue_work(uv_default_loop(), &job->work, fn, after))
        bench_die("uv_queue_work");
}

static void run_loop(void)
{
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static void pin_here(uv_work_t *work)
{
    (void)work;
    bench_pin(0);
}

static void ignore(uv_work_t *work, int status)
{
    (void)work;
    (void)status;
}

/* One worker goes to the first CPU; of several, each stays where the kernel puts it. */
static void pool_open(int workers)
{
    struct job job;

    pool_size(workers);
    if (workers == 1) {
        queue(&job, pin_here, ignore);
        run_loop();
    }
    bench_pin(1);
}

static void identity(uv_work_t *work)
{
    struct job *job = (struct job *)work;

    job->result = (uint64_t)job->value;
}

/* ---- round trips ---- */

static struct {
    long number, count;
    int64_t start;
    int64_t *samples;
} trips;

static void trip_back(uv_work_t *work, int status)
{
    struct job *job = (struct job *)work;
    int64_t now = bench_now();

    jobs_check(!status && job->result == (uint64_t)trips.number, "a result");
    trips.samples[trips.number++] = now - trips.start;
    if (trips.number == trips.count)
        return;
    job->value = trips.number;
    trips.start = bench_now();
    queue(job, identity, trip_back);
}

static void run_trips(const char *name)
{
    struct job job;

    pool_open(1);
    trips.count = bench_count(TRIPS);
    trips.samples = calloc((size_t)trips.count, sizeof *trips.samples);
    for (int run = 0; run <= RUNS; run++) {
        trips.number = job.value = 0;
        trips.start = bench_now();
        queue(&job, identity, trip_back);
        run_loop();
        if (run > 0)
            bench_print_p50(name, trips.samples, trips.count);
    }
    free(trips.samples);
}

/* ---- a thousand in flight ---- */

static struct {
    long submitted, count, sum;
} flow;

static void flow_back(uv_work_t *work, int status)
{
    struct job *job = (struct job *)work;

    jobs_check(!status, "the status of a job");
    flow.sum += (long)job->result;
    if (flow.submitted == flow.count)
        return;
    job->value = flow.submitted++;
    queue(job, identity, flow_back);
}

static void run_flow(const char *name)
{
    static struct job jobs[IN_FLIGHT];

    pool_open(jobs_workers(name));
    flow.count = bench_count(JOBS);
    for (int run = 0; run <= RUNS; run++) {
        struct jobs_time start = jobs_start();

        flow.submitted = flow.sum = 0;
        for (int i = 0; i < IN_FLIGHT && flow.submitted < flow.count; i++) {
            jobs[i].value = flow.submitted++;
            queue(&jobs[i], identity, flow_back);
        }
        run_loop();
        if (run > 0)
            jobs_print(name, jobs_since(start), flow.count);
        jobs_check_sum(flow.sum, flow.count);
    }
}

/* ---- all CPUs ---- */

static struct spin_alone alone;

static void spin_job(uv_work_t *work)
{
    struct job *job = (struct job *)work;

    job->result = spin(spin_seed(job->value), alone.rounds);
}

static void run_map(const char *name)
{
    long count = bench_count(SPIN_JOBS) * bench_cpus();
    struct job *jobs = calloc((size_t)count, sizeof *jobs);

    pool_size(bench_cpus());
    alone = (struct spin_alone){.rounds = spin_rounds(), .cpus = bench_cpus()};
    for (int run = 0; run <= RUNS; run++) {
        int64_t start;

        spin_alone_measure(&alone);
        start = bench_now();
        for (long i = 0; i < count; i++) {
            jobs[i].value = i;
            queue(&jobs[i], spin_job, ignore);
        }
        run_loop();
        if (run > 0)
            spin_print(name, &alone, count, bench_now() - start);
        for (long i = 0; i < count; i++)
            spin_check(&alone, i, jobs[i].result);
    }
    free(jobs);
}

static const struct bench_row rows[] = {
    {"loop_trip_same", run_trips}, {"loop_trip_other", run_trips}, {"loop_trip_free", run_trips},
    {"loop_flow_1", run_flow},     {"loop_flow_all", run_flow},    {"map_threads", run_map},
};

BENCH_MAIN(rows)
