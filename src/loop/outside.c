/* Exceptions outside of any loop: what the thread's last coil_run or coil_raise left. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/exception.h"
#include "loop/loop.h"

#define INTERRUPTED 130 /* what shells say of a program that Ctrl-C ended */

static __thread struct coil_exception *left_over;

static void thread_ends(void *exception)
{
    coil__exception_unref(exception);
}

static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
    pthread_key_create(&thread_key, thread_ends);
}

void coil__exception_leave(struct coil_exception *exception)
{
    exception_unref(left_over);
    left_over = exception;
    pthread_once(&thread_once, make_key);
    pthread_setspecific(thread_key, exception);
}

const struct coil_exception *coil_current_exception(void)
{
    struct coil_exception **slot = coil__raised_slot();

    return slot == NULL ? left_over : *slot;
}

static void print(const struct coil_exception *exception, int depth)
{
    fprintf(stderr, "%*s%s", 2 * depth, "", coil_exception_text(exception));
    if (coil_exception_place(exception)[0] != '\0')
        fprintf(stderr, " (%s)", coil_exception_place(exception));
    fputc('\n', stderr);
    for (size_t i = 0; i < coil_exception_count(exception); i++)
        print(coil_exception_at(exception, i), depth + 1);
}

int coil_exit_status(struct coil_result result)
{
    const struct coil_exception *exception = coil_current_exception();

    if (result.status >= 0)
        return 0;
    if (result.status == -EINTR)
        return INTERRUPTED;
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, coil_strerror(result.status));
    if (exception != NULL && exception->code == result.status)
        print(exception, 1);
    return EXIT_FAILURE;
}
