#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, NULL), *other;
    int err = coil_start_server(echo, NULL, "127.0.0.1", coil_server_port(server), &other);

    (void)arg;
    say("%s", told_status(err));
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
