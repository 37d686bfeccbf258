#include "common/conformance.h"

static struct coil_var name = COIL_VAR("name", "nobody");

static const char *who(void)
{
    return coil_var_get(&name);
}

static coil_async struct coil_result fails(void *arg)
{
    coil_var_set(&name, arg);
    return coil_raise(EIO, "%s", (const char *)arg);
}

static void report(struct coil_loop *loop, const struct coil_report *what, void *arg)
{
    (void)loop;
    (void)arg;
    say("reported to %s: %s", who(), told_status(what->status));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    coil_loop_set_exception_handler(coil_loop_current(), report, NULL);
    coil_var_set(&name, word("main"));
    coil_future_unref(coil_create_task(fails, word("a")));
    coil_sleep(COIL_SECONDS(1));
    task = coil_create_task(fails, word("b"));
    coil_sleep(COIL_SECONDS(1));
    say("main lets go, %s", who());
    coil_future_unref(task);
    coil_sleep(COIL_SECONDS(1));
    say("end, %s", who());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
