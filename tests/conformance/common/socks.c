#include "common/socks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int must(int64_t result, const char *what)
{
    if (result >= 0)
        return (int)result;
    say("%s: %s", what, coil_strerror(result));
    exit(1);
}

int opened(int family, int kind)
{
    return must(coil_sock_open(family, kind, 0), "open");
}

int bound(int kind, struct coil_address *at)
{
    int fd = opened(AF_INET, kind);

    coil_address_parse("127.0.0.1:0", 0, at);
    must(coil_sock_bind(fd, at), "bind");
    must(coil_sock_name(fd, at), "name");
    return fd;
}

int listening(struct coil_address *at)
{
    int fd = bound(SOCK_STREAM, at);

    must(coil_sock_listen(fd, 5), "listen");
    return fd;
}

coil_async struct ends connected(void)
{
    struct coil_address at;
    int listener = listening(&at);
    struct ends ends = {.near = opened(AF_INET, SOCK_STREAM)};

    must(coil_sock_connect(ends.near, &at), "connect");
    ends.far = must(coil_sock_accept(listener, NULL), "accept");
    coil_close_soon(listener);
    return ends;
}

void close_both(struct ends ends)
{
    coil_close_soon(ends.near);
    coil_close_soon(ends.far);
}

coil_async void send_text(int fd, const char *words)
{
    must(coil_sock_sendall(fd, words, strlen(words)), "sendall");
}

coil_async struct coil_result receives(void *arg)
{
    struct receiver *self = arg;
    char data[20], what[64];
    int64_t n = coil_sock_recv(self->fd, data, sizeof(data));

    if (n == -ECANCELED) {
        say("%s is cancelled", self->who);
        return coil_error(n);
    }
    snprintf(what, sizeof(what), "%s receives '%.*s'", self->who, n > 0 ? (int)n : 0, data);
    say("%s", what);
    return coil_value(NULL);
}
