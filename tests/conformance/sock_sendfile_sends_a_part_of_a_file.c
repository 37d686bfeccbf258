#include "common/socks.h"

static coil_async struct coil_result program(void *arg)
{
    static const struct {
        int64_t offset;
        size_t count;
    } parts[] = {{2, 3}, {7, 100}, {50, 5}};
    struct ends ends = connected();
    int file = coil_open("/tmp/numbers", O_RDWR | O_CREAT, 0600);
    char data[100];

    (void)arg;
    coil_write(file, "0123456789", 10);
    for (int i = 0; i < 3; i++)
        say("sent %lld",
            (long long)coil_sock_sendfile(ends.near, file, parts[i].offset, parts[i].count));
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
