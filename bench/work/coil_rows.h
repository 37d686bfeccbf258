/* The files of coil's side of the benchmarks of executors, which are written against the public
 * headers as a user would write them. */
#ifndef BENCH_WORK_COIL_ROWS_H
#define BENCH_WORK_COIL_ROWS_H

#include <coil/coil.h>

#include "jobs.h"

/* Ends the program unless there is an executor. */
struct coil_executor *opened(struct coil_executor *pool);

/* For the `begin` of a pool of one worker: it goes to the first CPU. */
void pin_worker(void *arg);

/* Awaits, or waits for, a result that must be a number. */
coil_async long number_of(struct coil_future *future);
long number_from(struct coil_cfuture *job);

/* coil_jobs.c */
void run_trips(const char *name);
void run_loop_trips(const char *name);
void run_flow(const char *name);
void run_loop_flow(const char *name);
void run_process_trips(const char *name);
void run_loop_process_trips(const char *name);
void run_process_flow(const char *name);
void run_loop_process_flow(const char *name);

/* coil_batches.c */
void run_map_threads(const char *name);
void run_map_processes(const char *name);
void run_batch_yield(const char *name);
void run_batch_sleep(const char *name);

#endif
