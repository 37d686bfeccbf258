/* The job of the rows about all CPUs: so many rounds of a chain of multiplications, each of which
 * needs the one before. The same in every compiled language: the shift keeps compilers from making
 * one multiplication of several, and it uses nothing that two threads of a core would share. */
#ifndef BENCH_WORK_SPIN_H
#define BENCH_WORK_SPIN_H

#include "../bench.h"

enum { SPIN_SEEDS = 8, SPIN_SINGLES = 25, SPIN_ROUNDS = 500000, SPIN_JOBS = 1000 };

/* $BENCH_SPIN: the rounds of a millisecond, found by the raw program for all. */
static inline uint64_t spin_rounds(void)
{
    char *text = getenv("BENCH_SPIN");
    uint64_t full = SPIN_ROUNDS;

    if (text)
        full = strtoull(text, NULL, 10);
    return full / (uint64_t)bench_divisor + 1;
}

static inline uint64_t spin(uint64_t seed, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++)
        seed = (seed ^ seed >> 31) * 6364136223846793005u + 1;
    return seed;
}

/* What the same jobs take alone, and their results. */
struct spin_alone {
    uint64_t rounds;
    uint64_t result[SPIN_SEEDS];
    int64_t job_ns; /* the median */
    int cpus;
};

/* The seed is volatile: a compiler would see that a job done twice can be done once. */
static inline void spin_alone_measure(struct spin_alone *alone)
{
    int64_t samples[SPIN_SEEDS * SPIN_SINGLES];
    long count = 0;

    for (int turn = 0; turn < SPIN_SINGLES; turn++) {
        for (int i = 0; i < SPIN_SEEDS; i++) {
            volatile uint64_t seed = (uint64_t)i;
            int64_t start = bench_now();

            alone->result[i] = spin(seed, alone->rounds);
            samples[count++] = bench_now() - start;
        }
    }
    qsort(samples, (size_t)count, sizeof *samples, bench_by_value);
    alone->job_ns = samples[count / 2];
}

static inline int bench_cpus(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set))
        bench_die("sched_getaffinity");
    return CPU_COUNT(&set);
}

/* Prints what a job takes alone, and which part of the CPUs' time was work: what the jobs take one
 * after the other, by what all CPUs had to give. */
static inline void spin_print(const char *name, const struct spin_alone *alone, long jobs,
                              int64_t elapsed_ns)
{
    double ideal = (double)alone->job_ns * (double)jobs / alone->cpus;

    printf("%s.alone %.4g us\n", name, (double)alone->job_ns / 1e3);
    bench_print(name, ideal / (double)elapsed_ns, "of-ideal");
}

static inline uint64_t spin_seed(long job)
{
    return (uint64_t)(job % SPIN_SEEDS);
}

static inline void spin_check(const struct spin_alone *alone, long job, uint64_t result)
{
    if (result == alone->result[spin_seed(job)])
        return;
    fprintf(stderr, "job %ld returned another number than alone\n", job);
    exit(1);
}

#endif
