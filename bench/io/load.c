/* The load: one client for all servers, on one thread. It checks every byte.
 *
 *     load WORKLOAD PORT PID SECONDS     on 127.0.0.1; PID is the server's
 *     load list
 *
 * It prints `WORKLOAD RATE k/s`, requests answered, and `WORKLOAD.cpu TIME us`, the CPU time (user
 * and system, of all threads) that the server took for one of them. Both are of the same span of
 * SECONDS, after a quarter of it to warm up. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../bench.h"
#include "net.h"

enum {
    PERIOD = 65521,     /* what is sent repeats after so many bytes; no size divides it */
    CHUNK = 128 * 1024, /* moved by one call */
    PATIENCE_S = 10,    /* without any answer */
    STEP = 977,         /* connections begin at different places of the pattern */
    DIALS = 64,         /* connections at once while they are what is counted */
};

struct load {
    const char *name;
    int connections;
    int depth; /* requests out at once on each connection */
    size_t size;
};

static const struct load loads[] = {
    {"echo_1", 1, 1, 1024},       {"echo_64", 64, 1, 1024},         {"echo_1000", 1000, 1, 1024},
    {"echo_64x64", 64, 64, 1024}, {"echo_100k", 16, 1, 100 * 1024}, {"accept", DIALS, 1, 1},
};

/* ---- what is counted ---- */

static struct {
    const char *name;
    clockid_t server_cpu;
    int64_t warm_up, length; /* of time */
    int64_t begin, end;      /* of the span */
    bool counting;
    long count;
    int64_t began, began_cpu;
} meter;

static void meter_open(const char *name, pid_t server, double seconds)
{
    meter.name = name;
    errno = clock_getcpuclockid(server, &meter.server_cpu);
    if (errno)
        bench_die("the server's CPU clock");
    meter.warm_up = (int64_t)(seconds * 0.25e9);
    meter.length = (int64_t)(seconds * 1e9);
}

/* All are connected: the warm-up begins. */
static void meter_start(void)
{
    meter.begin = bench_now() + meter.warm_up;
    meter.end = meter.begin + meter.length;
}

static void meter_print(int64_t now)
{
    char cpu[64];
    int64_t used = bench_clock(meter.server_cpu) - meter.began_cpu;

    snprintf(cpu, sizeof cpu, "%s.cpu", meter.name);
    bench_print(meter.name, (double)meter.count * 1e6 / (double)(now - meter.began), "k/s");
    bench_print(cpu, (double)used / 1e3 / (double)meter.count, "us");
}

/* In the shortest of spans all answers may have been on their way before. */
static bool meter_saw_anything(void)
{
    return meter.counting && meter.count && bench_clock(meter.server_cpu) > meter.began_cpu;
}

/* So many more were answered; false when the time is up, and then it has printed. */
static bool meter_count(long more)
{
    int64_t now = bench_now();

    meter.count += more;
    if (!meter.counting && now >= meter.begin) {
        meter.counting = true;
        meter.count = 0;
        meter.began = now;
        meter.began_cpu = bench_clock(meter.server_cpu);
    }
    if (now < meter.end || !meter_saw_anything())
        return true;
    meter_print(now);
    return false;
}

/* ---- the bytes ---- */

static char pattern[PERIOD + CHUNK];

static void pattern_fill(void)
{
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i < PERIOD ? (char)(bench_random() >> 24) : pattern[i - PERIOD];
}

static const char *pattern_at(uint64_t position)
{
    return pattern + position % PERIOD;
}

static void check(const char *data, size_t size, uint64_t position)
{
    if (!memcmp(data, pattern_at(position), size))
        return;
    fputs("load: the server sent back other bytes than it was sent\n", stderr);
    exit(1);
}

static void wrong(const char *what, ssize_t result)
{
    if (result < 0)
        bench_die(what);
    fprintf(stderr, "load: the server closed a connection\n");
    exit(1);
}

static int dial(uint16_t port)
{
    struct sockaddr_in address = net_loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
        bench_die("connect");
    net_set(fd, IPPROTO_TCP, TCP_NODELAY);
    return fd;
}

/* ---- echo ---- */

struct connection {
    int fd;
    uint64_t origin; /* where in the pattern its bytes begin */
    uint64_t wanted; /* bytes to send so far */
    uint64_t sent;
    uint64_t received;
};

static int poll_fd;

/* By edges, for good: the load shall cost less than what it measures. */
static void watch(struct connection *c)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};

    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event))
        bench_die("epoll_ctl");
}

/* What the kernel does not take now goes with the next edge. */
static void push(struct connection *c)
{
    while (c->sent < c->wanted) {
        uint64_t left = c->wanted - c->sent;
        size_t size = left < CHUNK ? (size_t)left : CHUNK;
        ssize_t n = send(c->fd, pattern_at(c->origin + c->sent), size, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            bench_die("send");
        c->sent += (uint64_t)n;
    }
}

/* Receives what is there, up to a chunk; how much. */
static size_t take(struct connection *c)
{
    static char data[CHUNK];
    ssize_t n = recv(c->fd, data, sizeof data, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        wrong("recv", n);
    check(data, (size_t)n, c->origin + c->received);
    c->received += (uint64_t)n;
    return (size_t)n;
}

/* Receives all that is there, and asks again as often as that answered; how often. */
static long pull(struct connection *c, const struct load *load)
{
    uint64_t before = c->received / load->size;
    uint64_t answered;

    while (take(c) == CHUNK)
        ;
    answered = c->received / load->size - before;
    c->wanted += answered * load->size;
    push(c);
    return (long)answered;
}

static long serve_events(const struct load *load)
{
    struct epoll_event events[256];
    int count = epoll_wait(poll_fd, events, 256, PATIENCE_S * 1000);
    long answered = 0;

    if (count <= 0) {
        fprintf(stderr, "load: no answer within %d s\n", PATIENCE_S);
        exit(1);
    }
    for (int i = 0; i < count; i++) {
        struct connection *c = events[i].data.ptr;

        answered += pull(c, load);
    }
    return answered;
}

static void run_echo(const struct load *load, uint16_t port)
{
    struct connection *all = calloc((size_t)load->connections, sizeof *all);

    poll_fd = epoll_create1(0);
    if (!all || poll_fd < 0)
        bench_die("epoll_create1");
    for (int i = 0; i < load->connections; i++) {
        all[i].fd = dial(port);
        all[i].origin = (uint64_t)i * STEP;
        all[i].wanted = (uint64_t)load->depth * load->size;
        watch(&all[i]);
    }
    for (int i = 0; i < load->connections; i++)
        push(&all[i]);
    meter_start();
    while (meter_count(serve_events(load)))
        ;
}

/* ---- accept: connect, a byte there and back, reset ---- */

static void dial_again(int fd, uint16_t port, uint64_t position)
{
    struct sockaddr_in address = net_loopback(port);

    if (connect(fd, (struct sockaddr *)&address, sizeof address))
        bench_die("connect");
    if (send(fd, pattern_at(position), 1, MSG_NOSIGNAL) != 1)
        bench_die("send");
}

/* Connecting to nowhere resets a connection, and the socket can be used again. A proper end would
 * leave the port in TIME_WAIT for a minute, and there are no more than 30,000. */
static void hang_up(int fd)
{
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    if (connect(fd, &nowhere, sizeof nowhere))
        bench_die("connect to nowhere");
}

static void run_accept(const struct load *load, uint16_t port)
{
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fds[DIALS];
    uint64_t begun = 0;
    char byte;

    for (int i = 0; i < load->connections; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (fds[i] < 0 || setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience))
            bench_die("socket");
        dial_again(fds[i], port, begun++);
    }
    meter_start();
    for (uint64_t ended = 0; meter_count(ended > 0); ended++) {
        int fd = fds[ended % DIALS];
        ssize_t n = recv(fd, &byte, 1, 0);

        if (n != 1)
            wrong("recv", n);
        check(&byte, 1, ended);
        hang_up(fd);
        dial_again(fd, port, begun++);
    }
}

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "list";

    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        const struct load *load = &loads[i];

        if (!strcmp(wanted, "list"))
            puts(load->name);
        if (strcmp(wanted, load->name) || argc != 5)
            continue;
        pattern_fill();
        meter_open(load->name, (pid_t)strtol(argv[3], NULL, 10), strtod(argv[4], NULL));
        (strcmp(wanted, "accept") ? run_echo : run_accept)(load, (uint16_t)atoi(argv[2]));
        return 0;
    }
    if (!strcmp(wanted, "list"))
        return 0;
    fputs("usage: load WORKLOAD PORT PID SECONDS; 'load list' shows the workloads\n", stderr);
    return 2;
}
