#include "common/workers.h"

static struct coil_condition condition;

static coil_async struct coil_result waiter(void *name)
{
    coil_lock_acquire(condition.lock);
    coil_condition_wait(&condition);
    say("%s goes on", (char *)name);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_release(condition.lock);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {
        coil_create_task(waiter, word("a")), coil_create_task(waiter, word("b")),
        coil_create_task(waiter, word("c")), coil_create_task(waiter, word("d"))};

    (void)arg;
    coil_condition_init(&condition, NULL);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_acquire(condition.lock);
    coil_condition_notify(&condition, 2);
    say("two notified");
    coil_sleep(COIL_SECONDS(1));
    say("lock released");
    coil_lock_release(condition.lock);
    coil_sleep(COIL_SECONDS(5));
    coil_lock_acquire(condition.lock);
    coil_condition_notify_all(&condition);
    coil_lock_release(condition.lock);
    coil_wait(tasks, 4, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 4);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
