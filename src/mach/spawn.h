/* Starting a program. The calling thread waits until it runs, or could not be begun. */
#ifndef COIL_MACH_SPAWN_H
#define COIL_MACH_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a standard stream of the child is: a descriptor, whose close-on-exec does not matter, or one
 * of these. */
enum {
    SPAWN_INHERIT = -1,
    SPAWN_NOTHING = -2,  /* /dev/null */
    SPAWN_TERMINAL = -3, /* mach_spawn.terminal */
    SPAWN_OUTPUT = -4,   /* the third only: the same as the second */
};

struct mach_spawn {
    const char *const *arguments;   /* the first one names the program */
    const char *executable;         /* NULL: that one */
    const char *const *environment; /* NULL: ours */
    const char *directory;          /* NULL: ours */
    const char *terminal;           /* the path of one */
    int streams[3];
    const int *pass_fds; /* what else it has, under the same numbers */
    size_t pass_count;
    uint32_t umask; /* these three are one more than they say; 0: ours */
    uint32_t user;
    uint32_t group;
    const uint32_t *groups; /* NULL: ours */
    size_t group_count;
    bool new_group;
    bool new_session; /* the terminal is then its controlling one */
};

/*
 * Starts it with no signal blocked or ignored and no descriptor but those that are passed. A name
 * without / is looked for on the PATH of its environment. 0; -ENOENT, -EACCES, -ENOEXEC ...: it
 * could not be begun, and there is no child.
 */
int coil__mach_spawn(const struct mach_spawn *how, int *pid);

/* The same, and its pidfd; -1: it could not be had along with the child, but perhaps by
 * coil__sys_pidfd_open. */
int coil__mach_spawn_watched(const struct mach_spawn *how, int *pid, int *pidfd);

/* Kills a child that nobody knows of yet and waits for its end. */
void coil__mach_spawn_undo(int pid);

/* A terminal: the descriptor of its near end, non-blocking, and in `path` where its far end is. */
int coil__mach_terminal_open(char *path, size_t size);

/* From now on reads and writes wait: an end of a pipe that a child gets. */
void coil__mach_make_blocking(int fd);

/*
 * A descriptor of the program's becomes a stream of a child, which expects that it waits. A pipe
 * that does not is opened once more, as *twin, for whoever else has it keeps it as it was; a socket
 * cannot be, and is changed, as each of our own calls says that it does not wait. *twin is -1 where
 * the descriptor itself is the one to pass. 0; -EMFILE, -ENFILE, -ENOMEM.
 */
int coil__mach_waiting_twin(int fd, int *twin);

#endif
