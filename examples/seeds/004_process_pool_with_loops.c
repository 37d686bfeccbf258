/* Seed 004: CPU-bound coroutines in a pool of processes with an event loop in each; each worker is
 * given a batch and waits for it. */
#include <coil/coil.h>
#include <stdio.h>
#include <unistd.h>

struct answer {
    int64_t sum;
    int worker;
};

static coil_async struct coil_result cpu_bound(void *limit)
{
    struct answer answer = {0, getpid()};

    for (int64_t i = 0; i < *(int64_t *)limit; i++) {
        answer.sum += i * i;
        if (i % 1000 == 0 && coil_yield() != 0) /* its loop has others to run */
            return coil_error(-ECANCELED);
    }
    return coil_bytes_result(&answer, sizeof(answer));
}

int main(void)
{
    struct coil_executor *pool =
        coil_process_pool_open(&(struct coil_process_pool_options){.workers = 2});
    int64_t limits[2] = {100000, 100000};
    struct coil_cfuture *batch[2];
    int64_t sum = 0;
    int elsewhere = 0;

    for (int i = 0; i < 2; i++) /* dispatched first, two coroutines each ... */
        batch[i] = coil_executor_submit_batch(pool, cpu_bound, limits, 2);
    for (int i = 0; i < 2; i++) { /* ... then waited for */
        const struct coil_results *results = coil_cfuture_result(batch[i], COIL_FOREVER).value;

        for (size_t k = 0; results != NULL && k < results->n; k++) {
            const struct coil_bytes *bytes = results->of[k].value;
            const struct answer *answer = bytes != NULL ? bytes->data : NULL;

            sum += answer != NULL ? answer->sum : 0;
            elsewhere += answer != NULL && answer->worker != getpid();
        }
        coil_cfuture_unref(batch[i]);
    }
    printf("sum %lld\n", (long long)sum);
    printf("%d of 4 in worker processes\n", elsewhere);
    coil_executor_close(pool); /* not in a task */
}
