/* What workers write to stderr: passed on to ours, and the last of it kept. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <coil/file.h>
#include <coil/task.h>

#include "mach/sys_io.h"
#include "work/processes.h"

#define WORDS_AT_ONCE 4096 /* what a pipe that can be written to takes without waiting */

static void keep_words(struct seat *seat, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        seat->words[(seat->words_n + i) % WORDS_BYTES] = text[i];
    COUNTER_ADD(seat->words_n, size);
}

/* Our stderr may be a pipe that nobody reads just now: this task waits then, and no other. Once the
 * worker has ended it does not: what would not go out is lost. */
static coil_async void pass_on(const char *text, size_t size, bool *ended)
{
    struct pollfd ours = {.fd = STDERR_FILENO, .events = POLLOUT};
    int64_t n = 0;

    for (size_t at = 0; at < size && n >= 0; at += (size_t)n) {
        struct iovec part = {(void *)(uintptr_t)(text + at), size - at};

        while (coil__sys_poll(&ours, 1, 0) == 0) {
            if (*ended)
                return;
            *ended = coil_poll(STDERR_FILENO, POLLOUT) == -ECANCELED;
        }
        n = coil__sys_writev(STDERR_FILENO, &part, 1, -1);
        if (n == -EINTR || n == -EAGAIN)
            n = 0;
    }
}

coil_async struct coil_result coil__seat_read_words(void *arg)
{
    struct seat *seat = arg;
    char text[WORDS_AT_ONCE];
    struct iovec part = {text, sizeof(text)};
    bool ended = false;
    int64_t n;

    for (;;) {
        n = ended ? coil__sys_readv(seat->words_fd, &part, 1, -1)
                  : coil_read(seat->words_fd, text, sizeof(text));
        if (n == -ECANCELED) {
            ended = true;
            continue;
        }
        if (n <= 0)
            return coil_number(0);
        keep_words(seat, text, (size_t)n);
        pass_on(text, (size_t)n, &ended);
    }
}

/* As far as it is kept, without the end of the line. */
static size_t last_words(const struct seat *seat, char text[WORDS_BYTES + 1])
{
    size_t from = seat->words_from, n = seat->words_n;

    if (n - from > WORDS_BYTES)
        from = n - WORDS_BYTES;
    while (n > from && seat->words[(n - 1) % WORDS_BYTES] == '\n')
        n--;
    for (size_t i = from; i < n; i++)
        text[i - from] = seat->words[i % WORDS_BYTES];
    text[n - from] = '\0';
    return n - from;
}

void coil__seat_add_words(const struct seat *seat, char *text, size_t size)
{
    char words[WORDS_BYTES + 1];

    if (last_words(seat, words) > 0)
        snprintf(text, size, "; it said: %s", words);
}
