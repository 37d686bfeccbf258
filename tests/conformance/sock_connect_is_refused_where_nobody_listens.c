#include "common/socks.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_address at;
    int fd = listening(&at);

    (void)arg;
    coil_close_soon(fd);
    fd = opened(AF_INET, SOCK_STREAM);
    say("tcp: %s", told_status(coil_sock_connect(fd, &at)));
    coil_close_soon(fd);
    fd = opened(AF_UNIX, SOCK_STREAM);
    coil_address_parse("unix:@nobody has this name", 0, &at);
    say("abstract: %s", told_status(coil_sock_connect(fd, &at)));
    coil_address_parse("unix:/nowhere/at/all", 0, &at);
    say("path: %s", told_status(coil_sock_connect(fd, &at)));
    coil_close_soon(fd);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
