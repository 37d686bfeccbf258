/*
 * Seed 000's complaint: "The coroutine might contain many tasks, but we will not be able to have
 * access to any of them individually in another thread." Here the main thread lists the tasks
 * inside a job and cancels one of them.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(number == (void *)2 ? COIL_SECONDS(3600) : COIL_MS(300));

    return err ? coil_error(err) : coil_number((intptr_t)number);
}

static coil_async struct coil_result gather_func(void *arg)
{
    static const char *const names[3] = {"first", "second", "third"};
    struct coil_future *call[3];

    (void)arg;
    for (intptr_t i = 0; i < 3; i++) {
        call[i] = coil_create_task(some_func, (void *)(i + 1));
        coil_task_set_name(call[i], names[i]);
    }
    for (int i = 0; i < 3; i++)
        printf("%s: %s\n", names[i], coil_strerror(coil_join(call[i]).status));
    return coil_value(NULL);
}

static bool cancel_by_name(struct coil_loop *loop, const char *name)
{
    struct coil_snapshot *now;
    bool found = false;

    if (coil_snapshot_open(loop, COIL_SECONDS(5), &now) < 0)
        return false;
    for (size_t i = 0; i < now->count && !found; i++)
        found = strcmp(now->tasks[i].name, name) == 0 &&
                coil_cancel_id(loop, now->tasks[i].id, "from the main thread") == 0;
    coil_snapshot_close(now);
    return found;
}

int main(void)
{
    struct coil_thread *thread = coil_thread_open(NULL);
    struct coil_cfuture *job = coil_submit(thread, gather_func, NULL);

    while (!cancel_by_name(coil_thread_loop(thread), "second"))
        usleep(1000); /* not there yet */
    coil_cfuture_wait(job, COIL_FOREVER);
    coil_cfuture_unref(job);
    coil_thread_close(thread);
    return 0;
}
