#include <string.h>

#include "common/talk.h"

static const struct coil_separator ends[] = {{"END;", 4}, {"\n", 1}, {";", 1}, {"--", 2}};

static void tell(const char *data)
{
    size_t length = strlen(data);

    if (length > 0 && data[length - 1] == '\n')
        say("'%.*s\\n'", (int)length - 1, data);
    else
        say("'%s'", data);
}

static coil_async bool until(struct coil_stream *stream)
{
    char *record, data[100];
    int64_t n = coil_stream_readuntil_any(stream, ends, 4, &record);

    if (n > 0) {
        tell(record);
    } else if (n == -COIL_ELIMIT) {
        size_t consumed = coil_stream_consumed(stream);

        say("%s: %zu", told_status(n), consumed);
        n = coil_stream_readexactly(stream, data, consumed);
        tell_data("consumed", n, data);
    } else {
        say("%s: %s", told_status(n), record);
        return false;
    }
    return true;
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const pieces[] = {
        "one\ntwoEND", ";three-", "-12345678EN", "D;a record without any of them", "-", NULL};
    struct coil_connection_options options = {.stream = {.limit_bytes = 9}};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, &options);

    (void)arg;
    while (until(stream))
        ;
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
