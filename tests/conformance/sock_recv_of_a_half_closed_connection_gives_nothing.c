#include "common/socks.h"

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();
    char data[20];

    (void)arg;
    send_text(ends.near, "last words");
    coil_sock_shutdown(ends.near, SHUT_WR);
    for (int i = 0; i < 3; i++)
        tell_data("far", coil_sock_recv(ends.far, data, sizeof(data)), data);
    send_text(ends.far, "heard");
    tell_data("near", coil_sock_recv(ends.near, data, sizeof(data)), data);
    say("near sends: %s", told_status(coil_sock_sendall(ends.near, "more", 4)));
    close_both(ends);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
