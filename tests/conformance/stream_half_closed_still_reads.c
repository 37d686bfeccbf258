#include "common/talk.h"

#include <stdlib.h>

static coil_async void answers_at_the_end(struct coil_stream *client, void *arg)
{
    char *question;

    (void)arg;
    coil_stream_readall(client, &question);
    say("asked: %s", question);
    free(question);
    coil_sleep(COIL_SECONDS(1));
    put(client, "answer");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(answers_at_the_end, NULL);
    struct coil_stream *stream = dial(server, NULL);
    char *answer;
    int64_t n;

    (void)arg;
    put(stream, "question");
    coil_stream_write_eof(stream);
    n = coil_stream_readall(stream, &answer);
    tell_data("answered", n, answer);
    free(answer);
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
