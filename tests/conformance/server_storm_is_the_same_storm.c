#include "common/talk.h"

#include <stdlib.h>
#include <string.h>

#include <coil/timeout.h>

#define CLIENTS 6

/* Slowly, each line; some it does not answer, but hangs up. */
static coil_async void answers(struct coil_stream *stream, void *arg)
{
    int64_t n;
    int who = 0, question;
    char *line;

    (void)arg;
    while ((n = coil_stream_readline(stream, &line)) > 0) {
        line[n - 1] = '\0';
        who = atoi(line);
        question = atoi(line + 2);
        say("server hears %s", line);
        coil_sleep(COIL_MS(question) + COIL_US(20));
        if (question == 7) {
            say("server leaves %d", who);
            return;
        }
        coil_stream_printf(stream, "%d %d!\n", who, question);
        n = coil_stream_drain(stream);
        if (n < 0)
            break;
    }
    if (n == 0)
        say("server: the end of %d", who);
    else
        say("server: %d is gone", who);
}

static coil_async bool ask_for(struct coil_stream *stream, int who, int question, int64_t patience)
{
    struct coil_timeout limit;
    char *line;
    int64_t n;

    coil_stream_printf(stream, "%d %d\n", who, question);
    coil_timeout_enter(&limit, patience);
    n = coil_timeout_exit(&limit, coil_stream_readline(stream, &line));
    if (n == -ETIMEDOUT)
        say("%d gives up", who);
    else if (n > 0)
        say("%d: %.*s", who, (int)n - 1, line);
    else
        say("%d: the end", who);
    return n > 0;
}

struct visit {
    int who;
    uint16_t port;
    struct dice dice;
};

static coil_async void talk(struct coil_stream *stream, struct visit *visit)
{
    for (int i = 0; i < 6; i++) {
        int question = roll(&visit->dice, 8);
        int64_t patience = COIL_US(2500) + COIL_MS(roll(&visit->dice, 9));

        if (!ask_for(stream, visit->who, question, patience))
            break;
        coil_sleep(COIL_MS(roll(&visit->dice, 4)));
    }
    if (roll(&visit->dice, 2) == 0) {
        coil_stream_write_eof(stream);
        coil_sleep(COIL_MS(3));
    }
}

static coil_async struct coil_result client(void *arg)
{
    struct visit *visit = arg;
    struct coil_stream *stream = NULL;

    coil_sleep(COIL_MS(roll(&visit->dice, 20)) + COIL_US(100) * visit->who);
    if (coil_open_connection("127.0.0.1", visit->port, &stream) != 0)
        say("%d is refused", visit->who);
    talk(stream, visit);
    coil_stream_unref(stream);
    say("%d has left", visit->who);
    return coil_value(NULL);
}

static coil_async void storm(uint32_t seed)
{
    struct coil_server *server = serve(answers, NULL);
    struct coil_future *clients[CLIENTS];
    struct visit visits[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        visits[i] = (struct visit){i + 1, coil_server_port(server), {100 * seed + (uint32_t)i + 1}};
        clients[i] = coil_create_task(client, &visits[i]);
    }
    coil_sleep(COIL_US(30050));
    say("server closes");
    coil_server_close(server);
    coil_server_close_clients(server);
    for (int i = 0; i < CLIENTS; i++)
        coil_join(clients[i]);
    coil_sleep(COIL_SECONDS(1));
    coil_server_unref(server);
}

static coil_async struct coil_result program(void *arg)
{
    for (uint32_t seed = 1; seed < 4; seed++) {
        say("storm %d", (int)seed);
        storm(seed);
    }
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
