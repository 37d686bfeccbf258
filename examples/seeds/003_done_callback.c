/*
 * Seed 003, add_done_callback: called when the task is done, in a later turn of the loop. The
 * callback lives in the caller's memory: to add one can not fail.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result sub(void *text)
{
    int err = coil_sleep(COIL_MS(50));

    return err ? coil_error(err) : coil_value(text);
}

static void callback_result(struct coil_future *future, void *arg)
{
    (void)arg;
    printf("%s completed\n", (char *)coil_future_result(future).value);
}

static coil_async struct coil_result main_coroutine(void *text)
{
    struct coil_future *sub_task = coil_create_task(sub, text);
    struct coil_done done;

    coil_future_add_done_callback(sub_task, &done, callback_result, NULL);
    coil_sleep(COIL_MS(30));
    printf("Main task!\n");
    coil_sleep(COIL_MS(70));
    coil_future_unref(sub_task);
    return coil_value(NULL);
}

int main(void)
{
    char text[] = "Sub task!";

    return coil_run(main_coroutine, text).status < 0;
}
