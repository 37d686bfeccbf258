/* Jobs that do nothing: how long one takes there and back, and how many go in a second. */
#include "coil_rows.h"

/* ---- a kind of workers: how it is opened, how a number is sent there and back ---- */

struct kind {
    struct coil_executor *(*open)(const char *name);
    struct coil_cfuture *(*submit)(struct coil_executor *pool, long number);
    struct coil_future *(*run_in)(struct coil_executor *pool, long number);
    long jobs; /* of a run of a flow */
};

struct measured {
    const char *name;
    const struct kind *kind;
    struct coil_executor *pool;
};

static struct coil_executor *threads_open(const char *name)
{
    int threads = jobs_workers(name);

    return opened(coil_thread_pool_open(&(struct coil_thread_pool_options){
        .threads = (unsigned)threads, .begin = threads == 1 ? pin_worker : NULL}));
}

static struct coil_result identity(void *number)
{
    return coil_number((intptr_t)number);
}

static struct coil_cfuture *threads_submit(struct coil_executor *pool, long number)
{
    return coil_executor_submit(pool, identity, (void *)number);
}

static struct coil_future *threads_run_in(struct coil_executor *pool, long number)
{
    return coil_run_in_executor(pool, identity, (void *)number);
}

static const struct kind threads = {threads_open, threads_submit, threads_run_in, JOBS};

static struct coil_executor *processes_open(const char *name)
{
    int workers = jobs_workers(name);

    return opened(coil_process_pool_open(&(struct coil_process_pool_options){
        .workers = (unsigned)workers, .begin = workers == 1 ? pin_worker : NULL}));
}

static coil_async struct coil_result read_identity(void *number)
{
    return coil_number(*(const long *)number);
}

static struct coil_cfuture *processes_submit(struct coil_executor *pool, long number)
{
    return coil_executor_submit_bytes(pool, read_identity, &number, sizeof number);
}

static struct coil_future *processes_run_in(struct coil_executor *pool, long number)
{
    struct coil_cfuture *job = processes_submit(pool, number);
    struct coil_future *future = coil_wrap_future(job);

    coil_cfuture_unref(job);
    return future;
}

static const struct kind processes = {processes_open, processes_submit, processes_run_in,
                                      PROCESS_JOBS};

/* Opens the pool, has its worker placed, and then goes to the other CPU itself. */
static void measure(const char *name, const struct kind *kind,
                    void (*body)(const struct measured *m))
{
    struct measured m = {name, kind, kind->open(name)};

    jobs_check(number_from(kind->submit(m.pool, 1)) == 1, "the first result");
    bench_pin(1);
    body(&m);
    coil_executor_close(m.pool); /* not in a task */
}

/* ---- from a thread ---- */

static void trips(const struct measured *m)
{
    long count = bench_count(TRIPS);
    int64_t *samples = calloc((size_t)count, sizeof *samples);

    for (int run = 0; run <= RUNS; run++) {
        for (long i = 0; i < count; i++) {
            int64_t start = bench_now();
            long answer = number_from(m->kind->submit(m->pool, i));

            samples[i] = bench_now() - start;
            jobs_check(answer == i, "a result");
        }
        if (run > 0)
            bench_print_p50(m->name, samples, count);
    }
    free(samples);
}

static long flow_once(const struct measured *m, long count)
{
    struct coil_cfuture *flying[IN_FLIGHT];
    long sum = 0;

    for (long i = 0; i < count + IN_FLIGHT; i++) {
        struct coil_cfuture **oldest = &flying[i % IN_FLIGHT];

        if (i >= IN_FLIGHT && i - IN_FLIGHT < count)
            sum += number_from(*oldest);
        if (i < count)
            *oldest = m->kind->submit(m->pool, i);
    }
    return sum;
}

static void flow(const struct measured *m)
{
    long count = bench_count(m->kind->jobs);

    for (int run = 0; run <= RUNS; run++) {
        struct jobs_time start = jobs_start();
        long sum = flow_once(m, count);

        if (run > 0)
            jobs_print(m->name, jobs_since(start), count);
        jobs_check_sum(sum, count);
    }
}

/* ---- from a task ---- */

static coil_async struct coil_result loop_trips_main(void *arg)
{
    const struct measured *m = arg;
    long count = bench_count(TRIPS);
    int64_t *samples = calloc((size_t)count, sizeof *samples);

    for (int run = 0; run <= RUNS; run++) {
        for (long i = 0; i < count; i++) {
            int64_t start = bench_now();
            long answer = number_of(m->kind->run_in(m->pool, i));

            samples[i] = bench_now() - start;
            jobs_check(answer == i, "a result");
        }
        if (run > 0)
            bench_print_p50(m->name, samples, count);
    }
    free(samples);
    return coil_number(0);
}

static void loop_trips(const struct measured *m)
{
    struct measured copy = *m;

    coil_run(loop_trips_main, &copy);
}

struct part { /* of a thousand tasks, each has one job at a time */
    const struct measured *m;
    long first, count;
};

static coil_async struct coil_result part_main(void *arg)
{
    const struct part *part = arg;
    long sum = 0;

    for (long i = part->first; i < part->count; i += IN_FLIGHT)
        sum += number_of(part->m->kind->run_in(part->m->pool, i));
    return coil_number(sum);
}

static coil_async long loop_flow_once(const struct measured *m, long count)
{
    struct part parts[IN_FLIGHT];
    struct coil_future *tasks[IN_FLIGHT];
    long sum = 0;

    for (long i = 0; i < IN_FLIGHT; i++) {
        parts[i] = (struct part){m, i, count};
        tasks[i] = coil_create_task(part_main, &parts[i]);
    }
    for (long i = 0; i < IN_FLIGHT; i++)
        sum += number_of(tasks[i]);
    return sum;
}

static coil_async struct coil_result loop_flow_main(void *arg)
{
    const struct measured *m = arg;
    long count = bench_count(m->kind->jobs);

    for (int run = 0; run <= RUNS; run++) {
        struct jobs_time start = jobs_start();
        long sum = loop_flow_once(m, count);

        if (run > 0)
            jobs_print(m->name, jobs_since(start), count);
        jobs_check_sum(sum, count);
    }
    return coil_number(0);
}

static void loop_flow(const struct measured *m)
{
    struct measured copy = *m;

    coil_run(loop_flow_main, &copy);
}

/* ---- the rows ---- */

void run_trips(const char *name)
{
    measure(name, &threads, trips);
}

void run_flow(const char *name)
{
    measure(name, &threads, flow);
}

void run_loop_trips(const char *name)
{
    measure(name, &threads, loop_trips);
}

void run_loop_flow(const char *name)
{
    measure(name, &threads, loop_flow);
}

void run_process_trips(const char *name)
{
    measure(name, &processes, trips);
}

void run_process_flow(const char *name)
{
    measure(name, &processes, flow);
}

void run_loop_process_trips(const char *name)
{
    measure(name, &processes, loop_trips);
}

void run_loop_process_flow(const char *name)
{
    measure(name, &processes, loop_flow);
}
