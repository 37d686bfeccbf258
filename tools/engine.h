/*
 * The engine of the prompt: C in, effects and values out. A chunk (one or more lines) is first
 * planned: every item of it compiled, its declarations taken in. If that fails nothing has changed.
 * Then the steps of the plan are run one by one by the caller, who decides on which thread, and may
 * take back what a crash left undone.
 */
#ifndef TOOLS_ENGINE_H
#define TOOLS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct engine;
struct paths;
struct slot;
struct words;

enum step_kind {
    STEP_DEFINE, /* a function takes effect */
    STEP_COPY,   /* a variable that existed takes its new first value */
    STEP_RUN,    /* a statement, or an initialiser: runs, has no value */
    STEP_VALUE,  /* an expression: runs, has a value */
    STEP_CALL    /* a call of a coroutine, fn(arg): gives the two */
};

struct step {
    enum step_kind kind;
    bool is_async;  /* may suspend: must run in a task */
    bool is_loops;  /* must run on the loop's thread */
    bool is_silent; /* VALUE: not to be shown */
    void (*run)(void *out);
    void *out;        /* RUN: the variable; VALUE: the value; CALL: void *[2]: function, argument */
    size_t size;      /* of the value or the copy */
    const void *from; /* COPY */
    struct slot *slot; /* DEFINE */
    void *function;    /* DEFINE */
    char *type;        /* VALUE */
    char *name;        /* VALUE: what it is kept as, "$1"; NULL if not kept. CALL: the function's */
    char *text;        /* as it was typed */
    size_t mark;       /* the engine's: how many declarations stood before it */
};

struct plan {
    struct step *steps;
    size_t count;
};

/* Opens an engine. Nothing is declared in it yet. `paths` must outlive it. */
struct engine *engine_open(const struct paths *paths);
void engine_close(struct engine *engine);

/* Whether the chunk can be planned, or more lines must follow first. */
bool engine_complete(struct engine *engine, const char *chunk);

/*
 * Plans a chunk, which begins at a line of a file (for messages). Returns false, with messages and
 * nothing changed, if it is wrong. Messages of a good chunk are warnings.
 */
bool engine_plan(struct engine *engine, const char *chunk, const char *file, int line,
                 struct plan *plan, struct text *messages);
void plan_free(struct plan *plan);

/* Does a DEFINE or COPY step, or calls `run` of another: the caller sees to threads and crashes. */
void step_perform(struct step *step);

/* Takes back what the steps from this one on have declared. */
void engine_take_back(struct engine *engine, const struct step *from);

/* Makes a variable of the command's known: ("loop", "struct coil_thread *loop", &loop). */
void engine_offer(struct engine *engine, const char *name, const char *declaration, void *address);

/* The type of an expression, as C, for the caller to free; NULL with messages. */
char *engine_type_of(struct engine *engine, const char *expression, struct text *messages);

/* The name of the prompt's function that lies at an address; NULL if none does. */
const char *engine_function_name(const struct engine *engine, const void *address);

/* All names that could be typed. Stops when fn returns false. */
typedef bool engine_name_fn(const char *name, void *arg);
void engine_each_name(const struct engine *engine, engine_name_fn *fn, void *arg);

#endif
