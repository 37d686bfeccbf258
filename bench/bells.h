/* What it takes to wake another thread or process: a bell on either side, rung there and back. */
#ifndef BENCH_BELLS_H
#define BENCH_BELLS_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { BELL_RUNS = 3, BELL_TRIPS = 20000 };

enum bell_kind {
    BELL_FUTEX,        /* of threads */
    BELL_SHARED_FUTEX, /* of processes */
    BELL_PIPE,         /* a small message, blocking */
    BELL_EVENTFD,      /* and epoll, as loops wait */
    BELL_SPIN
};

struct bell {
    enum bell_kind kind;
    atomic_int rung;
    int event;
    int poll;
    int pipe[2];
};

struct bell_table { /* two who answer one another */
    struct bell there;
    struct bell back;
    long trips;
};

static inline void bell_init(struct bell *bell, enum bell_kind kind)
{
    struct epoll_event interest = {.events = EPOLLIN | EPOLLET};

    memset(bell, 0, sizeof *bell);
    bell->kind = kind;
    if (kind == BELL_PIPE && pipe(bell->pipe))
        bench_die("pipe");
    if (kind != BELL_EVENTFD)
        return;
    bell->event = eventfd(0, EFD_NONBLOCK);
    bell->poll = epoll_create1(0);
    if (bell->event < 0 || bell->poll < 0 ||
        epoll_ctl(bell->poll, EPOLL_CTL_ADD, bell->event, &interest))
        bench_die("eventfd");
}

static inline void bell_fini(struct bell *bell)
{
    if (bell->kind == BELL_PIPE) {
        close(bell->pipe[0]);
        close(bell->pipe[1]);
    } else if (bell->kind == BELL_EVENTFD) {
        close(bell->event);
        close(bell->poll);
    }
}

static inline void bell_futex(struct bell *bell, int op, int value)
{
    if (bell->kind == BELL_FUTEX)
        op |= FUTEX_PRIVATE_FLAG;
    syscall(SYS_futex, &bell->rung, op, value, NULL, NULL, 0);
}

static inline void bell_ring(struct bell *bell)
{
    uint64_t one = 1;

    if (bell->kind == BELL_PIPE) {
        if (write(bell->pipe[1], &one, sizeof one) != sizeof one)
            bench_die("write");
        return;
    }
    atomic_store_explicit(&bell->rung, 1, memory_order_release);
    if (bell->kind == BELL_EVENTFD) {
        if (write(bell->event, &one, sizeof one) < 0)
            bench_die("write");
    } else if (bell->kind != BELL_SPIN) {
        bell_futex(bell, FUTEX_WAKE, 1);
    }
}

static inline void bell_rest(struct bell *bell)
{
    struct epoll_event event;

    if (bell->kind == BELL_EVENTFD)
        epoll_wait(bell->poll, &event, 1, -1);
    else if (bell->kind != BELL_SPIN)
        bell_futex(bell, FUTEX_WAIT, 0);
#if defined(__x86_64__)
    else
        __builtin_ia32_pause();
#endif
}

static inline void bell_wait(struct bell *bell)
{
    uint64_t one;

    if (bell->kind == BELL_PIPE) {
        if (read(bell->pipe[0], &one, sizeof one) != sizeof one)
            bench_die("read");
        return;
    }
    while (!atomic_load_explicit(&bell->rung, memory_order_acquire))
        bell_rest(bell);
    atomic_store_explicit(&bell->rung, 0, memory_order_relaxed);
}

static inline void *bell_answer(void *arg)
{
    struct bell_table *table = arg;

    bench_pin(0);
    for (long i = 0; i < table->trips; i++) {
        bell_wait(&table->there);
        bell_ring(&table->back);
    }
    return NULL;
}

static inline void bell_ask(struct bell_table *table, int64_t *samples)
{
    for (long i = 0; i < table->trips; i++) {
        int64_t start = bench_now();

        bell_ring(&table->there);
        bell_wait(&table->back);
        samples[i] = bench_now() - start;
    }
}

/* Who answers is a thread of this process, or a child of its own. */
static inline void bell_run(struct bell_table *table, bool child, int64_t *samples)
{
    pthread_t thread;
    pid_t pid = 0;

    if (!child && pthread_create(&thread, NULL, bell_answer, table))
        bench_die("pthread_create");
    if (child && (pid = fork()) < 0)
        bench_die("fork");
    if (child && !pid) {
        bell_answer(table);
        _exit(0);
    }
    bell_ask(table, samples);
    if (child)
        waitpid(pid, NULL, 0);
    else
        pthread_join(thread, NULL);
}

/* Prints the median round trip of a few runs, the first one left out. */
static inline void bells_measure(const char *name, enum bell_kind there, enum bell_kind back,
                                 bool child)
{
    long trips = bench_count(BELL_TRIPS);
    int64_t *samples = calloc((size_t)trips, sizeof *samples);
    struct bell_table *table =
        mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (table == MAP_FAILED)
        bench_die("mmap");
    table->trips = trips;
    bench_pin(1);
    for (int run = 0; run <= BELL_RUNS; run++) {
        bell_init(&table->there, there);
        bell_init(&table->back, back);
        bell_run(table, child, samples);
        if (run > 0)
            bench_print_p50(name, samples, trips);
        bell_fini(&table->there);
        bell_fini(&table->back);
    }
    munmap(table, sizeof *table);
    free(samples);
}

#endif
