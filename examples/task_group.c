/*
 * A task group: no child outlives the scope. The first that fails cancels its siblings, and
 * leaving the scope tells every failure.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result fetch(void *number)
{
    int n = (int)(intptr_t)number;
    int err = coil_sleep(n * COIL_MS(50));

    printf("fetch %d: %s\n", n, err ? coil_strerror(err) : n == 2 ? "fails" : "ok");
    if (err)
        return coil_error(err);
    return n == 2 ? coil_raise(EIO, "page %d is torn", n) : coil_number(n);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    const struct coil_exception *failures;
    struct coil_task_group group;
    int64_t err;

    (void)arg;
    coil_task_group_enter(&group);
    for (intptr_t i = 1; i <= 4; i++)
        coil_task_group_create_task(&group, fetch, (void *)i);
    err = coil_task_group_exit(&group, 0);

    failures = coil_current_exception();
    printf("%s\n", coil_strerror(err));
    for (size_t i = 0; i < coil_exception_count(failures); i++)
        printf("  %s\n", coil_exception_text(coil_exception_at(failures, i)));
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
