#include "common/socks.h"

static coil_async struct coil_result reads(void *arg)
{
    char data[20];

    return coil_number(coil_sock_recv(*(int *)arg, data, sizeof(data)));
}

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();
    struct coil_future *reading = coil_create_task(reads, &ends.near);
    char data[20];

    (void)arg;
    send_text(ends.near, "never read");
    coil_sleep(COIL_SECONDS(1));
    coil_close_soon(ends.far);
    say("reading: %s", told(coil_join(reading)));
    tell_data("again", coil_sock_recv(ends.near, data, sizeof(data)), data);
    say("sending: %s", told_status(coil_sock_sendall(ends.near, "x", 1)));
    coil_close_soon(ends.near);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
