#include "common/conformance.h"

#include <signal.h>

static void tell(int number, void *name)
{
    (void)number;
    say("%s", (const char *)name);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();

    (void)arg;
    coil_loop_add_signal_handler(loop, SIGUSR1, tell, word("SIGUSR1"));
    coil_loop_add_signal_handler(loop, SIGUSR2, tell, word("SIGUSR2"));
    coil_loop_add_signal_handler(loop, SIGWINCH, tell, word("SIGWINCH"));
    raise(SIGWINCH);
    raise(SIGUSR1);
    raise(SIGUSR2);
    coil_sleep(COIL_MS(1));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
