/* Reading and writing what is neither socket, pipe nor file: devices, terminals, the kernel's own
 * descriptors, whether they are made to wait or not. */
#include <coil/file.h>

#include <pty.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static coil_async void check_waits(int fd, void *data, size_t size)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_MS(1));
    CHECK_EQ(coil_timeout_exit(&limit, coil_read(fd, data, size)), -ETIMEDOUT);
}

static coil_async struct coil_stream *stream_on(const char *path, int flags)
{
    struct coil_stream *stream;

    CHECK_EQ(coil_stream_open(coil_open(path, flags, 0), NULL, &stream), 0);
    return stream;
}

DRIVER_LOOP_TEST(devices_are_streams)
{
    struct coil_stream *stream = stream_on("/dev/zero", O_RDONLY);
    char data[100];

    CHECK_EQ(coil_stream_readexactly(stream, data, sizeof(data)), sizeof(data));
    coil_stream_unref(stream);
    stream = stream_on("/dev/null", O_RDWR);
    CHECK_EQ(coil_stream_read(stream, data, sizeof(data)), 0);
    CHECK_EQ(coil_stream_write(stream, data, sizeof(data)), 0);
    CHECK_EQ(coil_stream_sendall(stream, data, sizeof(data)), 0);
    coil_stream_unref(stream);
    stream = stream_on("/dev/full", O_WRONLY);
    CHECK_EQ(coil_stream_sendall(stream, data, sizeof(data)), -ENOSPC);
    coil_stream_unref(stream);
    stream = stream_on("/tmp", O_RDONLY | O_DIRECTORY);
    CHECK_EQ(coil_stream_read(stream, data, sizeof(data)), -EISDIR);
    coil_stream_unref(stream);
}

static coil_async void read_events(int flags)
{
    int watch = inotify_init1(IN_CLOEXEC | flags);
    char *path = kit_path("");
    _Alignas(struct inotify_event) char one[sizeof(struct inotify_event) + 34]; /* not two */

    CHECK(inotify_add_watch(watch, path, IN_CREATE) > 0);
    check_waits(watch, one, sizeof(one));
    for (int i = 0; i < 5; i++) {
        path = kit_path((char[]){(char)('0' + i), '\0'});
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        unlink(path);
    }
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(coil_read(watch, one, sizeof(one)), 32);
        CHECK_EQ(one[offsetof(struct inotify_event, name)], '0' + i);
    }
    check_waits(watch, one, sizeof(one));
    coil_close(watch);
}

DRIVER_LOOP_TEST(events_are_read_one_by_one_though_more_are_there)
{
    read_events(0);
    read_events(IN_NONBLOCK);
}

static coil_async void read_numbers(int event, int timer)
{
    const struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
    uint64_t n = 5;

    check_waits(event, &n, sizeof(n));
    CHECK_EQ(coil_write(event, &n, sizeof(n)), 0);
    n = 0;
    CHECK_EQ(coil_read(event, &n, sizeof(n)), sizeof(n));
    CHECK_EQ(n, 5);
    check_waits(event, &n, sizeof(n));
    CHECK_EQ(timerfd_settime(timer, 0, &soon, NULL), 0);
    CHECK_EQ(coil_read(timer, &n, sizeof(n)), sizeof(n));
    CHECK_EQ(n, 1);
    coil_close(event);
    coil_close(timer);
}

DRIVER_LOOP_TEST(counters_and_timers_are_read)
{
    read_numbers(eventfd(0, EFD_CLOEXEC), timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    read_numbers(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                 timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

DRIVER_LOOP_TEST(signals_are_read_by_a_descriptor)
{
    struct signalfd_siginfo info[2];
    sigset_t mask;
    int fd;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &mask, NULL), 0);
    fd = signalfd(-1, &mask, SFD_CLOEXEC);
    check_waits(fd, info, sizeof(info));
    raise(SIGUSR2);
    CHECK_EQ(coil_read(fd, info, sizeof(info)), sizeof(info[0]));
    CHECK_EQ(info[0].ssi_signo, SIGUSR2);
    coil_close(fd);
}

DRIVER_LOOP_TEST(an_epoll_of_somebody_elses_is_polled)
{
    struct epoll_event wish = {.events = EPOLLIN};
    int theirs = epoll_create1(EPOLL_CLOEXEC), ends[2];
    struct coil_timeout limit;

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    CHECK_EQ(epoll_ctl(theirs, EPOLL_CTL_ADD, ends[0], &wish), 0);
    coil_timeout_enter(&limit, COIL_MS(1));
    CHECK_EQ(coil_timeout_exit(&limit, coil_poll(theirs, EPOLLIN)), -ETIMEDOUT);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(coil_poll(theirs, EPOLLIN), EPOLLIN);
    CHECK_EQ(coil_poll(theirs, EPOLLIN), EPOLLIN);
    close(ends[0]);
    close(ends[1]);
    close(theirs);
}

DRIVER_LOOP_TEST(records_of_a_socket_are_read_one_by_one)
{
    char data[64];
    int ends[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    check_waits(ends[0], data, sizeof(data));
    for (size_t i = 1; i <= 3; i++)
        CHECK_EQ(coil_sock_sendall(ends[1], "ccc", i), 0);
    for (int i = 1; i <= 3; i++)
        CHECK_EQ(coil_sock_recv(ends[0], data, sizeof(data)), i);
    coil_close(ends[1]);
    CHECK_EQ(coil_sock_recv(ends[0], data, sizeof(data)), 0);
    coil_close(ends[0]);
}

/* Both ends of a terminal, as streams. */
static struct both open_terminal(bool raw)
{
    struct termios mode;
    struct both both;
    int near, far;

    CHECK_EQ(openpty(&near, &far, NULL, NULL, NULL), 0);
    CHECK_EQ(fcntl(near, F_SETFD, FD_CLOEXEC) | fcntl(far, F_SETFD, FD_CLOEXEC), 0);
    CHECK_EQ(tcgetattr(far, &mode), 0);
    if (raw)
        cfmakeraw(&mode);
    CHECK_EQ(tcsetattr(far, TCSANOW, &mode), 0);
    CHECK_EQ(coil_stream_open(near, NULL, &both.near), 0);
    CHECK_EQ(coil_stream_open(far, NULL, &both.far), 0);
    return both;
}

DRIVER_LOOP_TEST(a_raw_terminal_gives_what_is_typed)
{
    struct both both = open_terminal(true);
    char data[64], *line;

    check_waits(coil_stream_fd(both.far), data, sizeof(data));
    CHECK_EQ(coil_stream_write(both.near, "a", 1), 0);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 1);
    CHECK_EQ(coil_stream_write(both.near, "\004", 1), 0); /* no end */
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 1);
    CHECK_EQ(coil_stream_write(both.far, "x\n", 2), 0);
    CHECK_EQ(coil_stream_readline(both.near, &line), 2);
    CHECK_STR(line, "x\n");
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_terminal_gives_line_by_line_though_more_are_typed)
{
    struct both both = open_terminal(false);
    char data[64];

    CHECK_EQ(coil_stream_write(both.near, "one\ntwo\nthree\nfour", 18), 0);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 4);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 4);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 6);
    check_waits(coil_stream_fd(both.far), data, sizeof(data));
    CHECK_EQ(coil_stream_write(both.near, "\004", 1), 0);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 4);
    CHECK_EQ(coil_stream_write(both.near, "\004", 1), 0);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(much_goes_through_a_terminal)
{
    const size_t size = 200000;
    struct both both = open_terminal(true);
    char *much = malloc(size);

    fill_bytes(much, 0, size);
    CHECK_EQ(coil_stream_write(both.far, much, size), 0);
    CHECK(coil_stream_pending(both.far) > 0);
    check_gets(both.near, size);
    CHECK_EQ(coil_stream_write(both.near, much, size), 0);
    check_gets(both.far, size);
    unref_both(&both);
    free(much);
}
