/* Jobs for process pools, and what a test needs to watch processes. */
#ifndef POOL_JOBS_H
#define POOL_JOBS_H

#include <coil/process_pool.h>

#include "jobs.h"

/* A pool of at most `workers`; the test fails if it cannot be opened. */
struct coil_executor *open_processes(unsigned workers);
struct coil_executor *open_processes_with(const struct coil_process_pool_options *options);

/* Submits it with a number as its bytes. */
struct coil_cfuture *give(struct coil_executor *pool, coil_coroutine_fn *fn, int64_t number);

/* What it comes to; the test fails if it takes too long. The future stays. */
struct coil_result wait_for(struct coil_cfuture *job);

/* The status, and the reference is given up. */
int64_t status_of(struct coil_cfuture *job);

/* The same by a coroutine, whose loop goes on meanwhile. */
coil_async int64_t await_status_of(struct coil_cfuture *job);

/* What is known of its failure; "" if nothing is. */
const char *text_of(struct coil_cfuture *job);

/* Waits until it has begun. */
void await_running(struct coil_cfuture *job);

/* Jobs. Their bytes are a number. */
struct coil_result double_it(void *number);    /* as the status */
struct coil_result tell_pid(void *unused);     /* of the worker, as the status */
struct coil_result exit_with(void *code);      /* exit(3), having said "farewell" on stderr */
struct coil_result kill_self(void *signal);    /* raises it */
struct coil_result compute_for_ever(void *fd); /* writes a byte to the descriptor if it is > 0 */
coil_async struct coil_result sleep_for_ever(void *unused);
struct coil_result compute_until_told(void *unused); /* till coil_job_cancelled */
struct coil_result echo(void *bytes);                /* gives its bytes back */

/* Who may have 64 descriptors, and as many on their way. */
void be_an_ordinary_user(void);

/* Processes. */
int parent_of(int pid);                        /* -1: there is no such process that lives */
int children_of(int pid, int *out, int most);  /* how many live */
void await_children(int pid, int n, int *out); /* till it has as many */
void await_end(int pidfd);                     /* the test fails if it goes on */
int hold(int pid);                             /* a pidfd */
void await_stop(int pid);                      /* by SIGSTOP */

/* From now on processes whose parent has ended become ours; waits for them all to end. */
void adopt_orphans(void);
void bury_orphans(void);

#endif
