/* A folder of a test's own, which goes with it however it ends. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit_internal.h"

enum { LONGEST_NAME = 32, KEPT = 8 };

/* The name is in the shared report: a child of the test may be the first to ask for it, and the
 * test's parent removes it. */
static const char *own_folder(void)
{
    static const char name[] = "/coil-test-XXXXXX";
    const char *temporary = getenv("TMPDIR");

    if (kit_report->folder[0] != '\0')
        return kit_report->folder;
    if (!temporary || strlen(temporary) > sizeof(kit_report->folder) - sizeof(name))
        temporary = "/tmp";
    snprintf(kit_report->folder, sizeof(kit_report->folder), "%s%s", temporary, name);
    if (!mkdtemp(kit_report->folder)) {
        kit_report->folder[0] = '\0';
        FAIL("cannot make a folder in %s", temporary);
    }
    return kit_report->folder;
}

char *kit_path(const char *name)
{
    static _Thread_local char paths[KEPT][sizeof(kit_report->folder) + LONGEST_NAME];
    static _Thread_local unsigned turn;
    char *path = paths[turn++ % KEPT];

    CHECK(strlen(name) < LONGEST_NAME - 1);
    snprintf(path, sizeof(paths[0]), "%s/%s", own_folder(), name);
    return path;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void kit_folder_remove(void)
{
    if (kit_report->folder[0] != '\0')
        nftw(kit_report->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
