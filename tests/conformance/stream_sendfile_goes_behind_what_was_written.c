#include <fcntl.h>
#include <stdlib.h>

#include "common/talk.h"

static coil_async void collects(struct coil_stream *client, void *arg)
{
    char *data = NULL;
    int64_t n = coil_stream_readall(client, &data);

    tell_data("received", n, data);
    free(data);
    (void)arg;
}

static coil_async void send_part(struct coil_stream *stream, int file, int64_t offset, size_t count)
{
    say("sent %lld", (long long)coil_stream_sendfile(stream, file, offset, count));
}

static coil_async struct coil_result program(void *arg)
{
    int file = coil_open("/tmp/numbers", O_RDWR | O_CREAT, 0600);
    struct coil_server *server = serve(collects, NULL);
    struct coil_stream *stream = dial(server, NULL);

    (void)arg;
    coil_write(file, "0123456789", 10);
    put(stream, "before ");
    send_part(stream, file, 0, 10);
    put(stream, " between ");
    send_part(stream, file, 5, 2);
    send_part(stream, file, 8, 20);
    send_part(stream, file, 10, 2);
    send_part(stream, file, 0, SIZE_MAX);
    put(stream, " after");
    coil_stream_close(stream);
    coil_stream_wait_closed(stream);
    coil_server_close(server);
    coil_server_wait_closed(server);
    say("closed: %s", coil_stream_sendfile(stream, file, 0, SIZE_MAX) < 0 ? "an error" : "fine");
    coil_stream_unref(stream);
    coil_close(file);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
