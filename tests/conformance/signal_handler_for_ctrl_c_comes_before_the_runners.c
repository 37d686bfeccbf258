#include "common/conformance.h"

#include <signal.h>

static void tell(int number, void *arg)
{
    (void)number;
    (void)arg;
    say("told");
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_loop_add_signal_handler(coil_loop_current(), SIGINT, tell, NULL);
    for (int i = 0; i < 3; i++) {
        raise(SIGINT);
        coil_sleep(COIL_MS(1));
    }
    say("main goes on");
    return coil_value(NULL);
}

int main(void)
{
    signal(SIGINT, SIG_DFL);
    return run(program);
}
