/*
 * An asynchronous generator: its body awaits between two values, and whoever asks waits with it.
 * Closing it early lets it clean up.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result ticks(struct coil_generator *self, void *arg)
{
    struct coil_result r = {0, NULL};

    (void)arg;
    for (intptr_t i = 1; r.status >= 0; i++) {
        r.status = coil_sleep(COIL_MS(10));
        if (r.status >= 0)
            r = coil_generate(self, (void *)i);
    }
    printf("ticks cleans up\n");
    return r;
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_generator *clock = coil_generator_open(ticks, arg, 0);
    struct coil_result r;

    while ((r = coil_generator_next(clock)).status >= 0) {
        printf("tick %d\n", (int)(intptr_t)r.value);
        if ((intptr_t)r.value == 3)
            break;
    }
    return coil_error(coil_generator_close(clock));
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
