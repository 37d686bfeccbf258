/*
 * The child begins as a thread would, in our memory and on a stack of ours, while we sleep: nothing
 * of our address space is copied, however large it is. Once it is another program, or has failed
 * and said why, we go on. (What posix_spawn does, but that it makes a stack for each child, and no
 * pidfd.)
 */
#include "mach/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mach/spawn_child.h"
#include "mach/switch.h"
#include "mach/sys.h"
#include "mach/sys_child.h"
#include "mach/sys_io.h"
#include "mach/valgrind.h"

#define USUAL_PATH "/bin:/usr/bin" /* where no PATH is set (Python: os.defpath) */
#define NEST_BYTES 16384           /* a path, and some frames */

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

/* Under TSan one thread's memory is not another process's; elsewhere copying it would be the most
 * of the work. */
#ifdef MACH_TSAN
#define SHARED_MEMORY 0
#else
#define SHARED_MEMORY CLONE_VM
#endif

extern char **environ;

/* All that a child writes to before it is another program. */
struct nest {
    struct child child;
    _Alignas(16) char stack[NEST_BYTES - 16 * ((sizeof(struct child) + 15) / 16)];
};

static struct nest *kept; /* the last one that nobody uses any more */

/*
 * Valgrind makes a copy, too. So do we for a child that becomes another user: in our memory it
 * would be open to that one's other processes, and the kernel, which knows, would close our memory
 * to our own user for ever (PR_SET_DUMPABLE). Then the nest alone is shared, and with that child
 * only.
 */
static bool is_copied(const struct mach_spawn *how)
{
    bool is_ours = how->user == 0 && how->group == 0 && how->groups == NULL;

    return SHARED_MEMORY == 0 || !is_ours || valgrind_runs();
}

static struct nest *take_nest(bool copied)
{
    struct nest *nest = copied ? NULL : __atomic_exchange_n(&kept, NULL, __ATOMIC_ACQUIRE);
    int flags = MAP_ANONYMOUS | (copied ? MAP_SHARED : MAP_PRIVATE);
    void *memory;

    if (nest != NULL)
        return nest;
    if (coil__sys_mmap(&memory, sizeof(*nest), PROT_READ | PROT_WRITE, flags, -1, 0) != 0)
        return NULL;
    return memory;
}

static void leave_nest(struct nest *nest, bool copied)
{
    if (!copied)
        nest = __atomic_exchange_n(&kept, nest, __ATOMIC_ACQ_REL);
    if (nest != NULL)
        coil__sys_munmap(nest, sizeof(*nest));
}

static const char *path_of(const char *const *environment)
{
    for (; environment != NULL && *environment != NULL; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    return USUAL_PATH;
}

static void set_up(struct child *child, const struct mach_spawn *how)
{
    const char *name = how->executable != NULL ? how->executable : how->arguments[0];

    child->how = how;
    child->program = name;
    child->environment = how->environment;
    if (child->environment == NULL)
        child->environment = (const char *const *)(uintptr_t)environ; /* which is only read */
    child->path = *name == '\0' || strchr(name, '/') != NULL ? NULL : path_of(child->environment);
    child->failure = 0;
}

/* A kernel, a filter of system calls or a full table may refuse the pidfd, and it alone. */
static int clone_in(struct nest *nest, bool copied, int *pidfd)
{
    int flags = (copied ? 0 : SHARED_MEMORY) | CLONE_VFORK | SIGCHLD, pid = -EINVAL;
    char *top = nest->stack + sizeof(nest->stack);

    if (pidfd != NULL)
        pid = coil__sys_clone(coil__mach_child_run, top, flags | CLONE_PIDFD, &nest->child, pidfd);
    if (pid == -EINVAL || pid == -EMFILE)
        pid = coil__sys_clone(coil__mach_child_run, top, flags, &nest->child, NULL);
    return pid;
}

static int set_signal_mask(const uint64_t *mask, uint64_t *before)
{
    return (int)coil__sys_bare(SYS_rt_sigprocmask, SIG_SETMASK, (intptr_t)mask, (intptr_t)before,
                               sizeof(*mask));
}

/* A signal for all our group must not find our handlers in the child. All are blocked, also those
 * that the C library never blocks. */
static int clone_undisturbed(struct nest *nest, bool copied, int *pidfd)
{
    const uint64_t all = UINT64_MAX;
    uint64_t before;
    int pid = set_signal_mask(&all, &before);

    if (pid != 0)
        return pid;
    pid = clone_in(nest, copied, pidfd);
    if (pid > 0 && nest->child.failure != 0)
        coil__sys_bare(SYS_wait4, pid, 0, 0, 0);
    set_signal_mask(&before, NULL);
    return pid;
}

static int spawn(const struct mach_spawn *how, int *pid, int *pidfd)
{
    bool copied = is_copied(how);
    struct nest *nest = take_nest(copied);
    int err;

    if (nest == NULL)
        return -ENOMEM;
    set_up(&nest->child, how);
    *pid = clone_undisturbed(nest, copied, pidfd);
    err = *pid < 0 ? *pid : nest->child.failure;
    leave_nest(nest, copied);
    return err;
}

int coil__mach_spawn(const struct mach_spawn *how, int *pid)
{
    return spawn(how, pid, NULL);
}

int coil__mach_spawn_watched(const struct mach_spawn *how, int *pid, int *pidfd)
{
    int err;

    *pidfd = -1;
    err = spawn(how, pid, pidfd);
    if (err == 0 || *pidfd < 0)
        return err;
    coil__sys_close(*pidfd);
    *pidfd = -1;
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

static void set_waiting(int fd, int flags)
{
    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* accept has no flag that says it does not wait, so a listener stays as it is. */
static bool listens(int fd)
{
    int yes = 0;
    socklen_t length = sizeof(yes);

    return coil__sys_get_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &length) == 0 && yes;
}

/* Opened so that it does not wait for the other end. */
static int open_again(int fd, int flags)
{
    char path[32];
    int twin;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    twin = coil__sys_open(path, flags & (O_ACCMODE | O_DIRECT | O_NONBLOCK), 0);
    if (twin >= 0)
        set_waiting(twin, flags);
    return twin;
}

int coil__mach_waiting_twin(int fd, int *twin)
{
    int flags = coil__sys_flags(fd), err = 0;
    struct stat about;

    *twin = -1;
    if (flags < 0 || !(flags & O_NONBLOCK) || coil__sys_fstat(fd, &about) != 0)
        return 0; /* what is none the child will tell */
    if (S_ISFIFO(about.st_mode))
        *twin = err = open_again(fd, flags);
    else if (S_ISSOCK(about.st_mode) && !listens(fd))
        set_waiting(fd, flags);
    return err == -EMFILE || err == -ENFILE || err == -ENOMEM ? err : 0;
}
