#include "mach/sys_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "mach/switch.h"
#include "mach/sys_io.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same number on every processor */
#endif

#ifdef MACH_TSAN
enum { SANITIZER_THREADS = 1 };
#else
enum { SANITIZER_THREADS = 0 };
#endif

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};

static int64_t told(int64_t result)
{
    return result < 0 ? -(int64_t)errno : result;
}

static int count_entry(const char *name, void *n)
{
    (void)name;
    ++*(int *)n;
    return 0;
}

int coil__sys_threads(void)
{
    int n = 0, err = coil__sys_list("/proc/self/task", count_entry, &n);

    return err < 0 ? err : n - (n > SANITIZER_THREADS ? SANITIZER_THREADS : 0);
}

int coil__sys_fork(void)
{
    if (fault(FAULT_SYS))
        return -EAGAIN;
    fflush(NULL);
    return (int)told(fork());
}

void coil__sys_exit(int status)
{
    _exit(status);
}

int coil__sys_getppid(void)
{
    return (int)getppid();
}

int coil__sys_die_with_parent(void)
{
    return (int)told(prctl(PR_SET_PDEATHSIG, SIGKILL));
}

static bool keeps(const int *keep, size_t n, int fd)
{
    for (size_t i = 0; i < n; i++)
        if (keep[i] == fd)
            return true;
    return false;
}

struct closing {
    const int *keep;
    size_t n;
    int found; /* -1: none */
};

static int find_other(const char *name, void *arg)
{
    struct closing *closing = arg;
    int fd = atoi(name);

    if (fd > STDERR_FILENO && fd > closing->found && !keeps(closing->keep, closing->n, fd))
        closing->found = fd;
    return 0;
}

/* For kernels without close_range: the highest one first, until there is only that of the list
 * itself. */
static void close_listed(const int *keep, size_t n)
{
    struct closing closing = {keep, n, -1};

    do {
        closing.found = -1;
        coil__sys_list("/proc/self/fd", find_other, &closing);
    } while (closing.found >= 0 && close(closing.found) == 0);
}

static int close_range_of(int first, unsigned last)
{
    if (first > (int)(last & INT32_MAX))
        return 0;
    return (int)syscall(SYS_close_range, first, last, 0);
}

/* The lowest of those to be kept from `first` on; -1: none. */
static int next_kept(const int *keep, size_t n, int first)
{
    int lowest = -1;

    for (size_t i = 0; i < n; i++)
        if (keep[i] >= first && (lowest < 0 || keep[i] < lowest))
            lowest = keep[i];
    return lowest;
}

void coil__sys_close_all_but(const int *keep, size_t n)
{
    int first = STDERR_FILENO + 1, kept, err = 0;

    while ((kept = next_kept(keep, n, first)) >= 0) {
        if (kept > first)
            err |= close_range_of(first, (unsigned)kept - 1);
        first = kept + 1;
    }
    err |= close_range_of(first, UINT32_MAX);
    if (err != 0)
        close_listed(keep, n);
}

int coil__sys_dup_to(int from, int to)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(dup2(from, to));
}

int coil__sys_dup(int fd)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

static bool is_fault(int number)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        if (faults[i] == number)
            return true;
    return false;
}

void coil__sys_usual_signals(void)
{
    struct sigaction usual = {.sa_handler = SIG_DFL}, now;

    for (int number = 1; number < NSIG; number++)
        if (!is_fault(number) && sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaction(number, &usual, NULL);
    sigaction(SIGCHLD, &usual, NULL);
    usual.sa_handler = SIG_IGN;
    sigaction(SIGINT, &usual, NULL);
}

void coil__sys_block_signals(bool block)
{
    sigset_t set;

    sigemptyset(&set);
    if (block) {
        sigfillset(&set);
        for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
            sigdelset(&set, faults[i]);
    }
    sigprocmask(SIG_SETMASK, &set, NULL);
}

int coil__sys_children_fd(void)
{
    sigset_t set;

    if (fault(FAULT_SYS))
        return -EMFILE;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return (int)told(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

int coil__sys_reap(int *status)
{
    int pid = (int)waitpid(-1, status, WNOHANG);

    return pid < 0 ? 0 : pid;
}

/* "00400000-0040b000 r-xp ..." */
static bool is_in_map(FILE *map, uintptr_t address)
{
    unsigned long from, to;
    char rights[8], line[512];

    while (fgets(line, sizeof(line), map) != NULL)
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && address >= from && address < to)
            return rights[2] == 'x';
    return false;
}

bool coil__sys_is_code(const void *address)
{
    FILE *map = fopen("/proc/self/maps", "re");
    bool found = map == NULL; /* who knows */

    if (map == NULL)
        return found;
    found = is_in_map(map, (uintptr_t)address);
    fclose(map);
    return found;
}

bool coil__sys_is_mapped(const void *address)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)address & ~(page - 1);
    unsigned char resident;

    return at != 0 && (mincore((void *)at, 1, &resident) == 0 || errno != ENOMEM);
}
