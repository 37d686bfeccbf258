/* What a child does before it is another program. */
#ifndef COIL_MACH_SPAWN_CHILD_H
#define COIL_MACH_SPAWN_CHILD_H

#include "mach/spawn.h"

struct child {
    const struct mach_spawn *how;
    const char *const *environment; /* never that of nobody: ours, if no other */
    const char *program;            /* its name, or where it is */
    const char *path;               /* the folders to look for it in; NULL: its name says where */
    int failure;                    /* why it could not be begun */
};

/*
 * Runs in the child, with all signals blocked, and comes back only if it has failed: with the
 * child's exit status. It may share the memory of its parent, whose threads may hold any lock: it
 * makes system calls, and writes to nothing but its stack and `failure`.
 */
int coil__mach_child_run(void *child);

#endif
