/* Loop pools for tests. */
#ifndef POOLS_H
#define POOLS_H

#include <coil/loop_pool.h>

#include "jobs.h"

/* The test fails if it cannot be opened. */
struct coil_executor *open_pool(unsigned loops, enum coil_placement placement);

/* The index of the loop that the next job with this key, or none, runs on. */
int loop_of_job(struct coil_executor *pool, uint64_t key);

/* Lets a job end, once that loop of the pool comes to it. */
void pool_let_go(struct coil_executor *pool, unsigned loop, struct job *job);

/* Holds one of its loops' threads until plug_pull. */
void plug_loop(struct plug *plug, struct coil_executor *pool, unsigned loop);

#endif
