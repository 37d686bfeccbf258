#include "common/conformance.h"

static struct coil_loop *loop;

static void mine(struct coil_loop *of, const struct coil_report *what, void *arg)
{
    (void)of;
    (void)arg;
    say("mine: %s, %s", what->message, told_status(what->status));
}

static void report(void *arg)
{
    const char *words = arg;

    say("before %s", words);
    coil_loop_call_exception_handler(
        loop, &(struct coil_report){.message = words, .status = -ENOENT, .name = "", .place = ""});
    say("after %s", words);
}

static void swap(void *arg)
{
    (void)arg;
    coil_loop_set_exception_handler(loop, mine, NULL);
    report(word("two"));
}

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

int main(void)
{
    loop = new_loop();
    coil_call_soon(loop, new_call(report, word("one")));
    coil_call_soon(loop, new_call(swap, NULL));
    coil_call_soon(loop, new_call(report, word("three")));
    coil_call_soon(loop, new_call(stop, NULL));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
