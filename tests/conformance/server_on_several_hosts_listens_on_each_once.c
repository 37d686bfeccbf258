#include <string.h>

#include "common/talk.h"

/* The address without its port. */
static const char *host_of(const struct coil_address *address, char text[COIL_ADDRESS_TEXT])
{
    coil_address_format(address, text, COIL_ADDRESS_TEXT);
    *strrchr(text, ':') = '\0';
    return text;
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.1", NULL};
    struct coil_server_options options = {.hosts = hosts};
    struct coil_address address;
    struct coil_server *server = NULL;
    size_t count = 0;

    coil_start_server_with(echo, arg, NULL, 0, &options, &server);
    while (coil_server_address(server, count, &address) == 0)
        count++;
    say("%zu sockets", count);
    for (size_t i = 0; coil_server_address(server, i, &address) == 0; i++) {
        struct coil_stream *stream = NULL;
        char text[COIL_ADDRESS_TEXT];
        const char *host = host_of(&address, text);

        coil_open_connection(host, coil_address_port(&address), &stream);
        ask(stream, host);
        hang_up(stream);
    }
    coil_server_close(server);
    coil_server_wait_closed(server);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
