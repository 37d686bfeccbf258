/* Lists, against an array that does the same slowly. */
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#include "kit.h"

#define ITEMS 40

struct item {
    int number;
    struct coil_link link;
};

/* The same order, written down plainly. */
struct model {
    int numbers[ITEMS];
    int count;
};

static int number_of(const struct coil_link *link)
{
    return container_of(link, struct item, link)->number;
}

static void compare(struct coil_link *list, const struct model *model)
{
    struct coil_link *at;
    int n = 0;

    list_each (at, list) {
        CHECK(n < model->count);
        CHECK_EQ(number_of(at), model->numbers[n++]);
        CHECK_PTR(at->next->prev, at);
    }
    CHECK_EQ(n, model->count);
    CHECK_EQ(list_empty(list), model->count == 0);
}

static void model_insert(struct model *model, int at, int number)
{
    memmove(model->numbers + at + 1, model->numbers + at,
            (size_t)(model->count++ - at) * sizeof(model->numbers[0]));
    model->numbers[at] = number;
}

static void model_remove(struct model *model, int at)
{
    memmove(model->numbers + at, model->numbers + at + 1,
            (size_t)(--model->count - at) * sizeof(model->numbers[0]));
}

static int model_find(const struct model *model, int number)
{
    int at = 0;

    while (at < model->count && model->numbers[at] != number)
        at++;
    return at;
}

TEST(zeroed_memory_is_in_no_list)
{
    struct item item = {0};
    struct coil_link list;

    CHECK(!link_in_list(&item.link));
    list_init(&list);
    list_append(&list, &item.link);
    CHECK(link_in_list(&item.link));
    list_remove(&item.link);
    CHECK(!link_in_list(&item.link));
}

TEST(an_empty_list_gives_nothing)
{
    struct coil_link list;

    list_init(&list);
    CHECK(list_empty(&list));
    CHECK_PTR(list_pop(&list), NULL);
}

TEST(a_link_that_was_removed_can_go_into_another_list)
{
    struct item item = {.number = 5};
    struct coil_link a, b;

    list_init(&a);
    list_init(&b);
    list_append(&a, &item.link);
    list_remove(&item.link);
    list_prepend(&b, &item.link);
    CHECK(list_empty(&a));
    CHECK_PTR(list_pop(&b), &item.link);
    CHECK(list_empty(&b));
}

static void random_step(struct coil_link *list, struct item *items, struct model *model)
{
    struct item *item = &items[random() % ITEMS];
    int i = item->number;

    if (link_in_list(&item->link)) {
        list_remove(&item->link);
        model_remove(model, model_find(model, i));
    } else if (random() % 2) {
        list_append(list, &item->link);
        model_insert(model, model->count, i);
    } else if (model->count > 0 && random() % 2) {
        /* prepending to an element puts in front of what follows it */
        list_prepend(list->next, &item->link);
        model_insert(model, 1, i);
    } else {
        list_prepend(list, &item->link);
        model_insert(model, 0, i);
    }
    if (random() % 8 == 0 && model->count > 0) {
        CHECK_EQ(number_of(list_pop(list)), model->numbers[0]);
        model_remove(model, 0);
    }
}

TEST(random_steps_agree_with_an_array)
{
    struct item items[ITEMS] = {0};
    struct model model = {.count = 0};
    struct coil_link list;

    list_init(&list);
    for (int i = 0; i < ITEMS; i++)
        items[i].number = i;
    for (int step = 0; step < 20000; step++) {
        random_step(&list, items, &model);
        compare(&list, &model);
    }
}

TEST(splicing_moves_all_behind_the_last)
{
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) {
            struct item items[8] = {0};
            struct model model = {.count = 0};
            struct coil_link to, from;

            list_init(&to);
            list_init(&from);
            for (int i = 0; i < a + b; i++) {
                items[i].number = i;
                list_append(i < a ? &to : &from, &items[i].link);
                model_insert(&model, i, i);
            }
            list_splice(&to, &from);
            compare(&to, &model);
            CHECK(list_empty(&from));
        }
}

TEST(leaving_is_removal_where_there_is_something_to_leave)
{
    struct item items[2] = {{.number = 0}, {.number = 1}};
    struct model model = {.count = 0};
    struct coil_link list;

    list_init(&list);
    for (int i = 0; i < 2; i++)
        list_append(&list, &items[i].link);
    for (int again = 0; again < 2; again++) {
        list_leave(&items[0].link);
        CHECK(!link_in_list(&items[0].link));
    }
    model_insert(&model, 0, 1);
    compare(&list, &model);
}

TEST(container_of_finds_the_owner)
{
    struct item item = {.number = 1};
    struct coil_link *link = &item.link;

    CHECK_PTR(container_of(link, struct item, link), &item);
}
