/* A child that shares our memory until it is another program; see sys.h for the rules. */
#ifndef COIL_MACH_SYS_CHILD_H
#define COIL_MACH_SYS_CHILD_H

#include <stdint.h>

/* Of functions that such a child runs: a sanitizer would take what it does for its parent's doing.
 */
#define UNWATCHED __attribute__((no_sanitize_address, no_sanitize_thread))

/*
 * The system call of that number, and nothing else: no lock, no end of a canceled thread, no
 * sanitizer. Arguments it does not have are ignored. Never fails by fault().
 */
int64_t coil__sys_bare(long number, intptr_t a, intptr_t b, intptr_t c, intptr_t d);

/*
 * A child that begins with run(arg) on the stack below `top`, and ends with the status that this
 * returns. Flags as of clone(2); with CLONE_PIDFD its pidfd is put into *pidfd, unless the kernel
 * knows nothing of such.
 */
int coil__sys_clone(int (*run)(void *arg), void *top, int flags, void *arg, int *pidfd);

#endif
