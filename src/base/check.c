#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void coil__misuse(const char *format, ...)
{
    char sentence[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    fprintf(stderr, "coil: misuse: %s\n", sentence);
    fflush(stderr);
    abort();
}
