/*
 * The model checker. A program is a few threads over shared words; it is run again and again, once
 * for every order of their operations that can make a difference. The threads are coroutines of one
 * real thread, and change places only where base/atomic.h calls model_step, before each operation
 * on a word.
 *
 * Orders that differ only in operations on different words are the same to everybody, so one of
 * each such class is run (dynamic partial-order reduction with sleep sets: Flanagan and Godefroid
 * 2005, Godefroid 1996). Two operations depend on each other if they touch the same word; giving
 * memory back touches every word in it. Plain memory is taken to be guarded by words, which is for
 * the thread sanitizer to check; all orders are sequentially consistent ones.
 *
 * A run fails by MODEL_CHECK, by touching a word in memory given back, by memory left over, and
 * when all threads sleep for ever. The schedule of a failed run, a digit for each step, runs it
 * again: model_replay.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word;

enum { MODEL_THREADS = 4, MODEL_DEPTH = 400 };

struct model_program {
    void (*setup)(void);                  /* before each run */
    void (*threads[MODEL_THREADS])(void); /* NULL: no more */
    void (*check)(void);                  /* after each run; may use MODEL_CHECK; may be NULL */
};

struct model_result {
    uint64_t runs;   /* complete ones: classes of interleavings */
    uint64_t pruned; /* given up, since they only repeated others */
    uint64_t steps;
    unsigned deepest;  /* steps of the longest run */
    char failure[256]; /* "": none */
    char schedule[MODEL_DEPTH + 1];
};

/* Explores until the first failure, or the end. */
void model_explore(const struct model_program *program, struct model_result *result);

/* Explores every single order, without reduction: for the checker's own test. */
void model_explore_all(const struct model_program *program, struct model_result *result);

/* One run, in the order of a schedule. */
void model_replay(const struct model_program *program, const char *schedule,
                  struct model_result *result);

/* Explores for a kit test: fails it with the schedule, prints the numbers. */
void model_prove(const char *name, const struct model_program *program);

/* Explores for a kit test that must find a failure, whose text has `part` in it, and can run it
 * again. */
void model_refute(const char *name, const struct model_program *program, const char *part);

/* ---- what runs in a program ---- */

#define MODEL_CHECK(condition) \
    ((condition) ? (void)0 : model_fail("%s:%d: %s", __FILE__, __LINE__, #condition))

void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The running thread's index; -1 in setup and check. */
int model_current(void);

/* Memory that is watched; all of it must be given back before check. */
void *model_alloc(size_t size);
void model_free(void *memory);

/* ---- the world, for sources that are included after model_world.h ---- */

int model_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline_ns);
int model_wait_interruptible(const uint32_t *word, uint32_t expected, uint32_t seen,
                             int64_t deadline_ns);
void model_futex_wake(const uint32_t *word, int n);

/* Eventfds: edges, as a loop's driver sees them. At most 8 at a time. */
int model_eventfd(void);
int model_eventfd_write(int fd);
int model_close(int fd);
void model_eventfd_wait(int fd); /* sleeps until there is an edge, and takes it */
bool model_eventfd_rung(int fd);

struct model_mutex {
    uintptr_t locked;
};
void model_mutex_lock(struct model_mutex *mutex);
void model_mutex_unlock(struct model_mutex *mutex);

/* The next operation is a load: two of them depend on nothing. */
extern bool model_reads;

/* Seeded mutations: these operations fall into a load and a store, as if their author had
 * forgotten. */
enum { TORN_CAS = 1, TORN_EXCHANGE = 2, TORN_OR = 4, TORN_ADD = 8 };
extern unsigned model_torn;

#endif
