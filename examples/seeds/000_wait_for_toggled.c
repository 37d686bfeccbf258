/*
 * Seed 000, "AsyncIO Timeout": gathered calls under wait_for, with the timeout toggled between a
 * number and none. The seed's program crashes on a timeout (`results` was never bound); a status
 * cannot be forgotten like that. And a deadline need not be fixed before the start:
 * coil_timeout_reschedule, or coil_set_deadline_id from outside.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(COIL_MS(300));

    return err ? coil_error(err) : coil_number((intptr_t)number);
}

static coil_async struct coil_result gather_func(void *arg)
{
    struct coil_future *call[3];

    (void)arg;
    for (intptr_t i = 0; i < 3; i++)
        call[i] = coil_create_task(some_func, (void *)(i + 1));
    return coil_join(coil_gather(call, 3, COIL_TAKE_REFS));
}

static coil_async struct coil_result main_coroutine(void *timeout_ns)
{
    struct coil_result r = coil_wait_for_call(gather_func, NULL, *(int64_t *)timeout_ns);
    struct coil_result *results = r.value;

    if (r.status == -ETIMEDOUT)
        printf("timeout!\n");
    if (r.status < 0)
        return r;
    printf("[%d, %d, %d]\n", (int)results[0].status, (int)results[1].status,
           (int)results[2].status);
    free(results);
    return coil_value(NULL);
}

int main(void)
{
    int64_t timeouts_ns[2] = {COIL_MS(100), COIL_FOREVER};

    coil_run(main_coroutine, &timeouts_ns[0]);
    coil_run(main_coroutine, &timeouts_ns[1]);
    return 0;
}
