/*
 * Seed 003, create_task: the task starts when main first waits; main wakes at 5, the task at 10,
 * main ends at 15 (hundredths of a second). A printed task tells where it was made, without a
 * debug mode.
 */
#include <coil/coil.h>
#include <stdio.h>

static void print_task(const struct coil_future *task)
{
    char text[256];

    coil_future_repr(task, text, sizeof(text));
    printf("%s\n", text);
}

static coil_async struct coil_result sub(void *arg)
{
    int err = coil_sleep(COIL_MS(100));

    (void)arg;
    printf("Sub task!\n");
    return coil_error(err);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_future *sub_task = coil_create_task(sub, NULL);

    (void)arg;
    print_task(sub_task);
    coil_sleep(COIL_MS(50));
    printf("Main task!\n");
    coil_sleep(COIL_MS(100));
    print_task(sub_task);
    coil_future_unref(sub_task);
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
