/* What every C and C++ program under bench/ shares: clocks, pinning, the command line, the line of
 * output.
 *
 * A program is called as `program WORKLOAD [DIVISOR]` and prints one `name value unit` line per
 * measured run; `program list` prints the names it knows. DIVISOR makes every count smaller: for a
 * quick look, not for quoting. BENCH_CPUS="0,1" says where thread 0, thread 1, ... are to run (in a
 * circle); unset, nobody is pinned. */
#ifndef BENCH_H
#define BENCH_H

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench_row {
    const char *name;
    void (*run)(const char *name);
};

/* One for all the files of a program. */
__attribute__((weak)) long bench_divisor = 1;

__attribute__((noreturn)) static inline void bench_die(const char *what)
{
    perror(what);
    exit(1);
}

static inline int64_t bench_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t bench_now(void)
{
    return bench_clock(CLOCK_MONOTONIC);
}

static inline int64_t bench_cpu(void)
{
    return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* Memory the process really holds, in bytes: its resident pages, and the page tables that map
 * them. */
static inline int64_t bench_memory(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kib = 0;
    long sum = 0;

    if (!status)
        bench_die("/proc/self/status");
    while (fgets(line, sizeof line, status))
        if (sscanf(line, "VmRSS: %ld", &kib) == 1 || sscanf(line, "VmPTE: %ld", &kib) == 1)
            sum += kib;
    fclose(status);
    return (int64_t)sum * 1024;
}

/* Puts the calling thread on the index-th CPU of BENCH_CPUS. */
static inline void bench_pin(int index)
{
    char *list = getenv("BENCH_CPUS");
    size_t cpus[64];
    size_t count = 0;
    cpu_set_t set;

    while (list && *list && count < 64) {
        cpus[count++] = strtoul(list, &list, 10);
        list += *list == ',';
    }
    if (!count)
        return;
    CPU_ZERO(&set);
    CPU_SET(cpus[(size_t)index % count], &set);
    if (sched_setaffinity(0, sizeof set, &set))
        bench_die("sched_setaffinity");
}

static inline long bench_count(long full)
{
    return full / bench_divisor > 1 ? full / bench_divisor : 1;
}

static inline void bench_print(const char *name, double value, const char *unit)
{
    printf("%s %.4g %s\n", name, value, unit);
    fflush(stdout);
}

static inline void bench_print_ns(const char *name, int64_t elapsed_ns, long ops)
{
    bench_print(name, (double)elapsed_ns / (double)ops, "ns");
}

static inline void bench_print_rate(const char *name, int64_t elapsed_ns, long ops)
{
    bench_print(name, (double)ops * 1e3 / (double)elapsed_ns, "M/s");
}

static inline int bench_by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Prints the middle one of `count` samples, in microseconds, and leaves them sorted. */
static inline void bench_print_p50(const char *name, int64_t *samples_ns, long count)
{
    qsort(samples_ns, (size_t)count, sizeof *samples_ns, bench_by_value);
    bench_print(name, (double)samples_ns[count / 2] / 1e3, "us");
}

/* xorshift: the same numbers in every run, and no cost worth mentioning. */
static inline uint64_t bench_random(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Fills `order` with 0 .. count-1, shuffled. */
static inline void bench_shuffle(int *order, long count)
{
    for (long i = 0; i < count; i++) {
        long j = (long)(bench_random() % (uint64_t)(i + 1));

        order[i] = order[j];
        order[j] = (int)i;
    }
}

static inline int bench_main(int argc, char **argv, const struct bench_row *rows, size_t count)
{
    const char *wanted = argc > 1 ? argv[1] : "list";

    if (argc > 2 && (bench_divisor = strtol(argv[2], NULL, 10)) < 1)
        bench_divisor = 1;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(wanted, "list"))
            puts(rows[i].name);
        if (strcmp(wanted, rows[i].name))
            continue;
        rows[i].run(wanted);
        return 0;
    }
    if (!strcmp(wanted, "list"))
        return 0;
    fprintf(stderr, "%s: no workload called '%s'; 'list' shows them\n", argv[0], wanted);
    return 2;
}

#define BENCH_MAIN(rows)                                                     \
    int main(int argc, char **argv)                                          \
    {                                                                        \
        return bench_main(argc, argv, rows, sizeof(rows) / sizeof(rows)[0]); \
    }

#endif
