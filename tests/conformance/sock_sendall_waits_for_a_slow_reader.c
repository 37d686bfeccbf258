#include "common/socks.h"

#include <stdlib.h>

#define SIZE 20000000

static coil_async struct coil_result sends(void *arg)
{
    int fd = *(int *)arg;
    char *data = calloc(1, SIZE);

    coil_sock_sendall(fd, data, SIZE);
    say("all is sent");
    coil_close_soon(fd);
    free(data);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();
    struct coil_future *task = coil_create_task(sends, &ends.near);
    char *data = malloc(1000000);
    int64_t n, total = 0;

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    say("sent before anybody reads: %s", yes(coil_future_done(task)));
    while ((n = coil_sock_recv(ends.far, data, 1000000)) > 0)
        total += n;
    coil_join(task);
    say("received %lld", (long long)total);
    coil_close_soon(ends.far);
    free(data);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
