/*
 * Where the compiler finds what it needs: coil's public headers, and tcc's own headers and run-time
 * library. Each is looked for in this order: the command line, the environment, what the build
 * compiled in.
 */
#ifndef TOOLS_PATHS_H
#define TOOLS_PATHS_H

#include <stdbool.h>

#include "text.h"

struct paths {
    char *include_dir; /* holds coil/coil.h; $COIL_INCLUDE_DIR */
    char *tcc_dir;     /* holds libtcc1.a;   $COIL_TCC_DIR */
};

/* The options may be NULL. On failure returns false, and *problem says what is missing and what to
 * do. */
bool paths_find(struct paths *paths, const char *include_option, const char *tcc_option,
                struct text *problem);
void paths_free(struct paths *paths);

#endif
