/*
 * Runs scripts: what is the same for coil and for the model. Each is a world, which does single
 * actions and says how they ended; what happens then, and in which words it is told, is here.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "program.h"

/* What happened, line by line. */
struct trace {
    char *text;
    size_t length, capacity;
};

/* How an action ended. */
struct outcome {
    int64_t status; /* as coil's */
    int n;          /* > 0: a list of so many */
    bool nothing;   /* there was nothing to do it to */
    int64_t items[LIST];
};

struct actor;

/* A block that is being run; what the world keeps about it lies in `own`. */
struct scope {
    struct scope *outer;
    const struct action *action;
    union {
        max_align_t align;
        char own[256];
    };
};

struct world {
    int64_t (*now)(struct actor *self);
    struct outcome (*perform)(struct actor *self, const struct action *action);
    int64_t (*enter)(struct actor *self, struct scope *scope);
    int64_t (*leave)(struct actor *self, struct scope *scope, int64_t status);
};

/* Who runs a script. */
struct actor {
    const struct world *world;
    void *run; /* the world's */
    const struct program *program;
    struct trace *trace;
    int number; /* of the task; TASKS and more: a callback */
    struct scope *scope;
};

static inline struct outcome outcome_of(int64_t status)
{
    return (struct outcome){.status = status};
}

static inline struct outcome outcome_nothing(void)
{
    return (struct outcome){.nothing = true};
}

/* The status with which the actor's script ends: a number of its own, or the error that ended it.
 */
int64_t script_run(struct actor *self);

/* One line of the trace. */
void script_tell(struct actor *self, const struct action *action, struct outcome outcome);

/* The innermost block of a kind, or the n-th around it; NULL if there is none. */
struct scope *script_scope(struct actor *self, enum action_kind kind, int n);

const struct script *script_of(const struct actor *self);

/* What the main task does when its script is over: ends all others. */
void script_epilogue(struct actor *self);

static inline int64_t script_result(int number)
{
    return 1000 + number;
}

/* The error of RAISE and FAIL. */
int64_t script_error(int number);

void trace_reset(struct trace *trace);
void trace_free(struct trace *trace);

/* Runs the program in a world and leaves its trace. Returns which invariant does not hold, or NULL.
 */
const char *model_run(const struct program *program, struct trace *trace);
const char *coil_sim_run(const struct program *program, uint64_t sim_seed, struct trace *trace);

#endif
