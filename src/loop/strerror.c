#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "loop/exception.h"

#define ERRNOS 160

static const struct {
    int64_t code;
    const char *text;
} own[] = {
    {COIL_ESTOPPED, "COIL_ESTOPPED: the loop has stopped or refuses new work"},
    {COIL_EDIED, "COIL_EDIED: the loop's thread has ended"},
    {COIL_EFORKED, "COIL_EFORKED: belongs to a loop of the parent process"},
    {COIL_EPENDING, "COIL_EPENDING: the result is not there yet"},
    {COIL_ESHUTDOWN, "COIL_ESHUTDOWN: the queue has been shut down"},
    {COIL_EBROKEN, "COIL_EBROKEN: the barrier is broken"},
    {COIL_EGROUP, "COIL_EGROUP: several tasks failed"},
    {COIL_EENDED, "COIL_EENDED: there are no more values"},
    {COIL_ECRASHED, "COIL_ECRASHED: the coroutine received a fatal signal"},
    /* errno's, where asyncio has a word for it; the others below, by the C library */
    {ECANCELED, "ECANCELED: cancelled"},
    {ETIMEDOUT, "ETIMEDOUT: timed out"},
    {EDEADLK, "EDEADLK: would wait for itself for ever"},
};

/* "EIO: Input/output error" for every errno, written once. */
static char texts[ERRNOS][72];
static pthread_once_t texts_once = PTHREAD_ONCE_INIT;

static void write_texts(void)
{
    for (int code = 1; code < ERRNOS; code++) {
        const char *name = strerrorname_np(code), *text = strerrordesc_np(code);

        if (name != NULL && text != NULL)
            snprintf(texts[code], sizeof(texts[code]), "%s: %s", name, text);
    }
}

const char *coil_strerror(int64_t status)
{
    if (status >= 0)
        return "ok";
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i].code == -status)
            return own[i].text;
    pthread_once(&texts_once, write_texts);
    return status > -ERRNOS && texts[-status][0] != '\0' ? texts[-status] : "unknown error";
}
