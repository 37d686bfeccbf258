/*
 * What was declared at the prompt so far, in order: the text that every later unit begins with, and
 * the addresses its names stand for. A failed line takes its declarations back.
 */
#ifndef TOOLS_DECLS_H
#define TOOLS_DECLS_H

#include <stdbool.h>
#include <stddef.h>

#include "slots.h"
#include "text.h"

struct decl {
    char *text;    /* C, complete: "extern int x;" */
    char *name;    /* NULL for directives and types without one */
    void *address; /* of the variable, or the slot; NULL if the process has it under this name */
    struct slot *slot; /* FUNCTION defined at the prompt */
    bool is_function;
    size_t replaced_by; /* 1 + index of what replaced it; 0: it counts */
};

struct decls {
    struct decl *at;
    size_t count;
};

/* Adds a declaration; an older one of the same name counts no more. */
struct decl *decls_add(struct decls *decls, const char *text, const char *name);

/* The one that counts, or NULL. */
struct decl *decls_find(const struct decls *decls, const char *name);

/* Writes the text of all that count, but for the one called `except` (may be NULL). */
void decls_write(const struct decls *decls, const char *except, struct text *out);

/* Forgets all after the first `count`; what they replaced counts again. */
void decls_rollback(struct decls *decls, size_t count);
void decls_free(struct decls *decls);

#endif
