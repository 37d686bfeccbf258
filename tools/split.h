/*
 * A chunk of typed C, split into what it consists of: directives, types, prototypes, function
 * definitions, variables, statements, expressions. Each becomes one unit for the compiler.
 */
#ifndef TOOLS_SPLIT_H
#define TOOLS_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

enum item_kind {
    ITEM_DIRECTIVE, /* #include, #define ...; an #if group is one item */
    ITEM_TYPE,      /* struct, union, enum, typedef, _Static_assert */
    ITEM_PROTOTYPE, /* declares a function, or with extern a variable */
    ITEM_FUNCTION,  /* defines one */
    ITEM_VARIABLE,  /* one declarator with what comes before it */
    ITEM_STATEMENT, /* if, for, while, {...}: runs, has no value */
    ITEM_EXPRESSION /* has a value */
};

struct item {
    enum item_kind kind;
    int line;          /* where it begins, from 1 */
    char *text;        /* the whole; a function's without its storage class */
    char *head;        /* FUNCTION, PROTOTYPE: up to and without the body or semicolon */
    char *name;        /* what it declares; NULL if nothing */
    char *specifiers;  /* VARIABLE: "unsigned long" */
    char *declarator;  /* VARIABLE: "*p", "t[]" */
    char *initialiser; /* VARIABLE: after the "="; NULL if none */
    bool is_function;  /* PROTOTYPE: of a function */
    bool is_async;     /* FUNCTION, PROTOTYPE: marked coil_async */
    bool is_silent;    /* EXPRESSION: ends in a semicolon, so its value is not asked for */
};

struct items {
    struct item *at;
    size_t count;
};

/* Whether a word names a type: "a * b" cannot be understood without knowing. */
typedef bool split_is_type_fn(const char *word, void *arg);

/*
 * Splits. Returns false if more lines must follow; then *items is empty. With `final` no more lines
 * will come, and what is unfinished becomes an item that the compiler will complain about.
 */
bool split_chunk(const char *chunk, bool final, split_is_type_fn *is_type, void *arg,
                 struct items *items);

void items_free(struct items *items);

#endif
