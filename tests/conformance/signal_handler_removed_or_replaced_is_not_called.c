#include "common/conformance.h"

#include <signal.h>

static void tell(int number, void *name)
{
    (void)number;
    say("%s", (const char *)name);
}

static void remove_it(void)
{
    say("remove: %s", yes(coil_loop_remove_signal_handler(coil_loop_current(), SIGWINCH)));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();

    (void)arg;
    remove_it();
    coil_loop_add_signal_handler(loop, SIGWINCH, tell, word("first"));
    raise(SIGWINCH);
    remove_it();
    coil_sleep(COIL_MS(1));
    coil_loop_add_signal_handler(loop, SIGWINCH, tell, word("second"));
    raise(SIGWINCH);
    coil_loop_add_signal_handler(loop, SIGWINCH, tell, word("third"));
    coil_sleep(COIL_MS(1));
    remove_it();
    remove_it();
    raise(SIGWINCH);
    coil_sleep(COIL_MS(1));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
