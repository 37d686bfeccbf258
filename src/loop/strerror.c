#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <coil/names.h>

#include "loop/exception.h"

#define ERRNOS 160
#define LOOKUPS 110 /* codes of getaddrinfo */

static const struct {
    int64_t code;
    const char *text;
} own[] = {
    {COIL_ESTOPPED, "COIL_ESTOPPED: the loop or executor has stopped, or takes no work"},
    {COIL_EDIED, "COIL_EDIED: the thread or process it ran in has ended"},
    {COIL_EFORKED, "COIL_EFORKED: belongs to the parent process, not to this fork"},
    {COIL_EPENDING, "COIL_EPENDING: the result is not there yet"},
    {COIL_ESHUTDOWN, "COIL_ESHUTDOWN: the queue has been shut down"},
    {COIL_EBROKEN, "COIL_EBROKEN: the barrier is broken"},
    {COIL_EGROUP, "COIL_EGROUP: several tasks failed"},
    {COIL_EENDED, "COIL_EENDED: there are no more values"},
    {COIL_ECRASHED, "COIL_ECRASHED: the coroutine received a fatal signal"},
    {COIL_EINCOMPLETE, "COIL_EINCOMPLETE: the stream ended before that"},
    {COIL_ELIMIT, "COIL_ELIMIT: longer than the stream's limit"},
    {COIL_ETHREADS, "COIL_ETHREADS: a process with other threads cannot be forked safely"},
    /* errno's, where asyncio has a word for it; the others below, by the C library */
    {ECANCELED, "ECANCELED: cancelled"},
    {ETIMEDOUT, "ETIMEDOUT: timed out"},
    {EDEADLK, "EDEADLK: would wait for itself for ever"},
};

/* The codes of getaddrinfo by name; what they mean, the C library says. */
static const struct {
    int code;
    const char *name;
} lookups[] = {
    {EAI_BADFLAGS, "EAI_BADFLAGS"},     {EAI_NONAME, "EAI_NONAME"},
    {EAI_AGAIN, "EAI_AGAIN"},           {EAI_FAIL, "EAI_FAIL"},
    {EAI_NODATA, "EAI_NODATA"},         {EAI_FAMILY, "EAI_FAMILY"},
    {EAI_SOCKTYPE, "EAI_SOCKTYPE"},     {EAI_SERVICE, "EAI_SERVICE"},
    {EAI_ADDRFAMILY, "EAI_ADDRFAMILY"}, {EAI_MEMORY, "EAI_MEMORY"},
    {EAI_SYSTEM, "EAI_SYSTEM"},         {EAI_OVERFLOW, "EAI_OVERFLOW"},
    {EAI_IDN_ENCODE, "EAI_IDN_ENCODE"},
};

/* "EIO: Input/output error" for every errno, and every failed lookup, written once. */
static char texts[ERRNOS][72], lookup_texts[LOOKUPS][72];
static pthread_once_t texts_once = PTHREAD_ONCE_INIT;

static void write_texts(void)
{
    for (size_t i = 0; i < sizeof(lookups) / sizeof(*lookups); i++)
        snprintf(lookup_texts[-lookups[i].code], sizeof(*lookup_texts), "%s: %s", lookups[i].name,
                 gai_strerror(lookups[i].code));
    for (int code = 1; code < ERRNOS; code++) {
        const char *name = strerrorname_np(code), *text = strerrordesc_np(code);

        if (name != NULL && text != NULL)
            snprintf(texts[code], sizeof(texts[code]), "%s: %s", name, text);
    }
}

static bool is_lookup(int64_t code)
{
    return code > COIL_EGAI_BASE && code < COIL_EGAI_BASE + LOOKUPS &&
           lookup_texts[code - COIL_EGAI_BASE][0] != '\0';
}

const char *coil_strerror(int64_t status)
{
    if (status >= 0)
        return "ok";
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i].code == -status)
            return own[i].text;
    pthread_once(&texts_once, write_texts);
    if (is_lookup(-status))
        return lookup_texts[-status - COIL_EGAI_BASE];
    return status > -ERRNOS && texts[-status][0] != '\0' ? texts[-status] : "unknown error";
}
