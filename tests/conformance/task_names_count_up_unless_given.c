#include "common/conformance.h"

struct name {
    char text[32];
};

static struct name name_of(struct coil_future *task)
{
    struct name name;

    coil_task_name(task, name.text, sizeof(name.text));
    return name;
}

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    say("I am %s", name_of(coil_current_task()).text);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *first, *second, *named;

    (void)arg;
    say("main is %s", name_of(coil_current_task()).text);
    first = coil_create_task(worker, NULL);
    second = coil_create_task(worker, NULL);
    named = coil_create_task_with(worker, NULL, &(struct coil_task_options){.name = "carol"});
    say("%s, %s, %s", name_of(first).text, name_of(second).text, name_of(named).text);
    coil_task_set_name(second, "dave");
    coil_await(named);
    coil_task_set_name(named, "erin");
    say("afterwards %s, %s, %s", name_of(first).text, name_of(second).text, name_of(named).text);
    coil_future_unref(first);
    coil_future_unref(second);
    coil_future_unref(named);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
