/*
 * How the engine turns one item of a chunk into declarations and steps.
 */
#ifndef TOOLS_PLANNER_H
#define TOOLS_PLANNER_H

#include "decls.h"
#include "engine.h"
#include "split.h"
#include "unit.h"
#include "words.h"

struct engine {
    const struct paths *paths;
    struct decls decls;
    struct words words;
    unsigned values; /* how many of $1, $2 ... were given */
};

struct planner {
    struct engine *engine;
    struct plan *plan;
    struct text *messages;
    const struct item *item; /* the one being planned */
    struct origin origin;
};

/* Plans the item. Returns false, with messages, if it is wrong; what was declared is then for the
 * caller to take back. */
bool planner_add(struct planner *planner);

/* The same for an item that is an expression or statement. */
bool planner_add_code(struct planner *planner);

/* The same for a variable. */
bool planner_add_variable(struct planner *planner);

/* A unit with the item's origin, to be filled and then freed by its text. */
struct unit planner_unit(struct planner *planner, const char *except);

/* A new step; valid until the next is added. */
struct step *planner_step(struct planner *planner, enum step_kind kind);

/* Notes in the step whether the C source calls something that may suspend, or belongs to the loop's
 * thread. */
void planner_note_calls(const struct planner *planner, const char *source, struct step *step);

#endif
