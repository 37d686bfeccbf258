/* Worker threads from the inside: what runs in them and who owns a pool share this. */
#ifndef COIL_MACH_WORKERS_OWN_H
#define COIL_MACH_WORKERS_OWN_H

#include "mach/spin.h"
#include "mach/thread.h"
#include "mach/workers.h"

/* Instead of a work in the inbox. */
enum { POOL_EMPTY = 0, POOL_CLOSED = 1 };

enum {
    BATCH = 32,        /* works that a thread takes at a time, at most */
    RECALLED = 1 << 16 /* in worker->at: what is left of the batch is the pool's again */
};

struct worker {
    struct mach_pool *pool;
    struct mach_work *current; /* that runs here; the thread's own */
    struct mach_work *ended;   /* that ran before, to be released */
    /* What was taken at a time. The thread begins with the next one by adding to `at`; others, who
     * have the lock, take back what has not begun by setting RECALLED. */
    struct word at; /* how many have begun */
    unsigned n;
    unsigned rest; /* how long to wait before the next are taken */
    struct mach_work *batch[BATCH];

    /* Under the lock: */
    struct mach_work *work; /* since the last recall: that runs here */
    int64_t since_ns;
    struct coil_link link; /* in pool->workers */
    struct coil_link idle; /* in pool->idle */
    uint32_t awake;        /* a futex: it was called */
    unsigned waits;        /* how deep in coil__mach_worker_waits */
    unsigned row;          /* works since row_ns; 0: it has just slept */
    int64_t row_ns;
    uint64_t seen; /* the guard's: pool->taken when it last looked */
    bool promises; /* while its works run it attends all the same */
    struct mach_spin spin;
    uint32_t generation;
    struct mach_thread thread;
};

/* ---- the queue and what was taken from it; with the lock held ---- */

/* Moves the inbox to the list, oldest first. `instead` stays in it. */
void coil__pool_drain(struct mach_pool *pool, uintptr_t instead);

/* Takes out one that is on the list. */
void coil__pool_take_out(struct mach_pool *pool, struct mach_work *work);

/* Gives a worker, which has none, some of the oldest; 0: there are none. */
unsigned coil__pool_take_batch(struct mach_pool *pool, struct worker *worker, unsigned most);

/* What was taken and has not begun is on the list again; worker->work is the one that runs. */
void coil__worker_recall(struct worker *worker);
void coil__pool_recall_all(struct mach_pool *pool);

static inline bool pool_has_work(struct mach_pool *pool)
{
    return pool->first != NULL || word_load(&pool->inbox) > POOL_CLOSED;
}

/* The next of the batch, without the lock; NULL: there is no more of it. */
static inline struct mach_work *worker_next_of_batch(struct worker *worker)
{
    uintptr_t at = word_load(&worker->at);

    if (at >= worker->n)
        return NULL;
    at = word_add(&worker->at, 1);
    return at > worker->n ? NULL : worker->batch[at - 1];
}

/* ---- a thread's life ---- */

/* All of it, from a worker that has been made. */
void coil__worker_live(void *worker);

/* Lets go of what ran last, which may take long: with the lock held, but not meanwhile. Attends
 * before and after. */
void coil__worker_release_aside(struct worker *worker);

/* ---- who attends; with the lock held ---- */

/* Those that count for the limit. Threads beyond it, whose waiting is over, finish what they have
 * and then are idle. */
static inline unsigned pool_busy(const struct mach_pool *pool)
{
    return pool->threads - pool->waiting - pool->idlers;
}

/* Whenever that has changed. Whoever changes it looks for work after that, and who brings work
 * looks at this after that: one of them sees the other's. */
void coil__pool_note_spare(struct mach_pool *pool);

/* It will look for work soon, whatever it does now; or not any more. */
void coil__worker_promise(struct worker *worker);
void coil__worker_break_promise(struct worker *worker);

/* If work waits and nobody attends: calls an idle thread (*call, to be woken once the lock is
 * free), or makes one. An error: there is none that does not wait, and none could be made. */
int coil__pool_engage(struct mach_pool *pool, struct worker **call);

/* Lets the lock go, and wakes who was called; NULL: nobody was. */
void coil__pool_unlock_and_call(struct mach_pool *pool, struct worker *call);

/* Nothing is there to be done. Sleeps until somebody calls; false: nobody did for so long that it
 * may end. Called and left with the lock held, attending; not held meanwhile. `now` goes on. */
bool coil__worker_idle(struct worker *worker, bool surplus, int64_t *now_ns);

/* Where nobody is idle to guard them: who takes works looks now and then for those that were taken
 * long ago, behind one that takes so long, and brings them back. */
void coil__pool_free_held_up(struct mach_pool *pool, int64_t now_ns);

/* Somebody of those who are idle sees to it that the promises of others are kept. */
void coil__pool_post_guard(struct mach_pool *pool);

#endif
