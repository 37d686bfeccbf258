/*
 * The C half of the conformance kit. vtime.py has the same functions under the same names, so that
 * a program and its twin can be read side by side.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <coil/coil.h>

/* One line of the log, with the virtual time since the start in milliseconds. */
void say(const char *format, ...) COIL_PRINTF(1, 2);

/* As Python writes it: a text, a number, "None" for neither, or the name of the error. Good until
 * 16 calls later. */
const char *told(struct coil_result result);

/* The same for functions that return 0 or a negated error code. */
const char *told_status(int64_t status);

/* The same for a future, or "pending". Counts as retrieving an error. */
const char *told_future(struct coil_future *future);

/* "True" or "False". */
const char *yes(bool is);

/* The text an exception was raised, or a cancellation asked, with; "none". */
const char *reason(const struct coil_exception *exception);

/* A string that lives for ever as an argument or value, and as a result. */
void *word(const char *words);
struct coil_result text(const char *words);

/* A call, or room for a done-callback, from a pool: 256 of each in a program. */
struct coil_call *new_call(coil_call_fn *fn, void *arg);
struct coil_done *new_done(void);

/* A loop on the simulator to run by hand; what has nobody to hear it goes to the log. The caller
 * closes it, and says no more. */
struct coil_loop *new_loop(void);

/* Dice that fall alike on both sides: 0 .. sides - 1. */
struct dice {
    uint32_t x; /* the seed at first */
};

int roll(struct dice *dice, int sides);

/* coil_run on the simulator. */
struct coil_result run_main(coil_coroutine_fn *program);

/* The same for a program that must succeed. Returns what main should. */
int run(coil_coroutine_fn *program);

#endif
