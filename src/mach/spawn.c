#include "mach/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "mach/sys_io.h"

#define USUAL_PATH "/bin:/usr/bin" /* where no PATH is set (Python: os.defpath) */

extern char **environ;

/* A program about to be started. */
struct start {
    const struct mach_spawn *how;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int moved[3]; /* copies of descriptors that were in the way; -1: none */
};

/*
 * Streams are set in order, 0 to 2. A descriptor among those that is wanted as another one is
 * copied out of the way first, or it might have been replaced when its turn comes.
 */
static int move_away(struct start *start, int stream)
{
    int fd = start->how->streams[stream];

    if (fd < 0 || fd > STDERR_FILENO || fd == stream)
        return fd;
    if (fault(FAULT_SYS))
        return -EMFILE;
    start->moved[stream] = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return start->moved[stream] >= 0 ? start->moved[stream] : -EMFILE;
}

/* Without O_NOCTTY the leader of a session gets the terminal it opens as its controlling one. */
static int add_terminal(struct start *start, int stream)
{
    int flags = O_RDWR | (start->how->new_session ? 0 : O_NOCTTY);

    return posix_spawn_file_actions_addopen(&start->actions, stream, start->how->terminal, flags,
                                            0);
}

static int add_stream(struct start *start, int stream)
{
    int fd;

    switch (start->how->streams[stream]) {
    case SPAWN_INHERIT: return 0;
    case SPAWN_NOTHING:
        return -posix_spawn_file_actions_addopen(&start->actions, stream, "/dev/null", O_RDWR, 0);
    case SPAWN_TERMINAL: return -add_terminal(start, stream);
    case SPAWN_OUTPUT:
        return -posix_spawn_file_actions_adddup2(&start->actions, STDOUT_FILENO, stream);
    default:
        fd = move_away(start, stream);
        return fd < 0 ? fd : -posix_spawn_file_actions_adddup2(&start->actions, fd, stream);
    }
}

static int add_actions(struct start *start)
{
    int err = 0;

    for (int stream = 0; stream < 3 && err == 0; stream++)
        err = add_stream(start, stream);
    if (err == 0 && start->how->directory != NULL)
        err = -posix_spawn_file_actions_addchdir_np(&start->actions, start->how->directory);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    /* All of ours are close-on-exec; those of other libraries may not be. */
    if (err == 0)
        err = -posix_spawn_file_actions_addclosefrom_np(&start->actions, STDERR_FILENO + 1);
#endif
    return err;
}

static void set_attributes(struct start *start)
{
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t all, none;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&start->attributes, &all);
    posix_spawnattr_setsigmask(&start->attributes, &none);
    if (start->how->new_session)
        flags |= POSIX_SPAWN_SETSID; /* the leader of a session leads a group, too */
    else if (start->how->new_group)
        flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(&start->attributes, (short)flags);
}

static int start_at(struct start *start, const char *path, bool search, int *pid)
{
    char **arguments = (char **)(uintptr_t)start->how->arguments; /* which are only read */
    char **environment =
        start->how->environment != NULL ? (char **)(uintptr_t)start->how->environment : environ;

    if (fault(FAULT_SYS))
        return -EAGAIN;
    if (search)
        return -posix_spawnp(pid, path, &start->actions, &start->attributes, arguments,
                             environment);
    return -posix_spawn(pid, path, &start->actions, &start->attributes, arguments, environment);
}

static const char *path_of(const char *const *environment)
{
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    return USUAL_PATH;
}

/* As execvpe: the first that can be begun; what could not is told only if nothing else can. The C
 * library does not know this one, it searches the PATH of ours. */
static int start_on_path(struct start *start, const char *name, int *pid)
{
    const char *folder = path_of(start->how->environment);
    int err = -ENOENT;
    char path[PATH_MAX];

    for (;;) {
        int length = (int)strcspn(folder, ":"), one = -ENAMETOOLONG;

        if (snprintf(path, sizeof(path), "%.*s%s%s", length, folder, length > 0 ? "/" : "./",
                     name) < (int)sizeof(path))
            one = start_at(start, path, false, pid);
        if (one == 0)
            return 0;
        if (one != -ENOENT && one != -ENOTDIR && err == -ENOENT)
            err = one;
        if (folder[length] == '\0')
            return err;
        folder += length + 1;
    }
}

static int start_program(struct start *start, int *pid)
{
    const char *name = start->how->arguments[0];

    if (strchr(name, '/') != NULL || *name == '\0')
        return start_at(start, name, false, pid);
    if (start->how->environment == NULL)
        return start_at(start, name, true, pid);
    return start_on_path(start, name, pid);
}

static int init(struct start *start, const struct mach_spawn *how)
{
    int err;

    start->how = how;
    for (int i = 0; i < 3; i++)
        start->moved[i] = -1;
    if (fault(FAULT_ALLOC))
        return -ENOMEM;
    err = -posix_spawn_file_actions_init(&start->actions);
    if (err != 0)
        return err;
    err = -posix_spawnattr_init(&start->attributes);
    if (err != 0)
        posix_spawn_file_actions_destroy(&start->actions);
    return err;
}

int coil__mach_spawn(const struct mach_spawn *how, int *pid)
{
    struct start start;
    int err = init(&start, how);

    if (err != 0)
        return err;
    set_attributes(&start);
    err = add_actions(&start);
    if (err == 0)
        err = start_program(&start, pid);
    posix_spawnattr_destroy(&start.attributes);
    posix_spawn_file_actions_destroy(&start.actions);
    for (int i = 0; i < 3; i++)
        if (start.moved[i] >= 0)
            close(start.moved[i]);
    return err;
}

/* With signals blocked nothing interrupts the wait, and it only fails if somebody else has reaped
 * the child. */
void coil__mach_spawn_undo(int pid)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int coil__mach_terminal_open(char *path, size_t size)
{
    int fd = coil__sys_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
    int err;

    if (fd < 0)
        return fd;
    err = grantpt(fd) == 0 && unlockpt(fd) == 0 ? -ptsname_r(fd, path, size) : -EACCES;
    if (err == 0)
        return fd;
    coil__sys_close(fd);
    return err;
}

void coil__mach_make_blocking(int fd)
{
    fcntl(fd, F_SETFL, 0);
}
