/*
 * Stops in phases: what all of them make of struct coil_stop_options.
 */
#ifndef COIL_WORK_STOP_H
#define COIL_WORK_STOP_H

#include <coil/thread.h>

/* How long what was cancelled may take to unwind; 0: no time at all. */
static inline int64_t stop_grace_ns(const struct coil_stop_options *options)
{
    if (options->grace_ns == 0)
        return COIL_SECONDS(5);
    return options->grace_ns > 0 ? options->grace_ns : 0;
}

#endif
