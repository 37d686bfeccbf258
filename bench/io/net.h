/* What the C programs that measure sockets share. */
#ifndef BENCH_IO_NET_H
#define BENCH_IO_NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "../bench.h"

enum { NET_BACKLOG = 1024 };

static inline struct sockaddr_in net_loopback(uint16_t port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline void net_set(int fd, int level, int option)
{
    int one = 1;

    if (setsockopt(fd, level, option, &one, sizeof one))
        bench_die("setsockopt");
}

static inline void net_say_port(int port)
{
    printf("port %d\n", port);
    fflush(stdout);
}

/* Listens on a free port and says which. Linux hands TCP_NODELAY down to what is accepted. */
static inline int net_listen(int flags)
{
    struct sockaddr_in address = net_loopback(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, NET_BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&address, &size))
        bench_die("listen");
    net_set(fd, IPPROTO_TCP, TCP_NODELAY);
    net_say_port(ntohs(address.sin_port));
    return fd;
}

#endif
