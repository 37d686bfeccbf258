/*
 * Commands of the prompt: lines that begin with a colon.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include <stdbool.h>

struct session;

/* Runs "wait 3 1.5" (what follows the colon). Returns false, after saying why on stderr, if it
 * failed. */
bool command_run(struct session *session, const char *line);

/* The names of all commands, with the colon; NULL at the end. */
const char *const *command_names(void);

#endif
