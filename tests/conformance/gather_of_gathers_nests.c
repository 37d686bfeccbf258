#include "common/workers.h"

static void tell_nested(struct coil_result outer)
{
    const struct coil_result *two = outer.value;
    const struct coil_result *inner = two[0].value;

    say("outer: [[%s, %s], %s]", told(inner[0]), told(inner[1]), told(two[1]));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner, *outer;

    (void)arg;
    inner = GATHER(COIL_TAKE_REFS, START("a", COIL_SECONDS(1)), START("b", COIL_SECONDS(2)));
    outer = GATHER(COIL_TAKE_REFS, inner, START("c", COIL_SECONDS(3)));
    tell_nested(coil_await(outer));
    coil_future_unref(outer);
    inner = GATHER(COIL_TAKE_REFS, START("d", COIL_SECONDS(1), .fails = true),
                   START("e", COIL_SECONDS(2)));
    outer = GATHER(COIL_TAKE_REFS, inner, START("f", COIL_SECONDS(3)));
    tell_gather("outer", outer, 2);
    inner = GATHER(COIL_TAKE_REFS, START("g", COIL_SECONDS(5)), START("h", COIL_SECONDS(5)));
    outer = GATHER(COIL_TAKE_REFS, inner, START("i", COIL_SECONDS(5)));
    coil_sleep(COIL_SECONDS(4));
    coil_future_cancel(outer, NULL);
    tell_gather("outer", outer, 2);
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
