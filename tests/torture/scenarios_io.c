/* Scenarios of input and output: each leaves neither descriptors nor children. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <coil/futex.h>
#include <coil/names.h>
#include <coil/signals.h>

#include "kit.h"
#include "torture/scenarios.h"
#include "unit/io/servers.h"

/* --- servers and streams --- */

static coil_async int64_t say_twice(struct coil_stream *stream)
{
    static const struct coil_separator ends[] = {{"\n", 1}, {" 2", 2}};
    int64_t status = coil_stream_printf(stream, "line 1\n");
    char *line;

    if (status == 0)
        status = coil_stream_readline(stream, &line);
    if (status >= 0)
        status = coil_stream_printf(stream, "line 2\n");
    if (status == 0)
        status = coil_stream_readuntil_any(stream, ends, 2, &line);
    return status;
}

static coil_async struct coil_result visits(void *arg)
{
    struct coil_stream *stream;
    int64_t status = coil_open_connection("127.0.0.1", (uint16_t)(uintptr_t)arg, &stream);

    if (status != 0)
        return coil_error(status);
    status = say_twice(stream);
    coil_stream_unref(stream);
    return coil_error(status < 0 ? status : 0);
}

static coil_async struct coil_result echoes(void *arg)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", NULL};
    const struct coil_server_options options = {.hosts = hosts, .bind_only = true};
    struct coil_future *visitors[2];
    struct coil_server *server;
    int64_t status = coil_start_server_with(echo, arg, NULL, 0, &options, &server);

    if (status != 0)
        return coil_error(status);
    status = coil_server_start_serving(server);
    if (status != 0) {
        coil_server_unref(server);
        return coil_error(status);
    }
    for (int i = 0; i < 2; i++)
        visitors[i] = coil_create_task(visits, (void *)(uintptr_t)coil_server_port(server));
    for (int i = 0; i < 2; i++) {
        struct coil_result r = coil_join(visitors[i]);

        status = r.status < 0 ? r.status : status;
    }
    if (coil_server_shutdown(server, COIL_MS(1)) < 0)
        status = -ECANCELED;
    coil_server_unref(server);
    return coil_error(status);
}

static coil_async int64_t send_file(struct coil_stream *stream, const char *near)
{
    static const char text[200000];
    char path[64];
    int64_t status;
    int file;

    snprintf(path, sizeof(path), "%s.sent", near);
    status = coil_write_file(path, text, sizeof(text));
    if (status == 0) {
        status = file = coil_open(path, O_RDONLY, 0);
        if (file >= 0) {
            status = coil_stream_sendfile(stream, file, 0, SIZE_MAX);
            coil_close(file);
        }
    }
    unlink(path);
    return status < 0 ? status : 0;
}

static coil_async int64_t send_much(const char *path)
{
    static char much[300000];
    struct coil_stream *stream;
    char *back = NULL;
    int64_t status = coil_open_unix_connection(path, &stream);

    if (status != 0)
        return status;
    status = coil_stream_write(stream, much, 1000);
    if (status == 0)
        status = coil_stream_sendall(stream, much, sizeof(much));
    if (status == 0)
        status = send_file(stream, path);
    if (status == 0)
        status = coil_stream_write_eof(stream);
    if (status == 0)
        status = coil_stream_readall(stream, &back);
    free(back);
    coil_stream_close(stream);
    coil_stream_wait_closed(stream);
    coil_stream_unref(stream);
    return status;
}

static coil_async void takes(struct coil_stream *client, void *arg)
{
    char *data;
    int64_t n;

    (void)arg;
    while ((n = coil_stream_readany(client, &data)) > 0)
        ;
    if (n == 0)
        coil_stream_write(client, "done", 4);
}

static coil_async struct coil_result sends(void *arg)
{
    struct coil_server *server;
    int64_t status;
    const char *path = kit_path("socket");

    status = coil_start_unix_server(takes, arg, path, &server);
    if (status != 0)
        return coil_error(status);
    status = send_much(path);
    coil_server_shutdown(server, COIL_MS(1));
    coil_server_unref(server);
    unlink(path); /* if the loop could not */
    return coil_error(status < 0 ? status : 0);
}

/* Two streams hold back what they are given; it goes out together when a reader waits. */
static coil_async struct coil_result holds_back(void *arg)
{
    const struct coil_stream_options options = {.coalesce_writes = true};
    struct coil_stream *near[2] = {NULL, NULL}, *far[2] = {NULL, NULL};
    int64_t status = 0;
    char data[3];

    (void)arg;
    for (int i = 0; i < 2 && status == 0; i++) {
        int fds[2];

        status = coil_sock_pair(AF_UNIX, SOCK_STREAM, fds);
        if (status != 0)
            break;
        status = coil_stream_open(fds[0], &options, &near[i]);
        if (status == 0)
            status = coil_stream_open(fds[1], NULL, &far[i]);
        else
            coil_close(fds[1]);
        if (status == 0)
            status = coil_stream_printf(near[i], "%d", 123);
    }
    for (int i = 0; i < 2 && status >= 0; i++)
        status = coil_stream_readexactly(far[i], data, sizeof(data));
    for (int i = 0; i < 2; i++) {
        coil_stream_unref(near[i]);
        coil_stream_unref(far[i]);
    }
    return coil_error(status < 0 ? status : 0);
}

/* --- datagrams --- */

static coil_async int64_t ping(struct coil_datagram *a, struct coil_datagram *b)
{
    struct coil_timeout patience; /* what could not be sent does not come */
    struct coil_address to, from;
    char data[8];
    int64_t status = coil_datagram_address(b, &to);

    coil_timeout_enter(&patience, COIL_MS(5));
    if (status == 0)
        status = coil_datagram_send(a, "ping", 4, &to);
    if (status == 0)
        status = coil_datagram_recv(b, data, sizeof(data), &from);
    if (status >= 0)
        status = coil_datagram_send(b, "pong", 4, &from);
    if (status == 0)
        status = coil_datagram_recv(a, data, sizeof(data), NULL);
    return coil_timeout_exit(&patience, status);
}

static coil_async struct coil_result pings(void *arg)
{
    struct coil_address any;
    struct coil_datagram *a = NULL, *b = NULL;
    int64_t status = coil_address_parse("127.0.0.1:0", 0, &any);

    (void)arg;
    if (status == 0)
        status = coil_datagram_open(&any, NULL, NULL, &a);
    if (status == 0)
        status = coil_datagram_open(&any, NULL, NULL, &b);
    if (status == 0)
        status = ping(a, b);
    coil_datagram_close(a);
    coil_datagram_close(b);
    return coil_error(status < 0 ? status : 0);
}

/* --- files --- */

static coil_async int64_t copy(const char *from, const char *to)
{
    int in = coil_open(from, O_RDONLY, 0);
    int out = in < 0 ? in : coil_open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int64_t n = out < 0 ? out : 1;
    char data[3000];

    while (n > 0) {
        n = coil_read(in, data, sizeof(data));
        if (n > 0) {
            int err = coil_write(out, data, (size_t)n);

            n = err != 0 ? err : n;
        }
    }
    if (n == 0)
        n = coil_fsync(out);
    if (in >= 0)
        coil_close(in);
    if (out >= 0)
        coil_close(out);
    return n;
}

static coil_async int64_t handle_files(const char *first, const char *second)
{
    static const char text[7000] = "text";
    struct coil_listing names = {0};
    struct stat about;
    char *data = NULL;
    size_t size;
    int64_t status = coil_write_file(first, text, sizeof(text));

    if (status == 0)
        status = copy(first, second);
    if (status == 0)
        status = coil_stat(second, &about);
    if (status == 0)
        status = coil_rename(second, first);
    if (status == 0)
        status = coil_read_file(first, &data, &size);
    free(data);
    if (status == 0)
        status = coil_listdir("/tmp", &names);
    coil_listing_free(&names);
    return status;
}

/* Sizes, modes and links. */
static coil_async int64_t change_files(const char *first, const char *second)
{
    char target[16];
    int64_t status = coil_write_file(first, "text", 4);

    if (status == 0)
        status = coil_truncate(first, 9000);
    if (status == 0)
        status = coil_copy_file(first, second);
    if (status == 0)
        status = coil_unlink(first);
    if (status == 0)
        status = coil_link(second, first);
    if (status == 0)
        status = coil_unlink(second);
    if (status == 0)
        status = coil_symlink("first", second);
    if (status == 0)
        status = coil_chmod(first, 0640);
    if (status == 0)
        status = coil_readlink(second, target, sizeof(target));
    return status;
}

static coil_async struct coil_result with_two_files(int64_t (*work)(const char *, const char *))
{
    const char *first = kit_path("first"), *second = kit_path("second");
    int64_t status = work(first, second);

    unlink(first); /* of the simulator there are none */
    unlink(second);
    return coil_error(status < 0 ? status : 0);
}

static coil_async struct coil_result files(void *arg)
{
    (void)arg;
    return with_two_files(handle_files);
}

static coil_async struct coil_result changes(void *arg)
{
    (void)arg;
    return with_two_files(change_files);
}

/* --- names, children, signals --- */

static coil_async struct coil_result names(void *arg)
{
    struct addrinfo *found;
    int err = coil_getaddrinfo("localhost", "80", NULL, &found);

    (void)arg;
    if (err == 0)
        freeaddrinfo(found);
    return coil_error(err);
}

static coil_async struct coil_result children(void *arg)
{
    static const int none[] = {0};
    const struct coil_process_options piped = {.in = COIL_PIPE,
                                               .out = COIL_PIPE,
                                               .umask = COIL_MASK(022),
                                               .group = COIL_ID(getgid()),
                                               .pass_fds = none,
                                               .pass_count = 1};
    const char *const command[] = {"cat", NULL};
    struct coil_process *child;
    struct coil_output output;
    int status = coil_create_subprocess_exec(command, &piped, &child);

    (void)arg;
    if (status != 0)
        return coil_error(status);
    status = coil_process_communicate(child, "text", 4, &output);
    coil_output_free(&output);
    coil_process_unref(child);
    return coil_error(status < 0 ? status : 0);
}

static coil_async struct coil_result signals(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    int status = coil_loop_add_signal_handler(loop, SIGUSR1, NULL, NULL);

    (void)arg;
    if (status != 0)
        return coil_error(status);
    kill(getpid(), SIGUSR1);
    status = coil_signal_wait(SIGUSR1);
    coil_loop_remove_signal_handler(loop, SIGUSR1);
    return coil_error(status < 0 ? status : 0);
}

/* --- words --- */

static coil_async struct coil_result waits_for_word(void *word)
{
    int err = 0;

    while (__atomic_load_n((uint32_t *)word, __ATOMIC_SEQ_CST) == 0 && (err == 0 || err == -EAGAIN))
        err = coil_futex_wait(word, 0);
    return coil_error(err == -EAGAIN ? 0 : err);
}

static coil_async struct coil_result words(void *arg)
{
    static uint32_t word; /* outlives whoever is not waited for */
    struct coil_future *task = coil_create_task(waits_for_word, &word);

    (void)arg;
    coil_yield();
    coil_yield();
    __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
    coil_futex_wake(&word, 1);
    return coil_join(task);
}

const struct scenario scenarios_io[] = {
    {"echoes", echoes, false}, {"sends", sends, false},      {"holds_back", holds_back, false},
    {"pings", pings, false},   {"files", files, true},       {"changes", changes, true},
    {"names", names, true},    {"children", children, true}, {"signals", signals, true},
    {"words", words, true},
};
const int scenarios_io_count = sizeof(scenarios_io) / sizeof(scenarios_io[0]);
