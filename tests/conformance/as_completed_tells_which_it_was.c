#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(1));
    struct coil_future *b, *c;
    struct coil_as_completed *ended;
    struct coil_result next;

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    b = START("b", COIL_SECONDS(2));
    c = START("c", COIL_SECONDS(1));
    count_turns(3);
    ended = coil_as_completed_open((struct coil_future *[]){b, a, c, b}, 4, COIL_FOREVER);
    while ((next = coil_as_completed_next(ended)).status != -COIL_EENDED)
        say("a: %s, b: %s, c: %s", yes(next.value == a), yes(next.value == b),
            yes(next.value == c));
    say("end");
    coil_as_completed_close(ended);
    release((struct coil_future *[]){a, b, c}, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
