#include "common/socks.h"

#include <string.h>

#include <coil/names.h>

static const char *unknown(int err)
{
    const char *name = told_status(err);

    return yes(strcmp(name, "EAI_NONAME") == 0 || strcmp(name, "EAI_AGAIN") == 0);
}

static coil_async struct coil_result program(void *arg)
{
    struct addrinfo *found;
    struct coil_stream *stream;

    (void)arg;
    say("unknown: %s", unknown(coil_getaddrinfo("no-such-host.invalid", "80", NULL, &found)));
    say("connection: %s", unknown(coil_open_connection("no-such-host.invalid", 80, &stream)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
