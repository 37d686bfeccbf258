#include "loop/exception.h"

#include <stdio.h>

#include "base/alloc.h"
#include "loop/loop.h"

static struct coil_exception *make(int64_t code, const char *place, size_t text_bytes)
{
    struct coil_exception *exception = mem_alloc(sizeof(*exception) + text_bytes + 1);

    if (exception == NULL)
        return NULL;
    exception->refs.value = 1;
    exception->code = code > 0 ? -code : code;
    exception->place = place;
    exception->count = 0;
    exception->below = NULL;
    exception->text[0] = '\0';
    return exception;
}

struct coil_exception *coil__exception_new(int64_t code, const char *place, const char *format,
                                           va_list arguments)
{
    struct coil_exception *exception;
    va_list again;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        length = 0;
    exception = make(code, place, (size_t)length);
    if (exception != NULL)
        vsnprintf(exception->text, (size_t)length + 1, format, arguments);
    return exception;
}

struct coil_exception *coil__exception_text(int64_t code, const char *place, const char *text)
{
    size_t length = strlen(text);
    struct coil_exception *exception = make(code, place, length);

    if (exception != NULL)
        memcpy(exception->text, text, length + 1);
    return exception;
}

struct coil_exception *coil__exception_group(int64_t code, const char *place, const char *text,
                                             struct coil_exception **below, size_t count)
{
    struct coil_exception *group = coil__exception_text(code, place, text);

    if (group != NULL)
        group->below = mem_alloc(count * sizeof(*below) + 1);
    if (group == NULL || group->below == NULL) {
        for (size_t i = 0; i < count; i++)
            coil__exception_unref(below[i]);
        coil__exception_unref(group);
        return NULL;
    }
    memcpy(group->below, below, count * sizeof(*below));
    group->count = count;
    return group;
}

struct coil_exception *coil__exception_ref(struct coil_exception *exception)
{
    if (exception != NULL)
        word_add(&exception->refs, 1);
    return exception;
}

void coil__exception_unref(struct coil_exception *exception)
{
    if (exception == NULL || !word_unref(&exception->refs))
        return;
    for (size_t i = 0; i < exception->count; i++)
        coil__exception_unref(exception->below[i]);
    mem_free(exception->below);
    mem_free(exception);
}

const char *coil__place_file(const char *place)
{
    const char *space = place == NULL ? NULL : strrchr(place, ' ');

    return space != NULL ? space + 1 : "";
}

struct coil_result coil_raise_at(const char *place, int64_t code, const char *format, ...)
{
    struct coil_exception **slot = coil__raised_slot(), *raised;
    va_list arguments;

    va_start(arguments, format);
    raised = coil__exception_new(code, place, format, arguments);
    va_end(arguments);
    if (slot == NULL) {
        coil__exception_leave(raised);
    } else {
        exception_unref(*slot);
        *slot = raised;
    }
    return coil_error(code > 0 ? -code : code);
}

/* Without memory there is no exception to ask; who only prints it need not care. */
int64_t coil_exception_code(const struct coil_exception *exception)
{
    return exception != NULL ? exception->code : 0;
}

const char *coil_exception_text(const struct coil_exception *exception)
{
    return exception != NULL ? exception->text : "";
}

const char *coil_exception_place(const struct coil_exception *exception)
{
    return exception != NULL ? coil__place_file(exception->place) : "";
}

size_t coil_exception_count(const struct coil_exception *exception)
{
    return exception != NULL ? exception->count : 0;
}

const struct coil_exception *coil_exception_at(const struct coil_exception *exception, size_t index)
{
    return index < coil_exception_count(exception) ? exception->below[index] : NULL;
}
