#include "common/talk.h"

static coil_async void resets(struct coil_stream *client, void *arg)
{
    (void)arg;
    coil_stream_abort(client);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(resets, NULL);
    struct coil_stream *stream = dial(server, NULL);
    char data[10], *line = NULL;
    int64_t n;

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    n = coil_stream_read(stream, data, sizeof(data));
    tell_data("read", n, data);
    n = coil_stream_readline(stream, &line);
    tell_data("readline", n, line);
    put(stream, "anybody?");
    say("drain: %s", told_status(coil_stream_drain(stream)));
    n = coil_stream_readexactly(stream, data, 1);
    tell_data("readexactly", n, data);
    coil_stream_close(stream);
    say("wait_closed: %s", told_status(coil_stream_wait_closed(stream)));
    coil_stream_unref(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
