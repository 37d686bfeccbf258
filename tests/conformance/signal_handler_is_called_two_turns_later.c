#include "common/workers.h"

#include <signal.h>

static void handler(int number, void *name)
{
    (void)number;
    say("%s is told", (const char *)name);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    const int numbers[] = {SIGUSR2, SIGUSR1};

    (void)arg;
    coil_loop_add_signal_handler(loop, SIGUSR1, handler, word("usr1"));
    coil_loop_add_signal_handler(loop, SIGUSR2, handler, word("usr2"));
    for (int i = 0; i < 2; i++) {
        count_turns(4);
        raise(numbers[i]);
        say("sent");
        coil_sleep(COIL_MS(10));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
