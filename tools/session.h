/*
 * A session of the prompt: an engine, a loop in its thread, jobs. Chunks go in; what they do and
 * say goes to stdout and stderr.
 */
#ifndef TOOLS_SESSION_H
#define TOOLS_SESSION_H

#include <signal.h>
#include <stdbool.h>

#include "engine.h"
#include "jobs.h"
#include "paths.h"

struct session {
    struct paths paths;
    struct engine *engine;
    struct jobs jobs;
    volatile sig_atomic_t computing; /* it runs typed code just now */
    bool quit;                       /* :quit was typed */
};

/* Opens one, with coil's and the usual headers included. Returns false after saying why on
 * stderr. */
bool session_open(struct session *session, const char *include_dir, const char *tcc_dir);
void session_close(struct session *session);

/* Whether a chunk can be evaluated, or wants more lines. */
bool session_complete(struct session *session, const char *chunk);

/* Evaluates one on the calling thread. Returns false if anything in it failed. */
bool session_evaluate(struct session *session, const char *chunk, const char *file, int line);

/* Evaluates a whole file of chunks. */
bool session_include(struct session *session, const char *path);

/* Evaluates lines as they come, until there are no more or :quit. Returns false if a chunk
 * failed. */
bool session_read(struct session *session, FILE *from, const char *file);

#endif
