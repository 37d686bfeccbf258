/* Exceptions from the inside: immutable, counted, across threads. */
#ifndef COIL_LOOP_EXCEPTION_H
#define COIL_LOOP_EXCEPTION_H

#include <stdarg.h>

#include <coil/result.h>

#include "base/atomic.h"

struct coil_exception {
    struct word refs;
    int64_t code;
    const char *place;
    size_t count;
    struct coil_exception **below; /* owned */
    char text[];
};

/* NULL when memory is out: then the code alone has to do. */
struct coil_exception *coil__exception_new(int64_t code, const char *place, const char *format,
                                           va_list arguments);
struct coil_exception *coil__exception_text(int64_t code, const char *place, const char *text);

/* One above others; takes the array's references over. NULL when memory is out (they are given
 * up). */
struct coil_exception *coil__exception_group(int64_t code, const char *place, const char *text,
                                             struct coil_exception **below, size_t count);

struct coil_exception *coil__exception_ref(struct coil_exception *exception);
void coil__exception_unref(struct coil_exception *exception);

static inline void exception_unref(struct coil_exception *exception)
{
    if (exception != NULL)
        coil__exception_unref(exception);
}

/* Outside of any loop it becomes the thread's current one; takes it over, may be NULL. */
void coil__exception_leave(struct coil_exception *exception);

/* "file:line" of "what file:line". */
const char *coil__place_file(const char *place);

#endif
