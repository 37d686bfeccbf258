#include "common/talk.h"

#include <stdlib.h>

struct reading {
    const char *what;
    struct coil_stream *stream;
};

static coil_async struct coil_result reads(void *arg)
{
    struct reading *self = arg;
    char record[5], *data = record, *rest = NULL;
    int64_t n;

    if (self->what[0] == 'l')
        n = coil_stream_readline(self->stream, &data);
    else if (self->what[2] == 'c')
        n = coil_stream_readexactly(self->stream, record, sizeof(record));
    else
        n = coil_stream_readall(self->stream, &rest);
    tell_data(self->what, n, rest != NULL ? rest : data);
    free(rest);
    return coil_value(NULL);
}

static coil_async void closed_meanwhile(struct coil_server *server, const char *what)
{
    struct reading reading = {what, dial(server, NULL)};
    struct coil_future *task = coil_create_task(reads, &reading);
    char data[10];
    int64_t n;

    coil_sleep(COIL_SECONDS(1));
    coil_stream_close(reading.stream);
    coil_join(task);
    n = coil_stream_read(reading.stream, data, sizeof(data));
    tell_data("after", n, data);
    say("at the end: %s", yes(coil_stream_at_eof(reading.stream)));
    hang_up(reading.stream);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, NULL);

    (void)arg;
    closed_meanwhile(server, "line");
    closed_meanwhile(server, "record");
    closed_meanwhile(server, "rest");
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
