#include "common/conformance.h"

static coil_async struct coil_result narcissus(void *arg)
{
    (void)arg;
    say("%s", told(coil_await(coil_current_task())));
    coil_yield();
    return text("went on");
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    say("%s", told(coil_join(coil_create_task(narcissus, NULL))));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
