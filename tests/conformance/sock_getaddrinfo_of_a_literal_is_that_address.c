#include "common/socks.h"

#include <stdio.h>
#include <string.h>

#include <coil/names.h>

static coil_async int look(const char *host, const char *port, int family, int flags)
{
    struct addrinfo hints = {.ai_family = family, .ai_flags = flags, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int err = coil_getaddrinfo(host, port, &hints, &found);

    if (err != 0)
        return err;
    for (struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        struct coil_address address = {.length = at->ai_addrlen};
        char name[64];

        memcpy(&address.as, at->ai_addr, at->ai_addrlen);
        coil_getnameinfo(&address, name, sizeof(name), NULL, 0, NI_NUMERICHOST);
        say("%s SOCK_STREAM %s %u", at->ai_family == AF_INET6 ? "AF_INET6" : "AF_INET", name,
            coil_address_port(&address));
    }
    freeaddrinfo(found);
    return 0;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    look("127.0.0.1", "80", 0, 0);
    look("::1", "65535", 0, 0);
    look(NULL, "7", AF_INET, 0);
    look(NULL, "7", AF_INET, AI_PASSIVE);
    say("no literal: %s", told_status(look("localhost", "80", 0, AI_NUMERICHOST)));
    say("another family: %s", told_status(look("::1", "80", AF_INET, 0)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
