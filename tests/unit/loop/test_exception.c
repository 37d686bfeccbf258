/* Exceptions: what is known of an error beyond its code, and where it travels. */
#include "loop/exception.h"

#include "base/fault.h"
#include "unit/loop/inside.h"

TEST(outside_a_loop_the_last_one_is_kept)
{
    CHECK_EQ(coil_raise(ENOENT, "no %s", "file").status, -ENOENT);
    CHECK_EQ(coil_raise(-EIO, "bad").status, -EIO);
    CHECK_EQ(coil_exception_code(coil_current_exception()), -EIO);
}

LOOP_TEST(raised_it_has_code_text_and_place)
{
    const struct coil_exception *it;

    CHECK_PTR(coil_current_exception(), NULL);
    CHECK_EQ(coil_raise(ENOENT, "no configuration at %s", "here").status, -ENOENT);
    it = coil_current_exception();
    CHECK_EQ(coil_exception_code(it), -ENOENT);
    CHECK_STR(coil_exception_text(it), "no configuration at here");
    CHECK_HAS(coil_exception_place(it), "test_exception.c:");
    CHECK_EQ(coil_exception_count(it), 0);
    CHECK_PTR(coil_exception_at(it, 0), NULL);
    coil_raise(-EIO, "%s", "");
    CHECK_EQ(coil_exception_code(coil_current_exception()), -EIO);
    CHECK_STR(coil_exception_text(coil_current_exception()), "");
}

LOOP_TEST(a_text_may_be_long)
{
    static char text[100000];

    memset(text, 'x', sizeof(text) - 1);
    coil_raise(EIO, "%s", text);
    CHECK_STR(coil_exception_text(coil_current_exception()), text);
}

static coil_async struct coil_result fails(void *arg)
{
    coil_yield();
    return coil_raise(ENOENT, "no %s", (char *)arg);
}

static coil_async struct coil_result passes_on(void *arg)
{
    struct coil_result r = coil_join(coil_create_task(fails, arg));

    return r;
}

static coil_async struct coil_result translates(void *arg)
{
    coil_join(coil_create_task(fails, arg));
    return coil_error(-EIO); /* another code: not its exception */
}

LOOP_TEST(it_travels_through_awaits_as_long_as_the_code_does)
{
    struct coil_future *task = coil_create_task(passes_on, "bread");
    const struct coil_exception *it;

    CHECK_EQ(coil_await(task).status, -ENOENT);
    CHECK_STR(coil_exception_text(coil_current_exception()), "no bread");
    it = coil_future_exception(task);
    CHECK_STR(coil_exception_text(it), "no bread");
    CHECK_EQ(coil_exception_code(it), -ENOENT);
    coil_future_unref(task);
    CHECK_STR(coil_exception_text(coil_current_exception()),
              "no bread"); /* the awaiter's own reference */
    task = coil_create_task(translates, "bread");
    CHECK_EQ(coil_await(task).status, -EIO);
    CHECK_PTR(coil_future_exception(task), NULL);
    coil_future_unref(task);
}

static coil_async struct coil_result recovers(void *arg)
{
    coil_join(coil_create_task(fails, arg));
    return coil_value(NULL);
}

LOOP_TEST(a_task_that_recovers_has_none)
{
    struct coil_future *task = coil_create_task(recovers, "x");

    CHECK_EQ(coil_await(task).status, 0);
    CHECK_PTR(coil_future_exception(task), NULL);
    coil_future_unref(task);
}

LOOP_TEST(of_two_tasks_each_has_its_own)
{
    struct coil_future *a = coil_create_task(fails, "a"), *b = coil_create_task(fails, "b");

    coil_raise(EPERM, "mine");
    coil_yield();
    coil_yield();
    CHECK_STR(coil_exception_text(coil_current_exception()), "mine");
    CHECK_STR(coil_exception_text(coil_future_exception(a)), "no a");
    CHECK_STR(coil_exception_text(coil_future_exception(b)), "no b");
    coil_future_unref(a);
    coil_future_unref(b);
}

LOOP_TEST(awaiting_what_is_done_brings_it_too)
{
    struct coil_future *f = coil_create_future();

    coil_future_set_exception(f, ENOSPC, "full %d", 3);
    CHECK_EQ(coil_await(f).status, -ENOSPC);
    CHECK_STR(coil_exception_text(coil_current_exception()), "full 3");
    coil_future_unref(f);
}

static void raise_in_callback(void *arg)
{
    (void)arg;
    CHECK(coil_current_task() == NULL);
    coil_raise(EXDEV, "in a callback");
    note("%s", coil_exception_text(coil_current_exception()));
}

LOOP_TEST(in_a_callback_it_is_the_loops_and_not_a_tasks)
{
    struct coil_call call;

    coil_raise(EPERM, "mine");
    coil_call_init(&call, raise_in_callback, NULL);
    coil_call_soon(coil_loop_current(), &call);
    coil_yield();
    CHECK_STR(noted(), "in a callback");
    CHECK_STR(coil_exception_text(coil_current_exception()), "mine");
}

LOOP_TEST(a_cancellation_tells_its_reason)
{
    struct coil_future *f = coil_create_future();

    CHECK(coil_future_cancel(f, "nobody wants it"));
    CHECK_EQ(coil_await(f).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_current_exception()), "nobody wants it");
    CHECK_HAS(coil_exception_place(coil_future_exception(f)), "test_exception.c:");
    coil_future_unref(f);
}

TEST(a_group_lists_those_below_and_lives_as_long_as_it)
{
    struct coil_exception *below[3], *group;

    for (int i = 0; i < 3; i++)
        below[i] = coil__exception_text(EIO, "raise a.c:1", "one");
    coil__exception_ref(below[1]);
    group = coil__exception_group(COIL_EGROUP, "raise b.c:2", "three", below, 3);
    CHECK_EQ(coil_exception_count(group), 3);
    CHECK_EQ(coil_exception_code(group), -COIL_EGROUP);
    CHECK_PTR(coil_exception_at(group, 1), below[1]);
    CHECK_PTR(coil_exception_at(group, 3), NULL);
    CHECK_STR(coil_exception_place(group), "b.c:2");
    coil__exception_unref(group);
    CHECK_STR(coil_exception_text(below[1]), "one");
    coil__exception_unref(below[1]);
    coil__exception_unref(NULL);
    CHECK_PTR(coil__exception_ref(NULL), NULL);
}

TEST(without_memory_a_group_gives_its_references_up)
{
    for (uint64_t k = 1; k <= 2; k++) {
        struct coil_exception *below[1] = {coil__exception_text(EIO, NULL, "one")};

        coil__fault_arm(FAULT_ALLOC, k, false);
        CHECK_PTR(coil__exception_group(EIO, NULL, "x", below, 1), NULL);
        coil__fault_arm(FAULT_ALLOC, 0, false);
    }
}

LOOP_TEST(without_memory_the_code_does)
{
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_raise(EIO, "x").status, -EIO);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_PTR(coil_current_exception(), NULL);
}

/* There is none when memory was out: who prints it need not ask. */
TEST(no_exception_has_no_code_text_or_place)
{
    CHECK_EQ(coil_exception_code(NULL), 0);
    CHECK_STR(coil_exception_text(NULL), "");
    CHECK_STR(coil_exception_place(NULL), "");
    CHECK_EQ(coil_exception_count(NULL), 0);
    CHECK_PTR(coil_exception_at(NULL, 0), NULL);
}

TEST(a_place_without_a_file_is_empty)
{
    CHECK_STR(coil__place_file("raise a/b.c:17"), "a/b.c:17");
    CHECK_STR(coil__place_file(NULL), "");
    CHECK_STR(coil__place_file("nothing"), "");
}
