/* What can be asked of tasks, and told them. */
#include "base/fault.h"
#include "unit/loop/inside.h"

static coil_async struct coil_result yields(void *arg)
{
    (void)arg;
    coil_yield();
    return coil_value(NULL);
}

static coil_async struct coil_result sleeps(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep(COIL_SECONDS(1)));
}

static coil_async struct coil_result awaits(void *future)
{
    return coil_await(future);
}

TEST(outside_a_loop_there_is_no_current_task)
{
    CHECK_PTR(coil_current_task(), NULL);
    CHECK_PTR(coil_loop_current(), NULL);
}

LOOP_TEST(ids_count_up_and_are_never_used_again)
{
    uint64_t last = coil_task_id(coil_current_task());

    CHECK_EQ(last, 1);
    for (int i = 0; i < 100; i++) {
        struct coil_future *task = coil_create_task(yields, NULL);

        CHECK_EQ(coil_task_id(task), ++last);
        coil_join(task);
    }
}

LOOP_TEST(plain_futures_have_no_id_name_or_context)
{
    struct coil_future *f = coil_create_future();
    char text[4] = "abc";

    CHECK_EQ(coil_task_id(f), 0);
    CHECK_EQ(coil_task_name(f, text, sizeof(text)), 0);
    CHECK_STR(text, "");
    CHECK_EQ(coil_task_name(f, NULL, 0), 0);
    CHECK_EQ(coil_task_set_name(f, "x"), 0);
    CHECK_PTR(coil_task_context(f), NULL);
    CHECK_EQ(coil_task_stack_used(f), 0);
    coil_future_unref(f);
}

LOOP_TEST(a_name_is_given_or_by_number_and_can_be_changed)
{
    struct coil_task_options options = {.name = "fetch"};
    struct coil_future *a = coil_create_task_with(yields, NULL, &options);
    struct coil_future *b = coil_create_task(yields, NULL);
    char text[16], changing[] = "new";

    CHECK_EQ(coil_task_name(a, text, sizeof(text)), 5);
    CHECK_STR(text, "fetch");
    coil_task_name(b, text, sizeof(text));
    CHECK_STR(text, "Task-3");
    CHECK_EQ(coil_task_set_name(a, changing), 0);
    changing[0] = 'x'; /* it was copied */
    CHECK_EQ(coil_task_name(a, text, 3), 3);
    CHECK_STR(text, "ne");
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_task_set_name(a, "other"), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_task_name(a, text, sizeof(text));
    CHECK_STR(text, "new");
    coil_join(a);
    coil_join(b);
}

LOOP_TEST(all_tasks_are_those_not_done_the_oldest_first)
{
    struct coil_future *a = coil_create_task(yields, NULL), *b = coil_create_task(sleeps, NULL);
    struct coil_future *seen[3] = {NULL};

    CHECK_EQ(coil_all_tasks(coil_loop_current(), seen, 2), 3);
    CHECK_PTR(seen[0], coil_current_task());
    CHECK_PTR(seen[1], a);
    CHECK_PTR(seen[2], NULL); /* not more than there is room for */
    coil_join(a);
    CHECK_EQ(coil_all_tasks(coil_loop_current(), seen, 3), 2);
    CHECK_PTR(seen[1], b);
    coil_join(b);
    CHECK_EQ(coil_all_tasks(coil_loop_current(), NULL, 0), 1);
}

static coil_async struct coil_result is_current(void *arg)
{
    struct coil_future **expected = arg;

    CHECK_PTR(coil_current_task(), *expected);
    coil_yield();
    CHECK_PTR(coil_current_task(), *expected);
    coil_sleep(COIL_MS(1));
    CHECK_PTR(coil_current_task(), *expected);
    return coil_value(NULL);
}

LOOP_TEST(the_current_task_is_the_one_that_runs)
{
    struct coil_future *tasks[20], *me = coil_current_task();

    for (int i = 0; i < 20; i++)
        tasks[i] = coil_create_task(is_current, &tasks[i]);
    for (int i = 0; i < 20; i++) {
        coil_await(tasks[i]);
        CHECK_PTR(coil_current_task(), me);
    }
    for (int i = 0; i < 20; i++)
        coil_future_unref(tasks[i]);
}

static void no_task_here(void *arg)
{
    (void)arg;
    CHECK_PTR(coil_current_task(), NULL);
    note("looked");
}

LOOP_TEST(in_a_callback_there_is_no_current_task)
{
    struct coil_call call;

    coil_call_init(&call, no_task_here, NULL);
    coil_call_soon(coil_loop_current(), &call);
    coil_yield();
    CHECK_STR(noted(), "looked");
}

static int sink;

static coil_async struct coil_result uses_stack(void *arg)
{
    volatile char bytes[40000];
    size_t n = (size_t)(intptr_t)arg;

    for (size_t i = sizeof(bytes) - n; i < sizeof(bytes); i += 500)
        bytes[i] = (char)i;
    sink += bytes[sizeof(bytes) - n];
    coil_yield();
    return coil_value(NULL);
}

LOOP_TEST(the_high_water_mark_is_exact_to_a_page)
{
    struct coil_future *shallow = coil_create_task(yields, NULL);
    struct coil_future *deep = coil_create_task(uses_stack, (void *)40000);

    coil_yield();
    CHECK(coil_task_stack_used(shallow) > 0);
    CHECK(coil_task_stack_used(deep) >= 40000);
    CHECK(coil_task_stack_used(deep) <= 64 * 1024 + 4096);
    CHECK(coil_task_stack_used(shallow) <= coil_task_stack_used(deep));
    coil_join(shallow);
    coil_join(deep);
}

static const char *repr(struct coil_future *future)
{
    static char text[256];
    int length = coil_future_repr(future, text, sizeof(text));

    CHECK_EQ(length, strlen(text));
    return text;
}

LOOP_TEST(repr_of_a_task_tells_what_it_waits_for)
{
    struct coil_future *f = coil_create_future();
    struct coil_future *task = coil_create_task(awaits, f),
                       *sleeper = coil_create_task(sleeps, NULL);

    CHECK_HAS(repr(task), "<Task 2 'Task-2' pending, made by awaits ");
    coil_yield();
    CHECK_HAS(repr(task), ", waits for Future of ");
    CHECK_HAS(repr(sleeper), ", sleeps>");
    coil_future_cancel(sleeper, NULL);
    CHECK_HAS(repr(sleeper), "pending cancelling");
    coil_future_set_result(f, coil_number(12), NULL);
    coil_await(task);
    CHECK_HAS(repr(task), "done, made by awaits ");
    CHECK_HAS(repr(task), ", result 12>");
    coil_await(sleeper);
    CHECK_HAS(repr(sleeper), "cancelled");
    coil_future_unref(sleeper);
    coil_future_unref(task);
    coil_future_unref(f);
}
