/* What the machine charges for a round trip to another thread or process, and what threads that
 * share jobs out beforehand get of all CPUs. bench/work/run divides by these. Nothing of coil is in
 * here. */
#include "../bells.h"
#include "jobs.h"

enum { CPUS_MAX = 256 };

static void run_thread_futex(const char *name)
{
    bells_measure(name, BELL_FUTEX, BELL_FUTEX, false);
}

static void run_futex(const char *name)
{
    bells_measure(name, BELL_SHARED_FUTEX, BELL_SHARED_FUTEX, true);
}

static void run_pipe(const char *name)
{
    bells_measure(name, BELL_PIPE, BELL_PIPE, true);
}

/* ---- a thousand in flight: a number is sent as it comes, and whoever reads takes all there is
 * ---- */

static long pipe_take(int fd, long *numbers)
{
    ssize_t got = read(fd, numbers, IN_FLIGHT * sizeof *numbers);

    if (got < 0)
        bench_die("read");
    return (long)((size_t)got / sizeof *numbers);
}

static void pipe_put(int fd, const long *numbers, long count)
{
    size_t bytes = (size_t)count * sizeof *numbers;

    if (write(fd, numbers, bytes) != (ssize_t)bytes)
        bench_die("write");
}

static void pipe_echo(const int *there, const int *back)
{
    long numbers[IN_FLIGHT];
    long got;

    bench_pin(0);
    close(there[1]);
    while ((got = pipe_take(there[0], numbers)) > 0)
        pipe_put(back[1], numbers, got);
    _exit(0);
}

static long pipe_flow_once(int to, int from, long count)
{
    long numbers[IN_FLIGHT];
    long sum = 0;

    for (long sent = 0, taken = 0; taken < count;) {
        while (sent < count && sent - taken < IN_FLIGHT) {
            pipe_put(to, &sent, 1);
            sent++;
        }
        for (long got = pipe_take(from, numbers); got > 0; got--, taken++)
            sum += numbers[got - 1];
    }
    return sum;
}

static void run_pipe_flow(const char *name)
{
    long count = bench_count(JOBS);
    int there[2];
    int back[2];
    pid_t child;

    if (pipe(there) || pipe(back) || (child = fork()) < 0)
        bench_die("pipe");
    if (!child)
        pipe_echo(there, back);
    bench_pin(1);
    for (int run = 0; run <= RUNS; run++) {
        struct jobs_time start = jobs_start();
        long sum = pipe_flow_once(there[1], back[0], count);

        if (run > 0)
            jobs_print(name, jobs_since(start), count);
        jobs_check_sum(sum, count);
    }
    close(there[1]);
    waitpid(child, NULL, 0);
}

/* ---- all CPUs ---- */

struct share {
    pthread_t thread;
    const struct spin_alone *alone;
    long first, jobs;
};

static void *share_do(void *arg)
{
    const struct share *share = arg;

    for (long i = share->first; i < share->first + share->jobs; i++)
        spin_check(share->alone, i, spin(spin_seed(i), share->alone->rounds));
    return NULL;
}

static int64_t shares_run(struct share *shares, const struct spin_alone *alone, long jobs)
{
    int64_t start = bench_now();

    for (int i = 0; i < alone->cpus; i++) {
        shares[i] = (struct share){.alone = alone, .first = jobs * i, .jobs = jobs};
        if (pthread_create(&shares[i].thread, NULL, share_do, &shares[i]))
            bench_die("pthread_create");
    }
    for (int i = 0; i < alone->cpus; i++)
        pthread_join(shares[i].thread, NULL);
    return bench_now() - start;
}

static void run_shared_out(const char *name)
{
    struct spin_alone alone = {.rounds = spin_rounds(), .cpus = bench_cpus()};
    struct share shares[CPUS_MAX];
    long each = bench_count(SPIN_JOBS);

    if (alone.cpus > CPUS_MAX)
        alone.cpus = CPUS_MAX;
    for (int run = 0; run <= RUNS; run++) {
        int64_t elapsed;

        spin_alone_measure(&alone);
        elapsed = shares_run(shares, &alone, each);
        if (run > 0)
            spin_print(name, &alone, each * alone.cpus, elapsed);
    }
}

/* ---- two beside one: what a second CPU adds to ordinary work, which a virtual machine does not
 * tell
 * ---- */

enum { SORTED = 4096, SORTS = 300 };

static void *sort_many(void *arg)
{
    int64_t *numbers = calloc(SORTED, sizeof *numbers);
    uint64_t random = 1;

    for (long turn = bench_count(SORTS); turn > 0; turn--) {
        for (int i = 0; i < SORTED; i++) {
            random = spin(random, 1);
            numbers[i] = (int64_t)(random >> 20);
        }
        qsort(numbers, SORTED, sizeof *numbers, bench_by_value);
        for (int i = 1; i < SORTED; i++)
            if (numbers[i - 1] > numbers[i])
                abort();
    }
    free(numbers);
    return arg;
}

static int64_t sorters_run(int count)
{
    int64_t start = bench_now();
    pthread_t threads[2];

    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, sort_many, NULL))
            bench_die("pthread_create");
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return bench_now() - start;
}

static void run_two_beside_one(const char *name)
{
    for (int run = 0; run <= RUNS; run++) {
        int64_t alone = sorters_run(1);
        int64_t both = sorters_run(2);

        if (run > 0)
            bench_print(name, 2 * (double)alone / (double)both, "times");
    }
}

/* How many rounds take a millisecond. */
static void run_calibrate(const char *name)
{
    struct spin_alone alone = {.rounds = SPIN_ROUNDS};

    spin_alone_measure(&alone);
    bench_print(name, SPIN_ROUNDS * 1e6 / (double)alone.job_ns, "rounds");
}

static const struct bench_row rows[] = {
    {"thread_same", run_thread_futex}, {"thread_other", run_thread_futex},
    {"thread_free", run_thread_futex}, {"pipe_same", run_pipe},
    {"pipe_other", run_pipe},          {"pipe_free", run_pipe},
    {"futex_same", run_futex},         {"futex_other", run_futex},
    {"futex_free", run_futex},         {"pipe_flow", run_pipe_flow},
    {"shared_out", run_shared_out},    {"two_beside_one", run_two_beside_one},
    {"calibrate", run_calibrate},
};

BENCH_MAIN(rows)
