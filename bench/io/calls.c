/* The limit by plain system calls, one after the other: preadv of a file, posix_spawn and wait. */
#include <errno.h>
#include <spawn.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

static void run_reads(const char *name)
{
    struct files files;

    files_open(&files, name);
    do {
        struct iovec page = {files_page(&files, 0), FILES_PAGE};

        files.block[0] = files_any(&files);
        files_check(&files, 0, preadv(files.fd, &page, 1, (off_t)(files.block[0] * FILES_PAGE)));
    } while (files_count(&files));
}

static void run_spawn(const char *name)
{
    char program[] = "/bin/true";
    char *arguments[] = {program, NULL};
    struct span span;

    span_begin(&span, name);
    do {
        pid_t child;
        int status;

        errno = posix_spawn(&child, program, NULL, NULL, arguments, environ);
        if (errno || waitpid(child, &status, 0) != child || status)
            bench_die("posix_spawn");
    } while (span_count(&span));
}

static const struct bench_row rows[] = {
    {"cached_1", run_reads},
    {"direct_1", run_reads},
    {"spawn", run_spawn},
};

BENCH_MAIN(rows)
