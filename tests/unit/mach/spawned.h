/* Programs to start, and what they say. */
#ifndef UNIT_SPAWNED_H
#define UNIT_SPAWNED_H

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"
#include "mach/spawn.h"

#define PLAIN                                       \
    {                                               \
        SPAWN_INHERIT, SPAWN_INHERIT, SPAWN_INHERIT \
    }

static inline int status_of(int pid)
{
    int status;

    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* What a shell says that runs the script; streams of `how` that inherit go to us. */
static inline const char *said(struct mach_spawn how, const char *script)
{
    const char *const arguments[] = {"/bin/sh", "-c", script, NULL};
    static char text[4096];
    size_t have = 0;
    int pipes[2], pid;
    ssize_t n;

    CHECK_EQ(pipe2(pipes, O_CLOEXEC), 0);
    how.arguments = arguments;
    if (how.streams[1] == SPAWN_INHERIT)
        how.streams[1] = pipes[1];
    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    close(pipes[1]);
    while ((n = read(pipes[0], text + have, sizeof(text) - 1 - have)) > 0)
        have += (size_t)n;
    text[have] = '\0';
    close(pipes[0]);
    CHECK_EQ(status_of(pid), 0);
    return text;
}

static inline int start_error(struct mach_spawn how, const char *program)
{
    const char *const arguments[] = {program, NULL};
    int pid = -1, err;

    how.arguments = arguments;
    err = coil__mach_spawn(&how, &pid);
    if (err == 0)
        status_of(pid);
    return err;
}

#endif
