/* Context variables: values that follow the flow of control. */
#include <coil/context.h>

#include <pthread.h>

#include "base/fault.h"
#include "loop/context.h"
#include "unit/loop/inside.h"

static struct coil_var color = COIL_VAR("color", "none");
static struct coil_var size = COIL_VAR("size", 7);

static const char *color_now(void)
{
    return coil_var_get(&color);
}

TEST(unset_it_has_its_default)
{
    CHECK_STR(color_now(), "none");
    CHECK_EQ((intptr_t)coil_var_get(&size), 7);
}

TEST(set_outside_a_loop_it_is_the_threads)
{
    CHECK_EQ(coil_var_set(&color, "red"), 0);
    CHECK_EQ(coil_var_set(&size, (void *)1), 0);
    CHECK_EQ(coil_var_set(&color, "blue"), 0);
    CHECK_STR(color_now(), "blue");
    CHECK_EQ((intptr_t)coil_var_get(&size), 1);
}

static void *set_in_thread(void *arg)
{
    CHECK_STR(color_now(), "none");
    CHECK_EQ(coil_var_set_owned(&color, arg, drop_counted, NULL), 0);
    return NULL;
}

TEST(a_thread_has_its_own_context_and_it_ends_with_it)
{
    pthread_t thread;

    coil_var_set(&color, "red");
    pthread_create(&thread, NULL, set_in_thread, "green");
    pthread_join(thread, NULL);
    CHECK_STR(color_now(), "red");
    CHECK_EQ(drops, 1);
    CHECK_STR(dropped, "green");
}

LOOP_TEST(reset_puts_back_what_was_there_once)
{
    struct coil_token first, second;

    CHECK_EQ(coil_var_set_owned(&color, "red", NULL, &first), 0);
    CHECK_EQ(coil_var_set_owned(&color, "blue", NULL, &second), 0);
    CHECK_EQ(coil_var_reset(&second), 0);
    CHECK_STR(color_now(), "red");
    CHECK_EQ(coil_var_reset(&second), -EINVAL);
    CHECK_STR(color_now(), "red");
    CHECK_EQ(coil_var_reset(&first), 0);
    CHECK_STR(color_now(), "none");
    CHECK_EQ(coil_var_reset(&first), -EINVAL);
}

LOOP_TEST(each_token_puts_back_what_its_own_set_replaced)
{
    struct coil_token first, second;

    coil_var_set(&color, "white");
    coil_var_set_owned(&color, "red", NULL, &first);
    coil_var_set_owned(&color, "blue", NULL, &second);
    CHECK_EQ(coil_var_reset(&first), 0);
    CHECK_STR(color_now(), "white");
    CHECK_EQ(coil_var_reset(&second), 0); /* out of order, as in Python */
    CHECK_STR(color_now(), "red");
}

static coil_async struct coil_result reset_elsewhere(void *arg)
{
    coil_var_set(&color, "other");
    CHECK_EQ(coil_var_reset(arg), -EINVAL);
    CHECK_STR(color_now(), "other");
    return coil_value(NULL);
}

LOOP_TEST(a_token_is_good_only_where_its_value_is_set)
{
    struct coil_future *child;
    struct coil_token token;

    coil_var_set_owned(&size, (void *)9, NULL, &token);
    CHECK_EQ(coil_var_reset(&token), 0);
    child = coil_create_task(reset_elsewhere, &token);
    coil_var_set_owned(&color, "mine", NULL, &token); /* the child's copy has not seen it */
    CHECK_EQ(coil_join(child).status, 0);
    CHECK_EQ(coil_var_reset(&token), 0);
    CHECK_STR(color_now(), "none");
}

LOOP_TEST(an_owned_value_is_dropped_once_when_the_last_context_lets_go)
{
    struct coil_context *copy;

    CHECK_EQ(coil_var_set_owned(&color, "red", drop_counted, NULL), 0);
    copy = coil_context_copy();
    coil_var_set(&color, "blue");
    CHECK_EQ(drops, 0); /* the copy has it still */
    CHECK_STR(coil_context_get(copy, &color), "red");
    coil_context_unref(copy);
    CHECK_EQ(drops, 1);
    CHECK_STR(dropped, "red");
}

LOOP_TEST(a_replaced_value_lives_while_a_token_may_bring_it_back)
{
    struct coil_token token;

    coil_var_set_owned(&color, "red", drop_counted, NULL);
    coil_var_set_owned(&color, "blue", NULL, &token);
    CHECK_EQ(drops, 0);
    CHECK_EQ(coil_var_reset(&token), 0);
    CHECK_STR(color_now(), "red");
    CHECK_EQ(drops, 0);
    coil_var_set(&color, "green");
    CHECK_EQ(drops, 1);
}

static coil_async struct coil_result child_colors(void *arg)
{
    note("child:%s", color_now());
    coil_var_set(&color, arg);
    coil_yield();
    note("child:%s", color_now());
    return coil_value(NULL);
}

LOOP_TEST(a_task_starts_with_a_copy_and_keeps_what_it_sets)
{
    struct coil_future *child;

    coil_var_set(&color, "red");
    child = coil_create_task(child_colors, "green");
    coil_var_set(&color, "blue");
    coil_await(child);
    note("parent:%s", color_now());
    CHECK_STR(noted(), "child:red child:green parent:blue");
    coil_future_unref(child);
}

LOOP_TEST(two_tasks_in_one_given_context_share_it)
{
    struct coil_context *cell = coil_context_copy();
    struct coil_task_options options = {.context = cell};
    struct coil_future *a = coil_create_task_with(child_colors, "a", &options);
    struct coil_future *b = coil_create_task_with(child_colors, "b", &options);

    coil_await(a);
    coil_await(b);
    CHECK_STR(noted(), "child:none child:a child:b child:b");
    CHECK_STR(coil_context_get(cell, &color), "b");
    CHECK_STR(color_now(), "none");
    coil_future_unref(a);
    coil_future_unref(b);
    coil_context_unref(cell);
}

static void set_pink(void *arg)
{
    CHECK_STR(color_now(), arg);
    coil_var_set(&color, "pink");
}

LOOP_TEST(running_in_a_context_changes_that_one_only)
{
    struct coil_context *cell;

    coil_var_set(&color, "red");
    cell = coil_context_copy();
    coil_var_set(&color, "blue");
    coil_context_run(cell, set_pink, "red");
    CHECK_STR(color_now(), "blue");
    CHECK_STR(coil_context_get(cell, &color), "pink");
    coil_context_run(cell, set_pink, "pink");
    coil_context_unref(coil_context_ref(cell));
    coil_context_unref(cell);
    coil_context_unref(NULL);
}

LOOP_TEST(a_copy_does_not_change_with_its_original)
{
    struct coil_context *cell = coil_context_copy();

    coil_var_set(&color, "red");
    CHECK_STR(coil_context_get(cell, &color), "none");
    coil_context_unref(cell);
}

LOOP_TEST(the_tasks_own_context_can_be_had_and_follows_it)
{
    struct coil_future *me = coil_current_task(), *child;
    struct coil_context *mine = coil_task_context(me), *again = coil_task_context(me), *its;

    CHECK_PTR(mine, again);
    coil_var_set(&color, "red");
    CHECK_STR(coil_context_get(mine, &color), "red");
    child = coil_create_task(child_colors, "green");
    its = coil_task_context(child);
    coil_join(child);
    CHECK_STR(coil_context_get(its, &color), "green");
    noted();
    coil_context_unref(mine);
    coil_context_unref(again);
    coil_context_unref(its);
}

LOOP_TEST(two_hundred_variables_keep_their_values)
{
    static struct coil_var vars[200];

    for (intptr_t i = 0; i < 200; i++)
        CHECK_EQ(coil_var_set(&vars[i], (void *)i), 0);
    for (intptr_t i = 0; i < 200; i += 3)
        CHECK_EQ(coil_var_set(&vars[i], (void *)(i + 1000)), 0);
    for (intptr_t i = 0; i < 200; i++)
        CHECK_EQ((intptr_t)coil_var_get(&vars[i]), i % 3 == 0 ? i + 1000 : i);
}

LOOP_TEST(without_memory_nothing_changes_and_the_value_is_dropped)
{
    struct coil_token token;
    uint64_t k = 0;
    int err;

    coil_var_set(&color, "red");
    do {
        drops = 0;
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        err = coil_var_set_owned(&color, "blue", drop_counted, &token);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK_EQ(drops, err == 0 ? 0 : 1);
        CHECK_STR(color_now(), err == 0 ? "blue" : "red");
    } while (err == -ENOMEM);
    CHECK_EQ(err, 0);
    CHECK_EQ(k, 3);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_var_reset(&token), -ENOMEM);
    CHECK_STR(color_now(), "blue");
    CHECK_EQ(coil_var_reset(&token), 0); /* it is good still */
    CHECK_STR(color_now(), "red");
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(coil_context_copy(), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(drops, 1);
}

FAIL_TEST(running_in_what_is_no_copy_aborts,
          "coil_context_run needs a context from coil_context_copy")
{
    coil_var_set(&color, "red");
    coil_context_run(*coil__context_slot(), set_pink, "red");
}
