#include "base/debug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void coil__debug(const char *format, ...)
{
    const char *wish = getenv("COIL_DEBUG");
    char line[256];
    va_list arguments;

    if (wish == NULL || *wish == '\0' || strcmp(wish, "0") == 0)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    fprintf(stderr, "coil: %s\n", line);
}
