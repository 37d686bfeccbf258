/* Processes that are copies of this one, and what they do first; see sys.h for the rules. */
#ifndef COIL_MACH_SYS_PROCESS_H
#define COIL_MACH_SYS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* How many threads this process has, not counting those of a sanitizer. */
int coil__sys_threads(void);

/* 0 in the child. What is buffered for stdout and other streams is written first, lest both write
 * it. */
int coil__sys_fork(void);

/* Ends the process without the functions of atexit. */
_Noreturn void coil__sys_exit(int status);

int coil__sys_getppid(void);

/* Dies by SIGKILL when its parent does. */
int coil__sys_die_with_parent(void);

/* Closes every descriptor but the standard ones and those in `keep`, n <= 8. */
void coil__sys_close_all_but(const int *keep, size_t n);

/* The descriptor `to` becomes a copy of `from`, and outlives exec. */
int coil__sys_dup_to(int from, int to);

/* A copy with a number above those of the standard streams; close-on-exec. */
int coil__sys_dup(int fd);

/*
 * Signals as a program finds them that was just started: nothing is caught but faults, whose
 * handlers tell how the process died, and what was ignored stays so. SIGINT is ignored: a Ctrl-C at
 * the terminal is for the process that owns the others. SIGCHLD is not.
 */
void coil__sys_usual_signals(void);

/* Blocks all signals but those that faults raise, or none. */
void coil__sys_block_signals(bool block);

/* A descriptor that is readable when a child has ended. SIGCHLD has to be blocked. */
int coil__sys_children_fd(void);

/* The next child that has ended: its process id, and its status as wait(2) tells it; 0: none. */
int coil__sys_reap(int *status);

/* Whether there is code at this address. */
bool coil__sys_is_code(const void *address);

/* Whether there is memory at this address, whatever may be done with it. */
bool coil__sys_is_mapped(const void *address);

#endif
