/*
 * Who listens to the signals of the process. One handler stands for all; it runs in whichever
 * thread the kernel picks and tells every listener of that number.
 */
#ifndef COIL_MACH_SIGNALS_H
#define COIL_MACH_SIGNALS_H

#include <signal.h>

#include "base/atomic.h"

/* Embedded in its owner; stays where it is from listen until unlisten. `hear` runs in the signal
 * handler: what it calls must be async-signal-safe. */
struct mach_listener {
    void (*hear)(struct mach_listener *listener);
    int number;
    struct word next; /* mach's */
};

/*
 * From now on `hear` is called when the signal comes, which then does nothing else.
 * -EINVAL: no signal, one that cannot be caught, or one that a fault raises and that would only
 * come again.
 */
int coil__mach_listen(struct mach_listener *listener);

/*
 * When this returns `hear` does not run in any thread, and never will. Once nobody listens to the
 * number any more, the signal does again what it did before. Not for signal handlers. In the child
 * of a fork nobody listens, and this does nothing.
 */
void coil__mach_unlisten(struct mach_listener *listener);

/* sigaction(2) of what the signal does while nobody listens to it. */
int coil__mach_signal_usually(int number, const struct sigaction *action, struct sigaction *before);

#endif
