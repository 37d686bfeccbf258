#include "paths.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The build says where its source is, and where it will be installed. */
#ifndef COIL_INCLUDE_SOURCE
#define COIL_INCLUDE_SOURCE ""
#endif
#ifndef COIL_INCLUDE_INSTALLED
#define COIL_INCLUDE_INSTALLED "/usr/local/include:/usr/include"
#endif
#ifndef COIL_TCC_DIR
#define COIL_TCC_DIR \
    "/usr/lib/x86_64-linux-gnu/tcc:/usr/lib/aarch64-linux-gnu/tcc:/usr/local/lib/tcc:/usr/lib/tcc"
#endif

/* The first folder of a list, separated by colons, that holds a file; NULL if none does. */
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

/* Installed, the headers lie beside the program, wherever that was moved; uninstalled, in the
 * source. */
static char *built_in_includes(void)
{
    struct text list = {0};
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    while (length > 0 && program[length - 1] != '/')
        length--;
    if (length > 0)
        text_printf(&list, "%.*s../include:", (int)length, program);
    text_puts(&list, COIL_INCLUDE_SOURCE ":" COIL_INCLUDE_INSTALLED);
    return text_take(&list);
}

static char *find(const char *option, const char *variable, const char *compiled_in,
                  const char *file, struct text *problem)
{
    const char *from_environment = getenv(variable);
    const char *list = option                                  ? option
                       : from_environment && *from_environment ? from_environment
                                                               : compiled_in;
    char *found = search(list, file);

    if (!found)
        text_printf(problem, "no %s in %s", file, list);
    return found;
}

bool paths_find(struct paths *paths, const char *include_option, const char *tcc_option,
                struct text *problem)
{
    char *includes = built_in_includes();

    *paths = (struct paths){0};
    paths->include_dir = find(include_option, "COIL_INCLUDE_DIR", includes, "coil/coil.h", problem);
    free(includes);
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
