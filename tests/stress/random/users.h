/* Users of a random program: each plays the steps of his plan, on a thread or in a task. */
#ifndef STRESS_USERS_H
#define STRESS_USERS_H

#include <pthread.h>

#include "record.h"

/* What a user has under way. */
enum form { NOTHING, RECORD, BYTES, BATCH, BESIDE };

struct slot {
    enum form form;
    int first, n, pool;
    struct coil_cfuture *job;
    struct coil_future *future; /* of a BESIDE */
};

struct user {
    pthread_t thread;
    const struct user_plan *plan;
    struct slot slots[SLOTS];
};

void *user_play(void *user);

#endif
