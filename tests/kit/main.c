/* A test program's main: which tests, in which order, and the count at the end. */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit_internal.h"

/* The bounds of the section, by the linker. Weak: a program may have no test. */
extern const struct kit_test *const __start_kit_tests[] __attribute__((weak));
extern const struct kit_test *const __stop_kit_tests[] __attribute__((weak));

static int by_place(const void *a_, const void *b_)
{
    const struct kit_test *a = *(const struct kit_test *const *)a_;
    const struct kit_test *b = *(const struct kit_test *const *)b_;
    int order = strcmp(a->file, b->file);

    if (!order)
        order = a->line - b->line;
    return order ? order : strcmp(a->name, b->name);
}

/* $KIT_DRIVERS ("sim epoll") narrows the tests that run on every driver. */
static bool driver_wanted(const struct kit_test *test)
{
    const char *drivers = getenv("KIT_DRIVERS");

    return !test->driver || !drivers || strstr(drivers, test->driver);
}

static bool named(const struct kit_test *test, char *const *patterns)
{
    if (!*patterns)
        return true;
    for (; *patterns; patterns++)
        if (fnmatch(*patterns, test->name, 0) == 0)
            return true;
    return false;
}

/* *any: a test has such a name, if only for a driver that is not wanted. */
static size_t gather(const struct kit_test **tests, char *const *patterns, bool *any)
{
    size_t count = 0;

    *any = false;
    for (const struct kit_test *const *t = __start_kit_tests; t < __stop_kit_tests; t++)
        if (named(*t, patterns)) {
            *any = true;
            if (driver_wanted(*t))
                tests[count++] = *t;
        }
    qsort(tests, count, sizeof(*tests), by_place);
    return count;
}

static int run_all(const struct kit_test **tests, size_t count)
{
    int tally[4] = {0};

    for (size_t i = 0; i < count; i++) {
        enum kit_outcome outcome = kit_run_forked(tests[i]);

        if (outcome == KIT_PASSED)
            printf("ok   %s\n", tests[i]->name);
        else if (outcome == KIT_SKIPPED)
            printf("skip %s: %s\n", tests[i]->name, kit_report->reason);
        fflush(stdout);
        tally[outcome]++;
    }
    printf("%d passed, %d failed", tally[KIT_PASSED], tally[KIT_FAILED]);
    if (tally[KIT_SKIPPED])
        printf(", %d skipped", tally[KIT_SKIPPED]);
    putchar('\n');
    return tally[KIT_FAILED] != 0;
}

/* Whoever starts us may have closed the standard descriptors; nothing else may take their
 * numbers. */
static void fill_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);
}

int main(int argc, char **argv)
{
    bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
    bool here = argc > 1 && strcmp(argv[1], "--here") == 0;
    size_t most = (size_t)(__stop_kit_tests - __start_kit_tests);
    const struct kit_test **tests = calloc(most + 1, sizeof(*tests));
    bool any;
    size_t count = gather(tests, argv + 1 + (list || here), &any);
    int status = 0;

    fill_standard_descriptors();
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (list) {
        for (size_t i = 0; i < count; i++)
            puts(tests[i]->name);
    } else if (!any) {
        fprintf(stderr, "%s: no test of that name\n", argv[0]);
        status = 2;
    } else if (here && count) {
        status = kit_run_here(tests[0]) == KIT_FAILED;
    } else {
        status = run_all(tests, count);
    }
    free(tests);
    return status;
}
