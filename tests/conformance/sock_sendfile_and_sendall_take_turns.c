#include "common/socks.h"

static coil_async void send_part(int fd, int file, int64_t offset, size_t count)
{
    say("sent %lld", (long long)coil_sock_sendfile(fd, file, offset, count));
}

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();
    int file = coil_open("/tmp/numbers", O_RDWR | O_CREAT, 0600);
    char data[100];

    (void)arg;
    coil_write(file, "0123456789", 10);
    send_text(ends.near, "before ");
    send_part(ends.near, file, 0, 10);
    send_text(ends.near, " between ");
    send_part(ends.near, file, 5, 2);
    send_part(ends.near, file, 10, 2);
    send_text(ends.near, " after");
    coil_close_soon(file);
    coil_close_soon(ends.near);
    coil_sleep(COIL_MS(100));
    tell_data("received", coil_sock_recv(ends.far, data, sizeof(data)), data);
    coil_close_soon(ends.far);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
