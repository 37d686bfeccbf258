#include "paths.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lists of folders, separated by colons; the build sets them. */
#ifndef COIL_INCLUDE_DIR
#define COIL_INCLUDE_DIR "/usr/local/include:/usr/include"
#endif
#ifndef COIL_TCC_DIR
#define COIL_TCC_DIR "/usr/lib/x86_64-linux-gnu/tcc:/usr/lib/aarch64-linux-gnu/tcc:/usr/local/lib/tcc:/usr/lib/tcc"
#endif

/* The first folder of a list that holds a file; NULL if none does. */
static char *search(const char *list, const char *file)
{
    struct text path = {0};

    while (*list) {
        size_t length = strcspn(list, ":");

        text_clear(&path);
        text_add(&path, list, length);
        text_printf(&path, "/%s", file);
        if (access(text_string(&path), R_OK) == 0) {
            text_free(&path);
            return string_copy(list, length);
        }
        list += length + (list[length] == ':');
    }
    text_free(&path);
    return NULL;
}

static char *find(const char *option, const char *variable, const char *compiled_in, const char *file,
                  struct text *problem)
{
    const char *from_environment = getenv(variable);
    const char *list = option ? option : from_environment && *from_environment ? from_environment : compiled_in;
    char *found = search(list, file);

    if (!found)
        text_printf(problem, "no %s in %s", file, list);
    return found;
}

bool paths_find(struct paths *paths, const char *include_option, const char *tcc_option, struct text *problem)
{
    *paths = (struct paths){0};
    paths->include_dir = find(include_option, "COIL_INCLUDE_DIR", COIL_INCLUDE_DIR, "coil/coil.h", problem);
    if (!paths->include_dir) {
        text_puts(problem, "; say where coil's headers are with --include-dir or COIL_INCLUDE_DIR");
        return false;
    }
    paths->tcc_dir = find(tcc_option, "COIL_TCC_DIR", COIL_TCC_DIR, "libtcc1.a", problem);
    if (!paths->tcc_dir) {
        text_puts(problem, "; install tcc, or say where it is with --tcc-dir or COIL_TCC_DIR");
        paths_free(paths);
        return false;
    }
    return true;
}

void paths_free(struct paths *paths)
{
    free(paths->include_dir);
    free(paths->tcc_dir);
    *paths = (struct paths){0};
}
