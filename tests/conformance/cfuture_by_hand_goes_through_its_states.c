#include "common/jobs.h"

static const char *settle(struct coil_cfuture *future, int value)
{
    return coil_cfuture_set_result(future, coil_number(value), NULL) == 0 ? "settled" : "refused";
}

int main(void)
{
    struct coil_cfuture *runs = coil_cfuture_new(), *dropped = coil_cfuture_new();
    const char *was;

    say("made: %s, at once: %s", state(runs), result(runs, 0));
    was = yes(coil_cfuture_set_running(runs));
    say("begins: %s, it is %s", was, state(runs));
    coil_cfuture_cancel(runs);
    say("asked to cancel: %s", state(runs));
    was = settle(runs, 7);
    say("%s: %s", was, result(runs, COIL_FOREVER));
    was = settle(runs, 8);
    say("%s: %s", was, result(runs, COIL_FOREVER));
    was = yes(coil_cfuture_cancel(dropped));
    say("cancel: %s, %s", was, result(dropped, COIL_FOREVER));
    say("begins: %s", yes(coil_cfuture_set_running(dropped)));
    was = settle(dropped, 9);
    say("%s: %s", was, result(dropped, COIL_FOREVER));
    coil_cfuture_unref(runs);
    coil_cfuture_unref(dropped);
    return 0;
}
