/* A port scanner: `port_scanner HOST FROM TO` tries a thousand ports at a time, five seconds each.
 * Without arguments it opens a port of its own, on an address of its own, and finds it. */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *host;
static struct coil_semaphore places;
static int open_ports, tried;

static coil_async struct coil_result try_port(void *number)
{
    struct coil_stream *stream = NULL;
    struct coil_timeout scope;
    int64_t err;

    coil_timeout_enter(&scope, COIL_SECONDS(5));
    err = coil_open_connection(host, (uint16_t)(uintptr_t)number, &stream);
    err = coil_timeout_exit(&scope, err);
    coil_semaphore_release(&places);
    coil_stream_unref(stream);
    if (++tried && err == 0 && ++open_ports)
        printf("port %d is open\n", (int)(intptr_t)number);
    return coil_value(NULL);
}

static coil_async void nobody(struct coil_stream *client, void *arg)
{
    (void)client, (void)arg;
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    char here[20];
    const char *own[] = {"", here, "18000", "18999"}, **words = arg != NULL ? arg : own;
    struct coil_server *server = NULL;
    struct coil_task_group group;
    int64_t err = 0;

    if (words == own) {
        snprintf(here, sizeof(here), "127.1.%d.%d", getpid() >> 8 & 255, getpid() & 255);
        err = coil_start_server(nobody, NULL, here, 18077, &server);
    }
    host = words[1];
    coil_semaphore_init(&places, 1000);
    coil_task_group_enter(&group);
    for (intptr_t port = atoi(words[2]); port <= atoi(words[3]) && err == 0; port++)
        if ((err = coil_semaphore_acquire(&places)) == 0)
            coil_task_group_create_task(&group, try_port, (void *)port);
    err = coil_task_group_exit(&group, err);
    coil_server_unref(server);
    printf("%d of %d are open\n", open_ports, tried);
    return coil_error(err);
}

int main(int argc, char **argv)
{
    return coil_exit_status(coil_run(main_coroutine, argc > 3 ? argv : NULL));
}
