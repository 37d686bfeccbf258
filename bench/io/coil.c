/* coil's side of the I/O benchmarks, as users would write it. $COIL_DRIVER chooses the driver. */
#include <coil/coil.h>
#include <errno.h>
#include <netinet/tcp.h>

#include "files.h"
#include "net.h"

enum {
    CHUNK = 64 * 1024,
    STACK = 2 * CHUNK, /* addresses only; what is not touched takes no memory */
};

static void must(int64_t result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, coil_strerror((int)result));
    exit(1);
}

/* ---- echo by streams ---- */

static coil_async void echo(struct coil_stream *client, void *arg)
{
    char data[CHUNK];
    int64_t n;

    (void)arg;
    while ((n = coil_stream_read(client, data, CHUNK)) > 0)
        if (coil_stream_write(client, data, (size_t)n) < 0 || coil_stream_drain(client) < 0)
            break;
}

/* In memory that the stream finds. */
static coil_async void echo_any(struct coil_stream *client, void *arg)
{
    char *data;
    int64_t n;

    (void)arg;
    while ((n = coil_stream_readany(client, &data)) > 0)
        if (coil_stream_write(client, data, (size_t)n) < 0 || coil_stream_drain(client) < 0)
            break;
}

static coil_async struct coil_result serve_main(void *arg)
{
    bool coalesced = !strcmp(arg, "serve_coalesced"), any = coalesced || !strcmp(arg, "serve_any");
    struct coil_server_options options = {
        .stream.coalesce_writes = coalesced,
        .backlog = NET_BACKLOG,
        .stack_bytes = any ? 0 : STACK,
    };
    struct coil_server *server;

    must(coil_start_server_with(any ? echo_any : echo, NULL, "127.0.0.1", 0, &options, &server),
         "coil_start_server");
    net_say_port(coil_server_port(server));
    coil_server_serve_forever(server);
    return coil_number(0);
}

static void serve(const char *name)
{
    coil_run(serve_main, (void *)(uintptr_t)name);
}

/* ---- echo by sockets ---- */

static coil_async struct coil_result echo_socket(void *arg)
{
    char data[CHUNK];
    int fd = (int)(intptr_t)arg;
    int64_t n;

    coil_sock_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    while ((n = coil_sock_recv(fd, data, CHUNK)) > 0)
        if (coil_sock_sendall(fd, data, (size_t)n) < 0)
            break;
    coil_close_soon(fd);
    return coil_number(0);
}

static coil_async struct coil_result serve_sockets_main(void *arg)
{
    struct coil_task_options options = {.stack_bytes = STACK};
    int listener = net_listen(SOCK_NONBLOCK);

    (void)arg;
    for (;;) {
        int fd = coil_sock_accept(listener, NULL);

        if (fd < 0)
            return coil_error(fd);
        coil_future_unref(coil_create_task_with(echo_socket, (void *)(intptr_t)fd, &options));
    }
}

static void serve_sockets(const char *name)
{
    (void)name;
    coil_run(serve_sockets_main, NULL);
}

/* ---- files ---- */

struct reader {
    struct files *files;
    unsigned slot;
};

static coil_async struct coil_result read_pages(void *arg)
{
    struct reader *reader = arg;
    struct files *files = reader->files;
    char *page = files_page(files, reader->slot);

    do {
        uint64_t wanted = files_any(files);

        files->block[reader->slot] = wanted;
        files_check(files, reader->slot,
                    coil_pread(files->fd, page, FILES_PAGE, (int64_t)(wanted * FILES_PAGE)));
    } while (files_count(files));
    exit(0);
}

static coil_async struct coil_result reads_main(void *arg)
{
    struct reader readers[FILES_DEPTH];
    struct coil_future *tasks[FILES_DEPTH];
    struct files files;

    files_open(&files, arg);
    for (unsigned i = 0; i < files.depth; i++) {
        readers[i] = (struct reader){&files, i};
        tasks[i] = coil_create_task(read_pages, &readers[i]);
    }
    return coil_join(coil_gather(tasks, files.depth, COIL_TAKE_REFS));
}

static void run_reads(const char *name)
{
    coil_run(reads_main, (void *)(uintptr_t)name);
}

/* ---- processes ---- */

static coil_async struct coil_result spawn_main(void *arg)
{
    static const char *const command[] = {"/bin/true", NULL};
    struct span span;

    span_begin(&span, arg);
    do {
        struct coil_process *child;
        int status;

        must(coil_create_subprocess_exec(command, NULL, &child), "coil_create_subprocess_exec");
        status = coil_process_wait(child);
        must(status > 0 ? -ECHILD : status, "/bin/true");
        coil_process_unref(child);
    } while (span_count(&span));
    return coil_number(0);
}

static void run_spawn(const char *name)
{
    coil_run(spawn_main, (void *)(uintptr_t)name);
}

static const struct bench_row rows[] = {
    {"serve", serve},           {"serve_any", serve},
    {"serve_coalesced", serve}, {"cached_1", run_reads},
    {"cached_64", run_reads},   {"direct_1", run_reads},
    {"direct_64", run_reads},   {"serve_sockets", serve_sockets},
    {"spawn", run_spawn},
};

BENCH_MAIN(rows)
