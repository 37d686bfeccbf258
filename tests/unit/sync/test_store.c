/* What a queue keeps its items in, against plain arrays. */
#include "sync/store.h"

#include <stdlib.h>

#include "base/fault.h"
#include "unit/loop/inside.h"

#define MOST 3000

struct item {
    int key, number;
};

struct model {
    struct item *items[MOST];
    int count;
};

static int by_key(const void *a, const void *b)
{
    return ((const struct item *)a)->key - ((const struct item *)b)->key;
}

/* Where the model takes the next one from. */
static int next_of(const struct model *model, int kind)
{
    int at = kind == QUEUE_LIFO ? model->count - 1 : 0;

    for (int i = 0; kind == QUEUE_PRIORITY && i < model->count; i++)
        if (model->items[i]->key < model->items[at]->key)
            at = i;
    return at;
}

static struct item *model_take(struct model *model, int kind)
{
    int at = next_of(model, kind);
    struct item *item = model->items[at];

    memmove(model->items + at, model->items + at + 1,
            (size_t)(--model->count - at) * sizeof(model->items[0]));
    return item;
}

static void compare_with_model(struct coil_queue *queue, int kind)
{
    static struct item items[MOST];
    static struct model model;
    int next = 0, put_chance = 60;

    model.count = 0;
    for (int step = 0; step < 6000; step++) {
        if (step % 500 == 0)
            put_chance = 20 + (int)(random() % 60);
        if (random() % 100 < put_chance && next < MOST) {
            items[next] = (struct item){(int)(random() % 20), next};
            CHECK_EQ(coil__store_put(queue, &items[next]), 0);
            model.items[model.count++] = &items[next++];
        } else if (model.count > 0) {
            CHECK_PTR(coil__store_get(queue), model_take(&model, kind));
        }
        CHECK_EQ(coil_queue_size(queue), model.count);
    }
    while (model.count > 0)
        CHECK_PTR(coil__store_get(queue), model_take(&model, kind));
    coil_queue_fini(queue);
}

TEST(first_in_first_out)
{
    struct coil_queue queue;

    coil_queue_init(&queue, 0);
    compare_with_model(&queue, QUEUE_FIFO);
}

TEST(last_in_first_out)
{
    struct coil_queue queue;

    coil_lifo_queue_init(&queue, 0);
    compare_with_model(&queue, QUEUE_LIFO);
}

TEST(smallest_first_and_ties_in_the_order_of_arrival)
{
    struct coil_queue queue;

    coil_priority_queue_init(&queue, 0, by_key);
    compare_with_model(&queue, QUEUE_PRIORITY);
}

TEST(without_memory_nothing_goes_in_and_nothing_is_lost)
{
    struct coil_queue queue;
    int numbers[20];

    coil_queue_init(&queue, 0);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(coil__store_put(&queue, &numbers[i]), 0);
    for (int i = 0; i < 3; i++) { /* so that it has wrapped when it grows */
        CHECK_PTR(coil__store_get(&queue), &numbers[i]);
        CHECK_EQ(coil__store_put(&queue, &numbers[8 + i]), 0);
    }
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil__store_put(&queue, &numbers[11]), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil__store_put(&queue, &numbers[11]), 0);
    for (int i = 3; i < 12; i++)
        CHECK_PTR(coil__store_get(&queue), &numbers[i]);
    CHECK_EQ(coil_queue_size(&queue), 0);
    coil_queue_fini(&queue);
}
