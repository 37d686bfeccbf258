/*
 * Storms: workers who take random steps and cancel each other. storm.py has the same functions
 * under the same names.
 */
#ifndef CONFORMANCE_STORM_H
#define CONFORMANCE_STORM_H

#include "common/conformance.h"

/* One step of worker n: 0, or -ECANCELED. */
typedef int storm_step_fn(int n, struct dice *dice);

/* Each worker takes so many steps; cancelled in one it goes on with the next. Returns when all have
 * ended. */
coil_async void storm(uint32_t seed, int workers, int steps, storm_step_fn *step);

/* None to two milliseconds; for none, a turn. */
coil_async int pause_by(struct dice *dice);

/* A coroutine and its argument, from malloc: ends well, with EIO, refusing to be cancelled, or slow
 * to unwind. */
coil_async struct coil_result job(void *arg);
void *some_job(struct dice *dice);

/* A task that does some job. */
struct coil_future *start_some_job(struct dice *dice);

#endif
