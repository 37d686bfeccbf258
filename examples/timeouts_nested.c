/*
 * Timeout scopes nest, and each knows whether it fired: the inner one is an error of the inner
 * work, handled there; the outer one ends the whole; a deadline can be moved while it runs.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async int64_t ask_server(int tenths)
{
    struct coil_timeout limit;
    int64_t err;

    coil_timeout_enter(&limit, COIL_MS(200));
    err = coil_sleep(tenths * COIL_MS(100));
    err = coil_timeout_exit(&limit, err);
    printf("  server of %d: %s\n", tenths, coil_strerror(err));
    return err;
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_timeout whole;
    int64_t err;

    (void)arg;
    coil_timeout_enter(&whole, COIL_MS(450));
    err = ask_server(1);
    if (err == 0)
        err = ask_server(3); /* too slow for the inner scope */
    if (err == -ETIMEDOUT)
        err = ask_server(3); /* too slow for the outer scope, which fires first */
    err = coil_timeout_exit(&whole, err);
    printf("the whole: %s, expired: %s\n", coil_strerror(err),
           coil_timeout_expired(&whole) ? "yes" : "no");

    coil_timeout_enter(&whole, COIL_MS(50));
    coil_timeout_reschedule(&whole, coil_time() + COIL_MS(250));
    err = coil_timeout_exit(&whole, ask_server(1));
    printf("with more time: %s\n", coil_strerror(err));
    return coil_error(err);
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
