/* What a test may not leave behind: open descriptors and children. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_internal.h"

typedef void descriptor_fn(int fd, void *arg);

static void for_each_descriptor(descriptor_fn *fn, void *arg)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;

    if (!folder)
        return;
    while ((entry = readdir(folder))) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] != '.' && fd != dirfd(folder))
            fn(fd, arg);
    }
    closedir(folder);
}

static bool is_noted(const struct kit_descriptors *set, int fd)
{
    size_t byte = (size_t)fd / 8;

    return byte < sizeof(set->open) && (set->open[byte] >> (fd % 8) & 1);
}

static void note(int fd, void *set_)
{
    struct kit_descriptors *set = set_;
    size_t byte = (size_t)fd / 8;

    if (byte < sizeof(set->open))
        set->open[byte] = (unsigned char)(set->open[byte] | 1 << (fd % 8));
}

void kit_descriptors_note(struct kit_descriptors *now)
{
    memset(now, 0, sizeof(*now));
    for_each_descriptor(note, now);
}

struct comparison {
    const struct kit_descriptors *before;
    int found;
};

static void count_if_new(int fd, void *comparison_)
{
    struct comparison *comparison = comparison_;

    comparison->found += is_noted(comparison->before, fd) ? 0 : 1;
}

/* A thread that nobody joins (a pool's worker) may be about to give one up. */
static bool none_new_soon(const struct kit_descriptors *before)
{
    for (int ms = 0; ms < 500; ms += 5) {
        struct comparison comparison = {.before = before};

        for_each_descriptor(count_if_new, &comparison);
        if (comparison.found == 0)
            return true;
        usleep(5000);
    }
    return false;
}

static void print_if_new(int fd, void *comparison_)
{
    struct comparison *comparison = comparison_;
    char path[64], target[PATH_MAX];
    ssize_t length;

    if (is_noted(comparison->before, fd))
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    length = readlink(path, target, sizeof(target) - 1);
    target[length < 0 ? 0 : length] = '\0';
    fprintf(stderr, "left open: descriptor %d, %s\n", fd, target);
    comparison->found++;
}

int kit_descriptors_print_new(const struct kit_descriptors *before)
{
    struct comparison comparison = {.before = before};

    if (!none_new_soon(before))
        for_each_descriptor(print_if_new, &comparison);
    return comparison.found;
}

static void count(int fd, void *number)
{
    (void)fd;
    ++*(int *)number;
}

int kit_count_descriptors(void)
{
    int number = 0;

    for_each_descriptor(count, &number);
    return number;
}

bool kit_has_children(void)
{
    siginfo_t child;

    return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0;
}
