#include "mach/spawn_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mach/sys_child.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same number on every processor */
#endif

#define SIGNALS 64     /* the kernel's; the C library keeps some to itself */
#define SIGNAL_BYTES 8 /* of a set of them */
#define NOT_BEGUN 127  /* as a shell says it */

#define CALL1(name, a) coil__sys_bare(SYS_##name, (intptr_t)(a), 0, 0, 0)
#define CALL2(name, a, b) coil__sys_bare(SYS_##name, (intptr_t)(a), (intptr_t)(b), 0, 0)
#define CALL3(name, a, b, c) \
    coil__sys_bare(SYS_##name, (intptr_t)(a), (intptr_t)(b), (intptr_t)(c), 0)
#define CALL4(name, a, b, c, d) \
    coil__sys_bare(SYS_##name, (intptr_t)(a), (intptr_t)(b), (intptr_t)(c), (intptr_t)(d))

/* Before they are unblocked: a handler of ours would run here, in our memory, and twice. Zero is
 * the usual action on every processor, whatever the order of the members. */
static UNWATCHED void reset_signals(void)
{
    static const uint64_t usual[8];

    for (int number = 1; number <= SIGNALS; number++)
        CALL4(rt_sigaction, number, usual, 0, SIGNAL_BYTES);
}

static UNWATCHED int unblock_signals(void)
{
    static const uint64_t none;

    return (int)CALL4(rt_sigprocmask, SIG_SETMASK, &none, 0, SIGNAL_BYTES);
}

static UNWATCHED int lead(const struct mach_spawn *how)
{
    int64_t result = 0;

    if (how->new_session) /* its leader leads a group, too */
        result = CALL1(setsid, 0);
    else if (how->new_group)
        result = CALL2(setpgid, 0, 0);
    return result < 0 ? (int)result : 0;
}

/*
 * Streams are set in order, 0 to 2. A descriptor among those that is wanted as another one is
 * copied out of the way first, or it might have been replaced when its turn comes.
 */
static UNWATCHED int move_away(const struct mach_spawn *how, int from[3])
{
    for (int stream = 0; stream < 3; stream++) {
        from[stream] = how->streams[stream];
        if (from[stream] < 0 || from[stream] > STDERR_FILENO || from[stream] == stream)
            continue;
        from[stream] = (int)CALL3(fcntl, from[stream], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (from[stream] < 0)
            return from[stream];
    }
    return 0;
}

/* What has its place already only has to stay there. */
static UNWATCHED int put(int fd, int stream)
{
    int64_t result = fd == stream ? CALL3(fcntl, fd, F_SETFD, 0) : CALL3(dup3, fd, stream, 0);

    return result < 0 ? (int)result : 0;
}

static UNWATCHED int put_file(const char *path, int flags, int stream)
{
    int fd, err;

    CALL1(close, stream); /* there may be no room for one more */
    fd = (int)CALL4(openat, AT_FDCWD, path, flags, 0);
    if (fd < 0 || fd == stream)
        return fd < 0 ? fd : 0;
    err = put(fd, stream);
    CALL1(close, fd);
    return err;
}

static UNWATCHED int set_stream(const struct mach_spawn *how, int stream, int from)
{
    switch (from) {
    case SPAWN_INHERIT: return 0;
    case SPAWN_NOTHING: return put_file("/dev/null", O_RDWR, stream);
    /* Without O_NOCTTY the leader of a session gets it as its controlling one. */
    case SPAWN_TERMINAL:
        return put_file(how->terminal, O_RDWR | (how->new_session ? 0 : O_NOCTTY), stream);
    case SPAWN_OUTPUT: return put(STDOUT_FILENO, stream);
    default: return put(from, stream);
    }
}

static UNWATCHED int set_streams(const struct mach_spawn *how)
{
    int from[3], err = move_away(how, from);

    for (int stream = 0; stream < 3 && err == 0; stream++)
        err = set_stream(how, stream, from[stream]);
    return err;
}

/* The number that the name of an entry of /proc/self/fd is; -1: none. */
static UNWATCHED int number_of(const char *name)
{
    int number = 0;

    for (; *name >= '0' && *name <= '9'; name++)
        number = number * 10 + (*name - '0');
    return *name == '\0' ? number : -1;
}

/* --- descriptors that are passed, and all others --- */

#define NO_MORE UINT_MAX

/* The lowest of those passed from there on. */
static UNWATCHED unsigned next_passed(const struct mach_spawn *how, unsigned from)
{
    unsigned next = NO_MORE;

    for (size_t i = 0; i < how->pass_count; i++)
        if (how->pass_fds[i] >= (int)from && (unsigned)how->pass_fds[i] < next)
            next = (unsigned)how->pass_fds[i];
    return next;
}

static UNWATCHED int pass(const struct mach_spawn *how)
{
    int64_t result = 0;

    for (size_t i = 0; i < how->pass_count && result == 0; i++)
        result = CALL3(fcntl, how->pass_fds[i], F_SETFD, 0);
    return (int)result;
}

static UNWATCHED void close_entries(const struct mach_spawn *how, const char *entries, int64_t size,
                                    int list)
{
    while (size > 0) {
        const struct dirent64 *entry = (const void *)entries;
        int fd = number_of(entry->d_name);

        if (fd > STDERR_FILENO && fd != list && next_passed(how, (unsigned)fd) != (unsigned)fd)
            CALL1(close, fd);
        entries += entry->d_reclen;
        size -= entry->d_reclen;
    }
}

/* For kernels without close_range. */
static UNWATCHED int close_listed(const struct mach_spawn *how)
{
    _Alignas(struct dirent64) char entries[1024];
    int list = (int)CALL4(openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
    int64_t size;

    if (list < 0)
        return list;
    while ((size = CALL3(getdents64, list, entries, sizeof(entries))) > 0)
        close_entries(how, entries, size, list);
    CALL1(close, list);
    return (int)size;
}

/* All of ours are close-on-exec; those of other libraries may not be. */
static UNWATCHED int close_others(const struct mach_spawn *how)
{
    unsigned from = STDERR_FILENO + 1, next;

    do {
        next = next_passed(how, from);
        if (next > from && CALL3(close_range, from, next == NO_MORE ? NO_MORE : next - 1, 0) != 0)
            return close_listed(how);
        from = next + 1;
    } while (next != NO_MORE);
    return 0;
}

static UNWATCHED int enter(const char *directory)
{
    return directory == NULL ? 0 : (int)CALL1(chdir, directory);
}

/* Whom it belongs to: the user last, who may not be allowed the rest. */
static UNWATCHED int become(const struct mach_spawn *how)
{
    uint32_t group = how->group - 1, user = how->user - 1;
    int64_t result = 0;

    if (how->umask != 0)
        CALL1(umask, how->umask - 1);
    if (how->groups != NULL)
        result = CALL2(setgroups, how->group_count, how->groups);
    if (result == 0 && how->group != 0)
        result = CALL3(setresgid, group, group, group);
    if (result == 0 && how->user != 0)
        result = CALL3(setresuid, user, user, user);
    return (int)result;
}

static UNWATCHED int prepare(const struct mach_spawn *how)
{
    int err;

    reset_signals();
    err = lead(how);
    if (err == 0)
        err = set_streams(how);
    if (err == 0)
        err = enter(how->directory);
    if (err == 0)
        err = pass(how);
    if (err == 0)
        err = close_others(how);
    if (err == 0)
        err = become(how);
    return err != 0 ? err : unblock_signals();
}

static UNWATCHED int begin(const struct child *child, const char *file)
{
    return (int)CALL3(execve, file, child->how->arguments, child->environment);
}

/* The name in the folder, which ends at a colon or the end. False: too long. */
static UNWATCHED bool join(char path[PATH_MAX], const char *folder, const char *name)
{
    size_t at = 0;

    for (; *folder != ':' && *folder != '\0' && at < PATH_MAX - 2; folder++)
        path[at++] = *folder;
    if (at > 0) /* an empty one is where we are */
        path[at++] = '/';
    for (; *name != '\0' && at < PATH_MAX - 1; name++)
        path[at++] = *name;
    path[at] = '\0';
    return (*folder == ':' || *folder == '\0') && *name == '\0';
}

/* As execvpe: the first that can be begun; what could not is told only if nothing else can. */
static UNWATCHED int begin_on_path(const struct child *child)
{
    const char *folder = child->path, *name = child->program;
    int err = -ENOENT;
    char path[PATH_MAX];

    for (;;) {
        int one = join(path, folder, name) ? begin(child, path) : -ENAMETOOLONG;

        if (one != -ENOENT && one != -ENOTDIR && err == -ENOENT)
            err = one;
        while (*folder != ':' && *folder != '\0')
            folder++;
        if (*folder++ == '\0')
            return err;
    }
}

UNWATCHED int coil__mach_child_run(void *arg)
{
    struct child *child = arg;
    int err = prepare(child->how);

    if (err == 0)
        err = child->path ? begin_on_path(child) : begin(child, child->program);
    child->failure = err;
    return NOT_BEGUN;
}
