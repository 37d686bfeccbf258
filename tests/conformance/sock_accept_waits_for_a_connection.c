#include "common/socks.h"

#include <string.h>

static coil_async struct coil_result serves(void *arg)
{
    struct coil_address peer, name;
    char text[COIL_ADDRESS_TEXT], data[20];
    int fd;

    say("accepts");
    fd = coil_sock_accept(*(int *)arg, &peer);
    coil_sock_peer(fd, &name);
    coil_address_format(&peer, text, sizeof(text));
    *strchr(text, ':') = '\0';
    say("accepted from %s, which is its peer: %s", text, yes(coil_address_equal(&peer, &name)));
    tell_data("asked", coil_sock_recv(fd, data, sizeof(data)), data);
    coil_sleep(COIL_MS(500));
    send_text(fd, "answer");
    coil_close_soon(fd);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_address at;
    int listener = listening(&at), fd = opened(AF_INET, SOCK_STREAM);
    struct coil_future *task = coil_create_task(serves, &listener);
    char data[20];

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_sock_connect(fd, &at);
    send_text(fd, "question");
    tell_data("answered", coil_sock_recv(fd, data, sizeof(data)), data);
    tell_data("then", coil_sock_recv(fd, data, sizeof(data)), data);
    coil_join(task);
    coil_close_soon(fd);
    coil_close_soon(listener);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
