#include "common/workers.h"

static struct coil_lock lock;

static coil_async struct coil_result with_lock(const char *name, int64_t sleep_ns)
{
    struct coil_result result = coil_error(coil_lock_acquire(&lock));

    if (result.status == 0) {
        result = work(WORK(name, sleep_ns));
        coil_lock_release(&lock);
    }
    return result;
}

static coil_async struct coil_result holder(void *arg)
{
    (void)arg;
    return with_lock("holder", COIL_SECONDS(3));
}

static coil_async struct coil_result program(void *arg)
{
    static const int64_t limits[] = {COIL_SECONDS(1), COIL_SECONDS(1), COIL_SECONDS(5)};
    struct coil_future *task = coil_create_task(holder, NULL);
    struct coil_timeout limit;
    int64_t status;

    (void)arg;
    coil_yield();
    for (int i = 0; i < 3; i++) {
        coil_timeout_enter(&limit, limits[i]);
        status = coil_timeout_exit(&limit, with_lock("main", COIL_SECONDS(9)).status);
        say("%s, locked: %s", told_status(status), yes(coil_lock_locked(&lock)));
    }
    coil_join(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
