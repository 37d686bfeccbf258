#include "common/socks.h"

#include <stdlib.h>
#include <string.h>

#define MUCH 20000000

static coil_async struct coil_result sends_words(void *far)
{
    send_text(*(int *)far, "words");
    return coil_value(NULL);
}

static coil_async struct coil_result sends_much(void *far)
{
    char *zeros = calloc(MUCH, 1);
    int err = coil_sock_sendall(*(int *)far, zeros, MUCH);

    free(zeros);
    return coil_error(err);
}

static coil_async struct coil_result empties(void *near)
{
    char *data = calloc(100003, 1); /* the three bytes before stand in front */
    int64_t n;

    while ((n = coil_sock_recv(*(int *)near, data + 3, 100000)) > 0)
        memmove(data, data + n, 3);
    say("the last words are '%.3s'", data);
    free(data);
    return coil_value(NULL);
}

static coil_async void receive_twice(struct ends *ends)
{
    struct coil_future *task = coil_create_task(receives, &(struct receiver){"first", ends->near});
    struct coil_future *later;

    coil_yield();
    coil_future_cancel(task, NULL);
    later = coil_create_task(sends_words, &ends->far);
    receives(&(struct receiver){"second", ends->near});
    say("first: %s", told(coil_join(task)));
    coil_join(later);
}

static coil_async void send_twice(struct ends *ends)
{
    struct coil_future *task = coil_create_task(sends_much, &ends->far), *reader;

    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    coil_sleep(0);
    reader = coil_create_task(empties, &ends->near);
    send_text(ends->far, "end");
    coil_close_soon(ends->far);
    coil_join(reader);
    say("sendall: %s", told(coil_join(task)));
    coil_close_soon(ends->near);
}

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();

    (void)arg;
    receive_twice(&ends);
    send_twice(&ends);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
