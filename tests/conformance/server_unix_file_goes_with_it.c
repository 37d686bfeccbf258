#include "common/talk.h"

#include <coil/file.h>

#define PATH "/tmp/coil-conformance"

static coil_async struct coil_server *start(void)
{
    struct coil_server *server = NULL;

    coil_start_unix_server(echo, NULL, PATH, &server);
    return server;
}

static coil_async void tell_file(void)
{
    struct stat about;

    say("there: %s", yes(coil_stat(PATH, &about) == 0));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *first = start(), *second, *third;

    (void)arg;
    tell_file();
    coil_server_unref(first);
    tell_file();
    second = start();
    coil_unlink(PATH);
    third = start();
    coil_server_unref(second);
    tell_file();
    coil_unlink(PATH);
    coil_server_unref(third);
    tell_file();
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
