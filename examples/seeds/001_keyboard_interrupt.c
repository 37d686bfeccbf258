/*
 * Seed 001, "Stopping the loop", the KeyboardInterrupt: coil_run does what the seed's except
 * clause wants to do. The first Ctrl-C cancels the main task, then every task that is left; each
 * of them unwinds before coil_run returns.
 */
#include <coil/coil.h>
#include <signal.h>
#include <stdio.h>

static coil_async struct coil_result worker(void *number)
{
    int err = coil_sleep(COIL_FOREVER);

    printf("worker %d: %s\n", (int)(intptr_t)number, coil_strerror(err));
    return coil_error(err);
}

static void press_ctrl_c(void *arg)
{
    (void)arg;
    raise(SIGINT);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_call press;
    int err;

    (void)arg;
    coil_call_init(&press, press_ctrl_c, NULL);
    coil_call_later(coil_loop_current(), &press, COIL_MS(50));
    for (intptr_t i = 1; i <= 2; i++)
        coil_future_unref(coil_create_task(worker, (void *)i));
    err = coil_sleep(COIL_FOREVER);
    printf("main: %s\n", coil_strerror(err));
    return coil_error(err);
}

int main(void)
{
    coil_run(main_coroutine, NULL);
    printf("bye\n");
    return 0;
}
