/*
 * A synchronous function that needs something asynchronous, called from inside the running loop:
 * it runs the same loop until its answer is there. (asyncio: "This event loop is already running".)
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result look_up(void *key)
{
    int err = coil_sleep(COIL_MS(50));

    return err ? coil_error(err) : coil_number((intptr_t)key * 10);
}

static coil_async struct coil_result other_work(void *arg)
{
    int err = coil_sleep(COIL_MS(20));

    (void)arg;
    printf("other work goes on meanwhile\n");
    return coil_error(err);
}

/* What a library without coroutines would call, from a callback of the loop. */
static void plain_callback(void *answer)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *task = coil_create_task(look_up, (void *)7);

    /* not in a task, so that the loop turns inside the call */
    *(int64_t *)answer = coil_loop_run_until_complete(loop, task).status;
    coil_future_unref(task);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_call call;
    int64_t answer = 0;

    coil_future_unref(coil_create_task(other_work, arg));
    coil_call_init(&call, plain_callback, &answer);
    coil_call_soon(coil_loop_current(), &call);
    coil_sleep(COIL_MS(100));
    printf("the callback was answered %d\n", (int)answer);
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
