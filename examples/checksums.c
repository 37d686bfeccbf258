/* Checksums of all files of a tree, on threads, with a bar; Ctrl-C ends it early, in good order:
 * `checksums [FOLDER]`. */
#include <coil/coil.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **paths;
static size_t count;

static struct coil_result checksum(void *item)
{
    const char *path = *(char **)item; /* an item is a pointer here: threads share their memory */
    uint64_t sum = 0xcbf29ce484222325;
    FILE *file = fopen(path, "rb");
    unsigned char data[16384];
    size_t n;

    if (file == NULL)
        return coil_raise(errno, "cannot read %s", path);
    while (!coil_job_cancelled() && (n = fread(data, 1, sizeof(data), file)) > 0)
        for (size_t i = 0; i < n; i++)
            sum = (sum ^ data[i]) * 0x100000001b3;
    fclose(file);
    return coil_job_cancelled() ? coil_error(-ECANCELED) : coil_number((int64_t)(sum >> 1));
}

static void find_files(char *folder)
{
    char *roots[] = {folder, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    while (tree != NULL && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_info != FTS_F)
            continue;
        if ((count & (count - 1)) == 0) /* full: twice as many */
            paths = realloc(paths, (count > 0 ? 2 * count : 1) * sizeof(*paths));
        paths[count++] = strdup(entry->fts_path);
    }
    if (tree != NULL)
        fts_close(tree);
}

static void stop(int signal)
{
    (void)signal;
    coil_interrupt(); /* whoever waits gets -EINTR */
}

int main(int argc, char **argv)
{
    struct coil_executor *pool = coil_default_executor();
    struct coil_map_options options = {.progress = true};
    char linux_headers[] = "/usr/include/linux";
    struct coil_result *results;
    size_t done = 0;
    int64_t failed;
    uint64_t all = 0;

    find_files(argc > 1 ? argv[1] : linux_headers);
    results = calloc(count + 1, sizeof(*results));
    signal(SIGINT, stop);
    /* not in a task */
    failed = coil_executor_map_with(pool, checksum, paths, count, results, &options);
    for (size_t i = 0; i < count; i++) {
        if (results[i].status >= 0)
            all ^= (uint64_t)results[i].status, done++;
        else if (results[i].status != -ECANCELED)
            fprintf(stderr, "%s: %s\n", paths[i], coil_strerror(results[i].status));
        free(paths[i]);
    }
    printf("%s%zu of %zu files, %016llx\n", failed == -EINTR ? "stopped: " : "", done, count,
           (unsigned long long)all);
    free(paths);
    free(results);
    return failed != 0;
}
