#include "common/workers.h"

static struct coil_semaphore semaphore;

static coil_async struct coil_result worker(void *arg)
{
    const struct work *how = arg;

    coil_semaphore_acquire(&semaphore);
    say("%s is in", how->name);
    coil_sleep(how->sleep_ns);
    say("%s goes", how->name);
    coil_semaphore_release(&semaphore);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[5];

    (void)arg;
    coil_semaphore_init(&semaphore, 2);
    say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    tasks[0] = coil_create_task(worker, WORK("a", COIL_SECONDS(3)));
    tasks[1] = coil_create_task(worker, WORK("b", COIL_SECONDS(1)));
    tasks[2] = coil_create_task(worker, WORK("c", COIL_SECONDS(1)));
    tasks[3] = coil_create_task(worker, WORK("d", COIL_SECONDS(2)));
    tasks[4] = coil_create_task(worker, WORK("e", COIL_SECONDS(1)));
    coil_sleep(COIL_MS(500));
    say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    coil_wait(tasks, 5, COIL_FOREVER, COIL_ALL_COMPLETED);
    say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    release(tasks, 5);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
