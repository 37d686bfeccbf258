/*
 * Random programs over executors: several users, threads and tasks, submit, wait, cancel, map, shut
 * pools down and kill workers, all at once. What comes of it is not known beforehand; what may come
 * of it is: see record.h.
 */
#ifndef STRESS_PLAN_H
#define STRESS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { POOLS = 3, USERS = 3, STEPS = 32, SLOTS = 5, ITEMS = 6 };

enum kind { THREADS, LOOPS, PROCESSES, KINDS };

/* What a job does. */
enum deed {
    QUICK,
    YIELDS,
    LASTS, /* some time, or until it is cancelled */
    FAILS,
    NESTS, /* submits another one to its own pool and waits for it */
    DEEDS
};

/* What a user does with one of his slots, each for a job or a batch, or with a pool. */
enum action {
    SUBMIT,
    SUBMIT_BYTES,
    SUBMIT_BATCH,
    RUN_BESIDE, /* coil_run_in_executor */
    CANCEL,
    TAKE,
    GIVE_UP,
    WAIT_MANY,
    AS_COMPLETED,
    MAP,
    SHUT_DOWN,
    KILL,
    NAP,
    ACTIONS
};

struct step {
    enum action action;
    enum deed deed;
    int pool, slot, n;
};

struct user_plan {
    bool in_task; /* of a loop of his own */
    int count;
    struct step steps[STEPS];
};

struct pool_plan {
    enum kind kind;
    unsigned workers, at_once;
};

struct plan {
    int pools, users;
    struct pool_plan pool[POOLS];
    struct user_plan user[USERS];
};

/* Where a plan is drawn from: the bytes while there are any, else the seed. */
struct recipe {
    uint64_t seed;
    const uint8_t *bytes;
    size_t size;
};

void plan_draw(const struct recipe *recipe, struct plan *plan);
void plan_print(const struct plan *plan, FILE *file);

/* Plays it. No other threads may be there before. NULL, or what was not as it should be. */
const char *plan_play(const struct plan *plan);

/* The same in a process of its own, which has so many seconds for it, and ends by end(status),
 * NULL: by exit. False, having said all on stderr, if anything was wrong. */
bool plan_play_apart(const struct plan *plan, unsigned seconds, void (*end)(int status));

#endif
