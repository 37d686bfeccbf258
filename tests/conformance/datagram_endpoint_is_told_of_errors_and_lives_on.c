#include "common/socks.h"

#include <coil/datagram.h>

/* A protocol: tells of what comes until the endpoint is closed. */
static coil_async struct coil_result tells(void *endpoint)
{
    char data[20];
    int64_t n;

    while ((n = coil_datagram_recv(endpoint, data, sizeof(data), NULL)) != -EBADF) {
        if (n < 0)
            say("error: %s", told_status(n));
        else
            tell_data("got", n, data);
    }
    return coil_value(NULL);
}

static struct coil_datagram *open_endpoint(const struct coil_address *local,
                                           const struct coil_address *remote)
{
    struct coil_datagram *endpoint = NULL;

    if (coil_datagram_open(local, remote, NULL, &endpoint) != 0)
        say("no endpoint");
    coil_future_unref(coil_create_task(tells, endpoint));
    return endpoint;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_datagram *endpoint, *peer;
    struct coil_address where, here;

    coil_close_soon(bound(SOCK_DGRAM, &where));
    endpoint = open_endpoint(NULL, &where);
    coil_datagram_send(endpoint, "anybody?", 8, NULL);
    coil_sleep(COIL_SECONDS(1));
    peer = open_endpoint(&where, NULL);
    coil_datagram_send(endpoint, "you?", 4, NULL);
    coil_sleep(COIL_SECONDS(1));
    coil_datagram_address(endpoint, &here);
    coil_datagram_send(peer, "me", 2, &here);
    coil_datagram_send(peer, "", 0, &here);
    coil_datagram_send(peer, "end", 3, &here);
    coil_sleep(COIL_SECONDS(1));
    coil_datagram_close(endpoint);
    coil_datagram_close(peer);
    coil_sleep(COIL_SECONDS(1));
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
