/*
 * From the main thread, while the loop runs: who is there, who waits for whom, cancel this one,
 * give that one less time. Inner tasks too; none of their code is run to find out.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static coil_async struct coil_result endless(void *name)
{
    int err = coil_sleep(COIL_FOREVER);

    printf("%s: %s\n", (char *)name, coil_strerror(err));
    return coil_error(err);
}

static coil_async struct coil_result patient(void *name)
{
    struct coil_result r = coil_wait_for_call(endless, name, COIL_SECONDS(3600));

    printf("%s, outside: %s\n", (char *)name, coil_strerror(r.status));
    return r;
}

static coil_async struct coil_result service(void *names)
{
    char(*name)[8] = names;
    struct coil_future *parts[2];
    struct coil_result r;

    parts[0] = coil_create_task(endless, name[0]);
    parts[1] = coil_create_task(patient, name[1]);
    for (int i = 0; i < 2; i++)
        coil_task_set_name(parts[i], name[i]);
    r = coil_join(coil_gather(parts, 2, COIL_TAKE_REFS | COIL_RETURN_EXCEPTIONS));
    free(r.value); /* their results */
    return coil_error(r.status);
}

static uint64_t find(struct coil_loop *loop, const char *name, bool print)
{
    struct coil_snapshot *now;
    uint64_t id = 0;

    if (coil_snapshot_open(loop, COIL_SECONDS(5), &now) < 0)
        return 0;
    for (size_t i = 0; i < now->count; i++)
        if (strcmp(now->tasks[i].name, name) == 0 && now->tasks[i].state == COIL_TASK_WAITING)
            id = now->tasks[i].id;
    if (print)
        coil_snapshot_print(now, stdout, COIL_SNAPSHOT_TREE);
    coil_snapshot_close(now);
    return id;
}

int main(void)
{
    char names[2][8] = {"reader", "writer"};
    struct coil_thread *thread = coil_thread_open(NULL);
    struct coil_loop *loop = coil_thread_loop(thread);
    struct coil_cfuture *job = coil_submit(thread, service, names);

    while (find(loop, "writer", false) == 0)
        usleep(1000); /* not there yet */
    coil_set_name_id(loop, coil_cfuture_task_id(job), "service");
    coil_cancel_id(loop, find(loop, "reader", true), "not needed");
    coil_set_deadline_id(loop, find(loop, "writer", false), COIL_MS(50));
    printf("job: %s\n", coil_strerror(coil_cfuture_result(job, COIL_FOREVER).status));
    coil_cfuture_unref(job);
    coil_thread_close(thread);
    return 0;
}
