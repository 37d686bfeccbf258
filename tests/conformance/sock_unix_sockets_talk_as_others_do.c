#include "common/socks.h"

#include <stdio.h>
#include <unistd.h>

static coil_async void by_name(void)
{
    int listener = opened(AF_UNIX, SOCK_STREAM), near = opened(AF_UNIX, SOCK_STREAM), far;
    struct coil_address name, peer;
    char text[64], data[20];

    snprintf(text, sizeof(text), "unix:@conformance %d", (int)getpid());
    coil_address_parse(text, 0, &name);
    coil_sock_bind(listener, &name);
    coil_sock_listen(listener, 5);
    coil_sock_connect(near, &name);
    far = coil_sock_accept(listener, NULL);
    send_text(near, "by name");
    tell_data("far", coil_sock_recv(far, data, sizeof(data)), data);
    coil_sock_peer(near, &peer);
    say("known by its name: %s", yes(coil_address_equal(&peer, &name)));
    coil_close_soon(far);
    tell_data("near", coil_sock_recv(near, data, sizeof(data)), data);
    coil_close_soon(near);
    coil_close_soon(listener);
}

static coil_async void in_pairs(int kind)
{
    char data[20];
    int fds[2];

    coil_sock_pair(AF_UNIX, kind, fds);
    send_text(fds[0], "one");
    send_text(fds[0], "two");
    tell_data("far", coil_sock_recv(fds[1], data, sizeof(data)), data);
    if (kind == SOCK_DGRAM)
        tell_data("far", coil_sock_recv(fds[1], data, sizeof(data)), data);
    close_both((struct ends){fds[0], fds[1]});
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    by_name();
    in_pairs(SOCK_STREAM);
    in_pairs(SOCK_DGRAM);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
