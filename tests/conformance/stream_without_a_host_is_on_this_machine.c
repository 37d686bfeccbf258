#include "common/talk.h"

#include <sys/socket.h>

static coil_async struct coil_result program(void *arg)
{
    const struct coil_server_options options = {.family = AF_INET};
    struct coil_stream *stream = NULL;
    struct coil_server *server = NULL;

    coil_start_server_with(echo, NULL, "", 0, &options, &server);
    if (coil_open_connection(NULL, coil_server_port(server), &stream) == 0) {
        ask(stream, "anybody");
        hang_up(stream);
    }
    say("empty: %s", told_status(coil_open_connection("", coil_server_port(server), &stream)));
    coil_server_unref(server);
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
