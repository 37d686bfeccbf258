#include "common/talk.h"

#include <coil/timeout.h>

#define LIMIT 64

static int seed;

static size_t some_piece(struct dice *dice, char *piece)
{
    size_t size = (size_t)(1 + roll(dice, 9));

    for (size_t i = 0; i < size; i++)
        piece[i] = "abcdefgh\n;"[roll(dice, 10)];
    if (roll(dice, 3) == 0)
        piece[size++] = '\n';
    return size;
}

static coil_async void talks(struct coil_stream *client, void *arg)
{
    struct dice dice = {(uint32_t)(100 * seed)};
    char piece[10];

    (void)arg;
    for (int i = 0; i < 50; i++) {
        coil_stream_write(client, piece, some_piece(&dice, piece));
        coil_sleep(COIL_MS(roll(&dice, 6)));
    }
}

/* A line, a record or a block: where it is in *data. */
static coil_async int64_t read_some(struct coil_stream *stream, struct dice *dice, char **data)
{
    static char block[26];
    int way = roll(dice, 4);
    size_t size = (size_t)(1 + roll(dice, 25));
    struct coil_timeout limit;
    int64_t n;

    *data = block;
    coil_timeout_enter(&limit, COIL_MS(roll(dice, 9)) + COIL_US(500));
    if (way == 0)
        n = coil_stream_readline(stream, data);
    else if (way == 1)
        n = coil_stream_readuntil(stream, ";", 1, data);
    else if (way == 2)
        n = coil_stream_readuntil(stream, "\n;", 2, data);
    else
        n = coil_stream_readexactly(stream, block, size);
    return coil_timeout_exit(&limit, n);
}

static const char *shown(const char *data, int64_t n)
{
    static char text[200];

    for (int64_t i = 0; i < n; i++)
        text[i] = (char)(data[i] == '\n' ? '/' : data[i]);
    text[n] = '\0';
    return text;
}

static coil_async void tell_some(struct coil_stream *stream, struct dice *dice)
{
    char *data, half[LIMIT / 2];
    int64_t n = read_some(stream, dice, &data);

    if (n >= 0)
        say("got '%s'", shown(data, n));
    else if (n == -ETIMEDOUT)
        say("out of time");
    else if (n == -COIL_ELIMIT)
        say("too long; got '%s'", shown(half, coil_stream_readexactly(stream, half, sizeof(half))));
    else
        say("the end after '%s'", shown(data, (int64_t)coil_stream_partial(stream)));
}

static coil_async void storm(void)
{
    struct coil_connection_options options = {.stream = {.limit_bytes = LIMIT}};
    struct coil_server *server = serve(talks, NULL);
    struct coil_stream *stream = dial(server, &options);
    struct dice dice = {(uint32_t)(100 * seed + 1)};

    while (!coil_stream_at_eof(stream))
        tell_some(stream, &dice);
    coil_stream_unref(stream);
    coil_server_unref(server);
}

static coil_async struct coil_result program(void *arg)
{
    for (seed = 1; seed < 4; seed++) {
        say("storm %d", seed);
        storm();
        coil_sleep(COIL_SECONDS(1));
    }
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
