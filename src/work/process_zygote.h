/*
 * The zygote: a process with one thread that does nothing but make others of itself. It is forked,
 * or started, while that is safe, and forks the workers of its pool whenever the pool asks it to;
 * and a spare one of itself, which takes over when it is killed.
 *
 * It ends when the process of the pool does, or closes its socket, and its workers end with it.
 */
#ifndef COIL_WORK_PROCESS_ZYGOTE_H
#define COIL_WORK_PROCESS_ZYGOTE_H

#include <stdbool.h>
#include <stddef.h>

/* What every process of a pool knows. */
struct process_setup {
    char name[16];
    unsigned at_once;
    size_t shared_bytes;
    void (*begin)(void *arg); /* forks only */
    void *arg;
};

#define PROCESS_VARIABLE "COIL_PROCESS_WORKER"

/*
 * In the process of the pool: forks one. `control` is its end of the socket pair, still open when
 * this returns. 0, and *pid; -COIL_ETHREADS, -EAGAIN, -ENOMEM.
 */
int coil__zygote_fork(const struct process_setup *setup, int control, int *pid);

/* Starts a program that will be one by coil_process_worker. 0, and *pid; -ENOENT ... */
int coil__zygote_start(const char *const *program, int control, int *pid);

#endif
