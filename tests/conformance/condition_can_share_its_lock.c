#include "common/workers.h"

static struct coil_lock lock;
static struct coil_condition full, empty;

static coil_async struct coil_result waiter(void *arg)
{
    struct coil_condition *condition = arg;

    coil_lock_acquire(condition->lock);
    coil_condition_wait(condition);
    say("%s goes on", condition == &full ? "full" : "empty");
    coil_lock_release(condition->lock);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[2];

    (void)arg;
    coil_condition_init(&full, &lock);
    coil_condition_init(&empty, &lock);
    tasks[0] = coil_create_task(waiter, &full);
    tasks[1] = coil_create_task(waiter, &empty);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_acquire(&lock);
    coil_condition_notify_all(&empty);
    coil_lock_release(&lock);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_acquire(&lock);
    coil_condition_notify_all(&full);
    coil_lock_release(&lock);
    coil_wait(tasks, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
