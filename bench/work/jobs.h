/* What the C and C++ programs of the benchmarks of executors share: how many workers a row wants,
 * and how many jobs of each kind there are. */
#ifndef BENCH_WORK_JOBS_H
#define BENCH_WORK_JOBS_H

#include <stdbool.h>

#include "../bench.h"
#include "spin.h"

enum {
    RUNS = 3,
    TRIPS = 20000,
    JOBS = 1000000,
    IN_FLIGHT = 1000,
    COROUTINES = 100000,
    YIELDS = 10,
};

/* Rows that end in _all have a worker for each CPU, the others one. */
static inline int jobs_workers(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && !strcmp(name + length - 4, "_all") ? bench_cpus() : 1;
}

static inline void jobs_check(bool right, const char *what)
{
    if (right)
        return;
    fprintf(stderr, "wrong: %s\n", what);
    exit(1);
}

/* 0 + 1 + ... + count-1 */
static inline void jobs_check_sum(long sum, long count)
{
    jobs_check(sum == count * (count - 1) / 2, "the sum of the results");
}

/* Jobs a second, and the CPU time of this process for one: its children's is not in it. */
struct jobs_clock {
    int64_t wall, cpu;
};

static inline struct jobs_clock jobs_start(void)
{
    struct jobs_clock clock = {bench_now(), bench_cpu()};

    return clock;
}

static inline void jobs_print_flow(const char *name, struct jobs_clock start, long count)
{
    int64_t wall = bench_now() - start.wall;
    int64_t cpu = bench_cpu() - start.cpu;
    char row[64];

    bench_print_rate(name, wall, count);
    snprintf(row, sizeof row, "%s.cpu", name);
    bench_print_ns(row, cpu, count);
}

/* One loop beside two: both rates, and their ratio. */
static inline void jobs_print_batch(const char *name, int64_t alone_ns, int64_t both_ns, long count)
{
    char row[64];

    snprintf(row, sizeof row, "%s_1", name);
    bench_print_rate(row, alone_ns, count);
    snprintf(row, sizeof row, "%s_2", name);
    bench_print_rate(row, both_ns, count);
    snprintf(row, sizeof row, "%s_ratio", name);
    bench_print(row, (double)alone_ns / (double)both_ns, "times");
}

#endif
