/* coil as a world for scripts: what its files share. */
#ifndef SIM_COIL_WORLD_H
#define SIM_COIL_WORLD_H

#include <coil/coil.h>

#include "script.h"

struct coil_run;

/* A task without a stack, between its steps. */
struct small_frame {
    const struct action *end;
    struct scope scope; /* of the block that it is the body of; none for the first */
};

struct small {
    struct actor actor;
    const struct action *at;
    struct small_frame frames[DEPTH + 1];
    int depth;
    enum { SMALL_RUNS, SMALL_AWAITS, SMALL_CLEANS } phase;
    int64_t result;             /* of the script, or the error that waits for the cleanup */
    struct coil_future *future; /* awaited; counted */
    int list;                   /* how many results it has */
    bool ended;
};

struct call {
    struct coil_call call;
    struct actor *actor;
};

struct done {
    struct coil_done done;
    struct actor *actor;
    bool waits;
};

struct coil_run {
    const struct program *program;
    struct coil_loop *loop;
    int64_t start;
    struct coil_future *slots[SLOTS]; /* counted */
    bool begun[TASKS]; /* also while its eager first step runs, before it has a slot */
    int lists[SLOTS];  /* how many results a gather in it has, or what shields one */
    struct actor actors[TASKS + CALLS + DONES];
    struct call calls[CALLS];
    struct done dones[DONES];
    int made[SLOTS], dropped[SLOTS]; /* values and arguments that have a drop function */
    int closed[TASKS];          /* foreign coroutines, and the states of those without a stack */
    struct small smalls[TASKS]; /* of the foreign kind */
    struct coil_lock locks[LOCKS];
    struct coil_event events[EVENTS];
    struct coil_semaphore semaphores[SEMAPHORES];
    struct coil_condition conditions[CONDITIONS];
    struct coil_barrier barriers[BARRIERS];
    struct coil_queue queues[QUEUES];
    int pipe[2];
    int threads; /* functions in workers that have not returned */
    const char *complaint;
};

extern const struct world coil_world;

int64_t coil_units(const struct coil_run *run, int n);

/* The futures of an action's list that there are. */
int coil_listed(struct coil_run *run, const struct action *action, struct coil_future **futures);

/* What came of awaiting; of a gather, `list` results. */
struct outcome coil_told(struct coil_result result, int list);

/* Actions that never suspend: coil_plain.c. The rest: coil_stackful.c. */
struct outcome coil_perform_plainly(struct actor *self, const struct action *action);

struct coil_future *coil_create_small(struct coil_run *run, int number,
                                      const struct coil_task_options *options);
struct outcome coil_create(struct coil_run *run, int number, struct coil_task_group *group);
void coil_call_run(void *arg);

#endif
