#include "base/debug.h"

#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a line with this wish in the environment leaves on stderr. */
static void say(const char *wish, char *out, size_t size)
{
    int saved = dup(STDERR_FILENO);
    int ends[2];
    ssize_t n;

    CHECK_EQ(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    setenv("COIL_DEBUG", wish, 1);
    coil__debug("the answer is %d", 42);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    n = read(ends[0], out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    close(ends[0]);
}

TEST(a_debug_line_is_written_when_asked_for)
{
    char text[100];

    say("1", text, sizeof(text));
    CHECK_STR(text, "coil: the answer is 42\n");
}

TEST(a_debug_line_is_not_written_unasked)
{
    char text[100];

    say("0", text, sizeof(text));
    CHECK_STR(text, "");
    say("", text, sizeof(text));
    CHECK_STR(text, "");
}
