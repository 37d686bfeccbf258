/* libuv's side of the I/O benchmarks. */
#include <uv.h>

#include "../files.h"
#include "../net.h"

enum { CHUNK = 64 * 1024 };

static void must(int result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, uv_strerror(result));
    exit(1);
}

/* ---- echo ---- */

struct client {
    uv_tcp_t tcp;
    uv_write_t write;
    uv_buf_t rest;
};

static char chunk[CHUNK]; /* one for all: it is sent, or copied, before the next read */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_alloc(uv_handle_t *handle, size_t wish, uv_buf_t *buf)
{
    (void)handle;
    (void)wish;
    *buf = uv_buf_init(chunk, CHUNK);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf);

static void on_written(uv_write_t *write, int status)
{
    struct client *client = write->data;

    free(client->rest.base);
    if (status < 0) {
        if (!uv_is_closing((uv_handle_t *)&client->tcp))
            uv_close((uv_handle_t *)&client->tcp, on_closed);
        return;
    }
    uv_read_start((uv_stream_t *)&client->tcp, on_alloc, on_read);
}

/* What the kernel did not take at once is sent before more is read. */
static void write_rest(struct client *client, const char *data, size_t size)
{
    client->rest = uv_buf_init(malloc(size), (unsigned)size);
    if (!client->rest.base)
        bench_die("malloc");
    memcpy(client->rest.base, data, size);
    client->write.data = client;
    uv_read_stop((uv_stream_t *)&client->tcp);
    must(uv_write(&client->write, (uv_stream_t *)&client->tcp, &client->rest, 1, on_written),
         "uv_write");
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    uv_buf_t data = uv_buf_init(buf->base, got > 0 ? (unsigned)got : 0);
    int sent;

    if (got == 0)
        return;
    sent = got > 0 ? uv_try_write(stream, &data, 1) : (int)got;
    if (sent == UV_EAGAIN)
        sent = 0;
    if (sent < 0)
        uv_close((uv_handle_t *)stream, on_closed);
    else if (sent < got)
        write_rest(stream->data, buf->base + sent, (size_t)(got - sent));
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct client *client = malloc(sizeof *client);

    if (status < 0 || !client)
        bench_die("a connection");
    uv_tcp_init(listener->loop, &client->tcp);
    client->tcp.data = client;
    must(uv_accept(listener, (uv_stream_t *)&client->tcp), "uv_accept");
    uv_tcp_nodelay(&client->tcp, 1);
    uv_read_start((uv_stream_t *)&client->tcp, on_alloc, on_read);
}

static void serve(const char *name)
{
    struct sockaddr_in address = net_loopback(0);
    int size = sizeof address;
    uv_tcp_t listener;

    (void)name;
    uv_tcp_init(uv_default_loop(), &listener);
    must(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0), "uv_tcp_bind");
    must(uv_listen((uv_stream_t *)&listener, NET_BACKLOG, on_connection), "uv_listen");
    must(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size), "getsockname");
    net_say_port(ntohs(address.sin_port));
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

/* ---- files ---- */

struct reader {
    uv_fs_t request;
    struct files *files;
    unsigned slot;
};

static void read_one(struct reader *reader);

static void on_page(uv_fs_t *request)
{
    struct reader *reader = request->data;

    files_check(reader->files, reader->slot, request->result);
    uv_fs_req_cleanup(request);
    if (!files_count(reader->files))
        exit(0);
    read_one(reader);
}

static void read_one(struct reader *reader)
{
    struct files *files = reader->files;
    uv_buf_t buf = uv_buf_init(files_page(files, reader->slot), FILES_PAGE);
    uint64_t page = files_any(files);

    files->block[reader->slot] = page;
    reader->request.data = reader;
    must(uv_fs_read(uv_default_loop(), &reader->request, files->fd, &buf, 1,
                    (int64_t)(page * FILES_PAGE), on_page),
         "uv_fs_read");
}

/* The default of 4 threads is the faster one for what is cached, but starves a disk. */
static void run_reads(const char *name)
{
    struct reader readers[FILES_DEPTH];
    struct files files;

    if (!strcmp(name, "direct_64"))
        setenv("UV_THREADPOOL_SIZE", "64", 1);
    files_open(&files, name);
    for (unsigned i = 0; i < files.depth; i++) {
        readers[i].files = &files;
        readers[i].slot = i;
        read_one(&readers[i]);
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

/* ---- processes ---- */

static struct span spawned;

static void spawn_one(uv_process_t *process);

static void on_process_closed(uv_handle_t *handle)
{
    if (span_count(&spawned))
        spawn_one((uv_process_t *)handle);
}

static void on_ended(uv_process_t *process, int64_t status, int signal)
{
    if (status || signal)
        bench_die("/bin/true");
    uv_close((uv_handle_t *)process, on_process_closed);
}

static void spawn_one(uv_process_t *process)
{
    char program[] = "/bin/true";
    char *arguments[] = {program, NULL};
    uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = program,
        .args = arguments,
    };

    must(uv_spawn(uv_default_loop(), process, &options), "uv_spawn");
}

static void run_spawn(const char *name)
{
    uv_process_t process;

    span_begin(&spawned, name);
    spawn_one(&process);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static const struct bench_row rows[] = {
    {"serve", serve},        {"cached_1", run_reads},  {"cached_64", run_reads},
    {"direct_1", run_reads}, {"direct_64", run_reads}, {"spawn", run_spawn},
};

BENCH_MAIN(rows)
