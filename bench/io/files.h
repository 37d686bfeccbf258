/* What the C and C++ programs that read files share. $BENCH_FILE is a file whose every page of 4
 * KiB begins with its own number; $BENCH_SECONDS says for how long to measure. */
#ifndef BENCH_IO_FILES_H
#define BENCH_IO_FILES_H

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "span.h"

enum { FILES_PAGE = 4096, FILES_DEPTH = 64 };

struct files {
    int fd;
    unsigned depth; /* reads out at once, each with a page of its own */
    uint64_t pages; /* of the file */
    char *memory;
    uint64_t *block; /* what was read into each page of memory */
    struct span span;
};

/* Rows are called cached_DEPTH and direct_DEPTH; direct is O_DIRECT. */
static inline void files_open(struct files *files, const char *name)
{
    bool direct = !strncmp(name, "direct", 6);
    const char *path = getenv("BENCH_FILE");
    struct stat info;

    files->fd = open(path ? path : "", O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));
    if (files->fd < 0 || fstat(files->fd, &info))
        bench_die("BENCH_FILE");
    files->depth = (unsigned)strtoul(strrchr(name, '_') + 1, NULL, 10);
    files->pages = (uint64_t)info.st_size / FILES_PAGE;
    files->memory = (char *)aligned_alloc(FILES_PAGE, FILES_DEPTH * (size_t)FILES_PAGE);
    files->block = (uint64_t *)calloc(FILES_DEPTH, sizeof *files->block);
    if (!files->memory || !files->block)
        bench_die("malloc");
    span_begin(&files->span, name);
}

static inline uint64_t files_any(const struct files *files)
{
    return bench_random() % files->pages;
}

static inline char *files_page(const struct files *files, unsigned slot)
{
    return files->memory + (size_t)slot * FILES_PAGE;
}

static inline void files_check(const struct files *files, unsigned slot, int64_t result)
{
    uint64_t first;

    memcpy(&first, files_page(files, slot), sizeof first);
    if (result == FILES_PAGE && first == files->block[slot])
        return;
    fprintf(stderr, "a read of page %llu gave %lld, and page %llu\n",
            (unsigned long long)files->block[slot], (long long)result, (unsigned long long)first);
    exit(1);
}

/* One more was read; false when the time is up, and then it has printed. */
static inline bool files_count(struct files *files)
{
    return span_count(&files->span);
}

#endif
