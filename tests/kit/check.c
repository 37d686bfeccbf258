/* Checks: what a test says when a claim does not hold, and how it ends. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit_internal.h"

struct kit_report *kit_report;

/* A check may fail on a coroutine's stack or in a second thread: the process ends here, without the
 * handlers of exit, which belong to the main thread. */
static _Noreturn void end_test(enum kit_outcome outcome)
{
    kit_report->outcome = (int)outcome;
    fflush(NULL);
    _exit(outcome == KIT_SKIPPED ? 0 : 1);
}

void kit_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fprintf(stderr, "%s:%d: ", file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    end_test(KIT_FAILED);
}

void kit_skip(const char *reason)
{
    snprintf(kit_report->reason, sizeof(kit_report->reason), "%s", reason);
    end_test(KIT_SKIPPED);
}

/* Small negative numbers are mostly errors: name them. */
static const char *error_name(intmax_t number)
{
    const char *name = number < 0 && number > -200 ? strerrorname_np((int)-number) : NULL;

    return name ? name : "";
}

void kit_check_eq(const char *file, int line, const char *a_text, const char *b_text, intmax_t a,
                  intmax_t b)
{
    if (a != b)
        kit_fail(file, line, "CHECK_EQ(%s, %s): %jd %s is not %jd %s", a_text, b_text, a,
                 error_name(a), b, error_name(b));
}

void kit_check_ptr(const char *file, int line, const char *a_text, const char *b_text,
                   const void *a, const void *b)
{
    if (a != b)
        kit_fail(file, line, "CHECK_PTR(%s, %s): %p is not %p", a_text, b_text, a, b);
}

void kit_check_str(const char *file, int line, const char *a_text, const char *b_text,
                   const char *a, const char *b)
{
    if (a == b || (a && b && strcmp(a, b) == 0))
        return;
    kit_fail(file, line, "CHECK_STR(%s, %s):\n    \"%s\"\nis not\n    \"%s\"", a_text, b_text,
             a ? a : "(NULL)", b ? b : "(NULL)");
}

void kit_check_has(const char *file, int line, const char *text_text, const char *text,
                   const char *part)
{
    if (!text || !strstr(text, part))
        kit_fail(file, line, "CHECK_HAS(%s): \"%s\" is not in\n    \"%s\"", text_text, part,
                 text ? text : "(NULL)");
}
