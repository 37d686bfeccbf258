/*
 * One unit for the compiler: all that was declared before, then a piece of the user's. libtcc
 * compiles it in memory.
 */
#ifndef TOOLS_UNIT_H
#define TOOLS_UNIT_H

#include <stdbool.h>

#include "decls.h"
#include "paths.h"
#include "text.h"

/* Where the user's text comes from, for messages. */
struct origin {
    const char *file;
    int line; /* 0: a whole file */
};

struct unit {
    const struct paths *paths;
    const struct decls *decls;
    const char *except; /* a name to leave out of the declarations, because the unit defines it; may
                           be NULL */
    const char *options; /* for the compiler, as on its command line; may be NULL */
    struct origin origin;
    struct text text; /* the user's, with what the engine puts around it; begins on origin.line */
    struct text *messages; /* where diagnostics go, one per line; NULL: nowhere */
};

/* A symbol asked of a compiled unit. */
struct unit_symbol {
    const char *name;
    void *address;
};

/* Compiles, links and keeps the code. Returns false, with messages, if it cannot; else the
 * addresses are filled in. */
bool unit_build(struct unit *unit, struct unit_symbol *symbols, size_t count);

/* Compiles only. */
bool unit_check(struct unit *unit);

/*
 * Asks the compiler for the type of an expression, in the scope of the unit's text (declarations).
 * Returns the type as C, for the caller to free; NULL, with messages, if the expression is wrong.
 */
char *unit_type_of(struct unit *unit, const char *expression);

#endif
