/* Seed 004: coroutines spread over a pool of threads with an event loop in each, and every thread
 * waits for its own batch. Ten sleeps on five loops go on at once: each lasts until all have begun,
 * or for 5 s if one never does. */
#include <coil/coil.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>

static sem_t begun; /* counts them */

static coil_async struct coil_result sleep_and_give(void *number)
{
    int err = 0, n = 0;

    sem_post(&begun);
    for (int tries = 0; err == 0 && n < 10 && tries < 50; tries++) {
        err = coil_sleep(COIL_MS(100));
        sem_getvalue(&begun, &n);
    }
    if (err == 0 && n < 10)
        err = -ETIMEDOUT;
    return err != 0 ? coil_error(err) : coil_number(*(int *)number);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_executor *pool = coil_loop_pool_open(&(struct coil_loop_pool_options){.loops = 5});
    int numbers[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct coil_future *batches[5], *all;
    struct coil_result *results;
    int sum = 0, n = 0;

    (void)arg;
    sem_init(&begun, 0, 0);
    for (int i = 0; i < 5; i++) { /* two coroutines a loop */
        struct coil_cfuture *batch =
            coil_executor_submit_batch(pool, sleep_and_give, numbers + i * 2, 2);

        batches[i] = coil_wrap_future(batch);
        coil_cfuture_unref(batch);
    }
    all = coil_gather(batches, 5, COIL_TAKE_REFS);
    results = coil_await(all).value;
    for (int i = 0; results != NULL && i < 5; i++) {
        const struct coil_results *batch = results[i].value;

        for (size_t k = 0; batch != NULL && k < batch->n; k++)
            sum += (int)batch->of[k].status;
    }
    coil_future_unref(all);
    sem_getvalue(&begun, &n);
    printf("sum %d, %d at once\n", sum, n);
    coil_executor_close(pool);
    return coil_number(0);
}

int main(void)
{
    return coil_exit_status(coil_run(main_coroutine, NULL));
}
