/*
 * Memory for jobs on threads and loops. One thread asks for it and another gives it back, a few
 * million times a second: malloc has no answer to that but a lock. So each thread keeps some blocks
 * that were given back there. Who has too many, since it only gives back, brings them to a common
 * store where those fetch them who only ask; what is too much for that too goes back to the heap.
 *
 * Blocks begin at a cache line. Under a sanitizer they all come from the heap, so that misuse is
 * seen.
 */
#ifndef COIL_WORK_JOB_MEMORY_H
#define COIL_WORK_JOB_MEMORY_H

#include <stddef.h>

#include "base/prefetch.h"

#define JOB_BYTES (6 * CACHE_LINE)

/* JOB_BYTES, not zeroed; NULL when memory is out. */
void *coil__job_memory_get(void);

/* Any thread. */
void coil__job_memory_put(void *block);

/* How many blocks lie in the common store. */
size_t coil__job_memory_stored(void);

#endif
