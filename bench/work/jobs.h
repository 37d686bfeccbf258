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
    PROCESS_JOBS = 250000,
    IN_FLIGHT = 1000,
    COROUTINES = 100000,
    YIELDS = 10,
    MAP_CHUNK = 20, /* jobs sent to a process at a time */
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

/* The CPU time is this process's, user and system; its children's is not in it. */
struct jobs_time {
    int64_t wall, cpu;
};

static inline struct jobs_time jobs_start(void)
{
    struct jobs_time now = {bench_now(), bench_cpu()};

    return now;
}

static inline struct jobs_time jobs_since(struct jobs_time start)
{
    struct jobs_time took = {bench_now() - start.wall, bench_cpu() - start.cpu};

    return took;
}

/* Jobs a second, and the CPU time of one; `which` is the end of the name. */
static inline void jobs_print_as(const char *name, const char *which, struct jobs_time took,
                                 long count)
{
    printf("%s%s %.4g M/s\n", name, which, (double)count * 1e3 / (double)took.wall);
    printf("%s%s.cpu %.4g ns\n", name, which, (double)took.cpu / (double)count);
    fflush(stdout);
}

static inline void jobs_print(const char *name, struct jobs_time took, long count)
{
    jobs_print_as(name, "", took, count);
}

/* One loop beside two, and their ratio. */
static inline void jobs_print_batch(const char *name, struct jobs_time alone, struct jobs_time both,
                                    long count)
{
    jobs_print_as(name, "_1", alone, count);
    jobs_print_as(name, "_2", both, count);
    printf("%s_ratio %.4g times\n", name, (double)alone.wall / (double)both.wall);
    fflush(stdout);
}

#endif
