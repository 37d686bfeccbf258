#include "common/storm.h"

static struct coil_queue queue;

static void *item_of(int n)
{
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};

    return word(names[n]);
}

static coil_async int put(int n, struct dice *dice)
{
    struct coil_timeout limit;
    int64_t err;

    if (roll(dice, 4) == 0) {
        err = coil_queue_put_nowait(&queue, item_of(n));
    } else {
        coil_timeout_enter(&limit, COIL_MS(1 + roll(dice, 4)));
        err = coil_timeout_exit(&limit, coil_queue_put(&queue, item_of(n)));
    }
    if (err == -ECANCELED)
        return -ECANCELED;
    if (err)
        say("%d cannot put: %s", n, told_status(err));
    else
        say("%d puts, size: %d", n, (int)coil_queue_size(&queue));
    return 0;
}

static coil_async int get(int n, struct dice *dice)
{
    struct coil_timeout limit;
    struct coil_result item;

    if (roll(dice, 4) == 0) {
        item = coil_queue_get_nowait(&queue);
    } else {
        coil_timeout_enter(&limit, COIL_MS(1 + roll(dice, 4)));
        item = coil_queue_get(&queue);
        item.status = coil_timeout_exit(&limit, item.status);
    }
    if (item.status == -ECANCELED)
        return -ECANCELED;
    if (item.status < 0)
        say("%d cannot get: %s", n, told(item));
    else
        say("%d gets %s, size: %d", n, told(item), (int)coil_queue_size(&queue));
    return 0;
}

static coil_async int step(int n, struct dice *dice)
{
    int err = roll(dice, 2) == 0 ? put(n, dice) : get(n, dice);

    return err ? err : pause_by(dice);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_queue_init(&queue, 2);
    for (uint32_t seed = 1; seed < 5; seed++) {
        storm(seed, 8, 12, step);
        say("size: %d", (int)coil_queue_size(&queue));
    }
    while (coil_queue_size(&queue) > 0)
        coil_queue_get_nowait(&queue);
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
