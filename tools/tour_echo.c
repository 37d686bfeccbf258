/* The step with a server: a thousand clients of a live echo server, on the loop of the tour. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "tour.h"

#define CLIENTS 1000
#define LINES 20

/* Counted by the loop's thread, read by the narrator's. */
static unsigned connected, echoed;
static int64_t second;

static coil_async void echo(struct coil_stream *client, void *unused)
{
    char *line;
    int64_t n;

    (void)unused;
    while ((n = coil_stream_readline(client, &line)) > 0)
        if (coil_stream_write(client, line, (size_t)n) < 0 || coil_stream_drain(client) < 0)
            break;
}

static coil_async struct coil_result start_server(void *unused)
{
    struct coil_server *server;
    int err = coil_start_server(echo, unused, "127.0.0.1", 0, &server);

    return err < 0 ? coil_error(err) : coil_value(server);
}

static coil_async int say_lines(struct coil_stream *server)
{
    char *answer;

    for (int i = 0; i < LINES; i++) {
        coil_stream_printf(server, "line %d\n", i);
        if (coil_stream_readline(server, &answer) <= 0)
            return -EPIPE;
        __atomic_add_fetch(&echoed, 1, __ATOMIC_RELAXED);
        if (coil_sleep(second / 10) < 0)
            return -ECANCELED;
    }
    return 0;
}

static coil_async struct coil_result talk(void *server)
{
    struct coil_stream *stream;
    int err = coil_open_connection("127.0.0.1", coil_server_port(server), &stream);

    if (err < 0)
        return coil_error(err);
    __atomic_add_fetch(&connected, 1, __ATOMIC_RELAXED);
    err = say_lines(stream);
    coil_stream_unref(stream);
    return coil_error(err);
}

static coil_async struct coil_result thousand_clients(void *server)
{
    struct coil_task_group clients;

    coil_task_group_enter(&clients);
    for (int i = 0; i < CLIENTS; i++)
        coil_task_group_create_task(&clients, talk, server);
    return coil_error(coil_task_group_exit(&clients, 0));
}

static coil_async struct coil_result stop_server(void *server)
{
    int64_t aborted = coil_server_shutdown(server, second);

    coil_server_unref(server);
    return coil_number(aborted);
}

/* Two thousand descriptors are more than most shells allow without being asked. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void show_progress(const struct tour *tour)
{
    unsigned lines = __atomic_load_n(&echoed, __ATOMIC_RELAXED);
    int filled = (int)(lines * 40 / (CLIENTS * LINES));
    struct coil_loop_stats stats;

    if (!tour->terminal)
        return;
    coil_loop_stats(coil_thread_loop(tour->loop), &stats);
    printf("\r  [%.*s%*s] %5u lines echoed, %4llu tasks ", filled,
           "########################################", 40 - filled, "", lines,
           (unsigned long long)stats.tasks_live);
    fflush(stdout);
}

/* What was submitted, once it is done. */
static struct coil_result finish(struct coil_cfuture *job)
{
    struct coil_result result = coil_cfuture_result(job, COIL_FOREVER);

    coil_cfuture_unref(job);
    return result;
}

void tour_step_echo(struct tour *tour)
{
    struct coil_thread *loop = tour->loop;
    struct coil_cfuture *job;
    struct coil_result server, end;

    second = tour->unit_ns;
    connected = echoed = 0;
    raise_limit();
    tour_title(tour, "An echo server with a thousand clients");
    tour_say(tour,
             "echo() reads a line and writes it back, in a task for each connection; each client\n"
             "says %d lines and thinks in between. All of it on the one loop of this tour:",
             LINES);
    LIVE(server = finish(coil_submit(loop, start_server, NULL)));
    if (server.status < 0) {
        tour_result("no server here: %s", coil_strerror(server.status));
        return;
    }
    LIVE(job = coil_submit(loop, thousand_clients, server.value));
    while (coil_cfuture_wait(job, COIL_MS(50)) == -ETIMEDOUT)
        show_progress(tour);
    show_progress(tour);
    end = finish(job);
    if (tour->terminal)
        puts("");
    tour_result("%u clients, %u lines there and back: %s", connected, echoed,
                coil_strerror(end.status));
    LIVE(end = finish(coil_submit(loop, stop_server, server.value)));
    tour_result("the server is closed, %d clients had to be aborted", (int)end.status);
    tour_pause(tour, 1);
}
