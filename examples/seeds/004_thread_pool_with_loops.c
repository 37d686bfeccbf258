/* Seed 004: coroutines spread over a pool of threads with an event loop in each, and every thread
 * waits for its own batch. Ten sleeps on five loops take as long as one. */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result sleep_and_give(void *number)
{
    int err = coil_sleep(COIL_MS(100));

    return err != 0 ? coil_error(err) : coil_number(*(int *)number);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_executor *pool = coil_loop_pool_open(&(struct coil_loop_pool_options){.loops = 5});
    int numbers[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct coil_future *batches[5], *all;
    struct coil_result *results;
    int64_t start = coil_time();
    int sum = 0;

    (void)arg;
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
    printf("sum %d, %s\n", sum,
           coil_time() - start < COIL_MS(400) ? "at once" : "one after the other");
    coil_executor_close(pool);
    return coil_number(0);
}

int main(void)
{
    return coil_exit_status(coil_run(main_coroutine, NULL));
}
