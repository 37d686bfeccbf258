#include "common/conformance.h"

#include <signal.h>

static const char *how;

static coil_async struct coil_result cancels(void *main_task)
{
    coil_sleep(COIL_MS(1));
    for (const char *what = how; *what != '\0'; what++) {
        if (*what == 'C')
            raise(SIGINT);
        else
            coil_future_cancel(main_task, NULL);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    int err;

    (void)arg;
    coil_future_unref(coil_create_task(cancels, coil_current_task()));
    err = coil_sleep(COIL_SECONDS(10));
    say("main is cancelled");
    return coil_error(err);
}

static void tell(const char *way)
{
    how = way;
    say("%s: %s", way, told(run_main(program)));
}

int main(void)
{
    signal(SIGINT, SIG_DFL);
    tell("C");
    tell("c");
    tell("cC");
    tell("Cc");
    return 0;
}
