/* An executor whose jobs a test runs by hand, or lets one thread of its own run. */
#ifndef HAND_H
#define HAND_H

#include <coil/executor.h>

#include "jobs.h"

struct coil_executor *hand_open(unsigned workers);

/* Runs the job that came last (or first), on this thread; false if there is none. Cancelled ones
 * are only put away. */
bool hand_run(struct coil_executor *hand, bool last);

/* A thread runs them from now on, as they come, until close. */
void hand_start(struct coil_executor *hand, bool last);

/* After so many jobs no more are taken. */
void hand_refuse_after(struct coil_executor *hand, size_t jobs);

/* How many were submitted, and how many were out at the same time at most. */
size_t hand_submitted(struct coil_executor *hand);
size_t hand_most_out(struct coil_executor *hand);

/* All jobs must have been run. */
void hand_close(struct coil_executor *hand);

#endif
