#include "common/socks.h"

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();
    char data[100], room[] = "......";
    int64_t n;

    (void)arg;
    send_text(ends.near, "abc");
    send_text(ends.near, "def");
    coil_sleep(COIL_MS(100));
    tell_data("two", coil_sock_recv(ends.far, data, 2), data);
    n = coil_sock_recv(ends.far, room, 3);
    say("into room: %d, '%s'", (int)n, room);
    tell_data("the rest", coil_sock_recv(ends.far, data, sizeof(data)), data);
    close_both(ends);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
