/*
 * `coil repl`: the prompt on a terminal, or a script from standard input.
 */
#ifndef TOOLS_REPL_H
#define TOOLS_REPL_H

#include <stdbool.h>

struct session;

/* Where the compiler's files are; NULL: look in the environment and the built-in places. */
struct repl_options {
    const char *include_dir;
    const char *tcc_dir;
};

/* Returns the exit status. */
int repl_main(const struct repl_options *options);

/* The prompt for a session that the caller opened on its own thread. Returns when the user
 * leaves. */
void repl_prompt(struct session *session);

#endif
