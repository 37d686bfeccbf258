#include "common/talk.h"

static coil_async struct coil_result reads(void *stream)
{
    char *line;

    return coil_error(coil_stream_readline(stream, &line));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, NULL);
    struct coil_stream *stream = dial(server, NULL);
    struct coil_future *task = coil_create_task(reads, stream);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    coil_wait(&task, 1, COIL_FOREVER, COIL_ALL_COMPLETED);
    say("%s", told_future(task));
    coil_future_unref(task);
    ask(stream, "still there?");
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
