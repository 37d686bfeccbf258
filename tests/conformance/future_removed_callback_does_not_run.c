#include "common/conformance.h"

static void callback(struct coil_future *future, void *arg)
{
    (void)future;
    say("%s", (const char *)arg);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *future = coil_create_future();
    struct coil_done *first = new_done(), *second = new_done(), *third = new_done();

    (void)arg;
    coil_future_add_done_callback(future, first, callback, word("first"));
    coil_future_add_done_callback(future, second, callback, word("second"));
    coil_future_add_done_callback(future, third, callback, word("third"));
    say("remove second: %s", yes(coil_future_remove_done_callback(second)));
    say("remove it again: %s", yes(coil_future_remove_done_callback(second)));
    say("remove first: %s", yes(coil_future_remove_done_callback(first)));
    coil_future_add_done_callback(future, first, callback, word("first"));
    coil_future_cancel(future, NULL);
    coil_yield();
    say("one turn later");
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
