#include "common/socks.h"

static coil_async struct coil_result accepts(void *arg)
{
    return coil_number(coil_sock_accept(*(int *)arg, NULL));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_address at, peer, name;
    int listener = listening(&at), fd = opened(AF_INET, SOCK_STREAM), accepted;

    (void)arg;
    say("nobody: %s", told(coil_wait_for_call(accepts, &listener, COIL_SECONDS(2))));
    coil_sock_connect(fd, &at);
    accepted = (int)coil_wait_for_call(accepts, &listener, COIL_SECONDS(2)).status;
    coil_sock_peer(accepted, &peer);
    coil_sock_name(fd, &name);
    say("somebody: %s", yes(coil_address_equal(&peer, &name)));
    close_both((struct ends){fd, accepted});
    coil_close_soon(listener);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
