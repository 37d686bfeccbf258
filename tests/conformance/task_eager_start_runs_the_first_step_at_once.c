#include "common/conformance.h"

static const char *who(void)
{
    static char name[32];

    coil_task_name(coil_current_task(), name, sizeof(name));
    return name;
}

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result at_once(void *arg)
{
    (void)arg;
    say("at once: %s", who());
    return text("value");
}

static coil_async struct coil_result fails(void *arg)
{
    (void)arg;
    return coil_raise(EIO, "at once");
}

static coil_async struct coil_result suspends(void *arg)
{
    (void)arg;
    say("suspends: %s", who());
    coil_yield();
    say("goes on: %s", who());
    coil_sleep(COIL_MS(10));
    return text("later");
}

static struct coil_future *eager(coil_coroutine_fn *fn, const char *name)
{
    struct coil_task_options options = {.name = name, .eager = true};

    return coil_create_task_with(fn, NULL, &options);
}

static void done(struct coil_future *task, void *arg)
{
    (void)task;
    (void)arg;
    say("callback of a");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a, *b, *c;

    (void)arg;
    coil_task_set_name(coil_current_task(), "main");
    coil_call_soon(coil_loop_current(), new_call(tell, word("ready before")));
    a = eager(at_once, "a");
    say("back in %s, a: %s", who(), told_future(a));
    b = eager(suspends, "b");
    say("back in %s, b: %s", who(), told_future(b));
    c = eager(fails, "c");
    say("c: %s", told_future(c));
    coil_future_add_done_callback(a, new_done(), done, NULL);
    say("await a: %s", told(coil_join(a)));
    say("await b: %s", told(coil_join(b)));
    say("await c: %s", told(coil_join(c)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
