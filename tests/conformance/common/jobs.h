/*
 * What the jobs of executors' triples do: they work, fail, or wait at a gate, and tell of it.
 * jobs.py has the same functions under the same names.
 */
#ifndef CONFORMANCE_JOBS_H
#define CONFORMANCE_JOBS_H

#include <semaphore.h>

#include "common/conformance.h"

struct coil_executor *pool(unsigned threads);

/* shutdown(wait=True) and its end; not in a task. */
void shut(struct coil_executor *executor);

struct coil_result twice(void *number);
struct coil_result fail(void *name);

#define NUMBER(n) ((void *)(intptr_t)(n))

/* A job that tells when it has begun, and goes on when it is let go. */
struct gate {
    const char *name;
    sem_t begun, free;
};

void gate_init(struct gate *gate, const char *name);
struct coil_result gate_job(void *gate);
void wait_until_begun(struct gate *gate);
void let_go(struct gate *gate);

/* How it ended, waited for. */
const char *result(struct coil_cfuture *future, int64_t timeout_ns);
const char *state(const struct coil_cfuture *future);

/* A wait for one job that waits at a gate, one that has ended and one that has failed. The gate is
 * opened before it if all are waited for, else after it. */
void wait_for_three(enum coil_wait_condition condition);

/* "True" or "False". */
const char *cancelled(struct coil_cfuture *future);

#endif
