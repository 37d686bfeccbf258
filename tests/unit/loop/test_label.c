/* What futures are called, and who waits for whom: circles are refused before they close. */
#include "base/fault.h"
#include "loop/future.h"
#include "unit/loop/inside.h"

#define MANY 1000

static struct coil_future *tasks[MANY];
static int circle;
static int64_t refused_with;
static char chain[2048];

/* Each waits for the next one; the last for the first. */
static coil_async struct coil_result waits_for_next(void *arg)
{
    intptr_t i = (intptr_t)arg;
    struct coil_result r;

    coil_yield(); /* until all are made */
    r = coil_await(tasks[(i + 1) % circle]);
    if (r.status == -EDEADLK && chain[0] == '\0') {
        refused_with = r.status;
        snprintf(chain, sizeof(chain), "%s", coil_exception_text(coil_current_exception()));
        return coil_number(i);
    }
    return r;
}

static void make_circle(int n)
{
    circle = n;
    chain[0] = '\0';
    refused_with = 0;
    for (intptr_t i = 0; i < n; i++) {
        char name[16];
        struct coil_task_options options = {.name = name};

        snprintf(name, sizeof(name), "t%ld", (long)i);
        tasks[i] = coil_create_task_with(waits_for_next, (void *)i, &options);
    }
}

static coil_async void await_circle(int n)
{
    for (int i = 0; i < n; i++) {
        CHECK(coil_await(tasks[i]).status >= 0);
        coil_future_unref(tasks[i]);
    }
}

LOOP_TEST(awaiting_oneself_is_refused_by_name)
{
    CHECK_EQ(coil_await(coil_current_task()).status, -EDEADLK);
    CHECK_HAS(coil_exception_text(coil_current_exception()),
              "Task-1 (inside_main) -> Task-1 (inside_main)");
}

LOOP_TEST(a_circle_of_two_is_refused_to_the_second)
{
    make_circle(2);
    await_circle(2);
    CHECK_EQ(refused_with, -EDEADLK);
    CHECK_HAS(chain, "t1 (waits_for_next) -> t0 (waits_for_next) -> t1 (waits_for_next)");
}

LOOP_TEST(a_circle_of_three_tells_the_whole_chain)
{
    make_circle(3);
    await_circle(3);
    CHECK_HAS(chain, "t2 (waits_for_next) -> t0 (waits_for_next) -> t1 (waits_for_next) -> t2");
}

LOOP_TEST(a_circle_of_a_thousand_is_refused)
{
    make_circle(MANY);
    await_circle(MANY);
    CHECK_EQ(refused_with, -EDEADLK);
    CHECK_HAS(chain, "t999 (waits_for_next) -> t0 (waits_for_next) -> t1 ");
    CHECK_HAS(chain, "...");
}

static struct coil_future *through;

static coil_async struct coil_result waits_through(void *arg)
{
    struct coil_result r;

    (void)arg;
    coil_yield();
    r = coil_await(through);
    if (r.status == -EDEADLK)
        snprintf(chain, sizeof(chain), "%s", coil_exception_text(coil_current_exception()));
    return coil_number(r.status == -EDEADLK);
}

LOOP_TEST(a_circle_through_a_gather_is_refused)
{
    struct coil_future *a = coil_create_task(waits_through, NULL), *b = coil_create_future();

    through = coil_gather((struct coil_future *[]){b, a}, 2, 0);
    CHECK_EQ(coil_await(a).status, 1);
    CHECK_HAS(chain, "_GatheringFuture");
    coil_future_set_result(b, coil_value(NULL), NULL);
    CHECK_EQ(coil_await(through).status, 0);
    coil_future_unref(through);
    coil_future_unref(a);
    coil_future_unref(b);
}

LOOP_TEST(a_circle_through_a_shield_is_refused)
{
    struct coil_future *a = coil_create_task(waits_through, NULL);

    through = coil_shield(a);
    CHECK_EQ(coil_await(a).status, 1);
    coil_yield();
    CHECK_EQ(coil_future_result(through).status, 1);
    coil_future_unref(through);
    coil_future_unref(a);
}

static coil_async struct coil_result waits_with_wait(void *arg)
{
    (void)arg;
    coil_yield();
    return coil_number(coil_wait(&through, 1, COIL_FOREVER, COIL_ALL_COMPLETED) == -EDEADLK);
}

static coil_async struct coil_result waits_plainly(void *future)
{
    return coil_await(future);
}

LOOP_TEST(a_circle_through_a_wait_is_refused)
{
    struct coil_future *a = coil_create_task(waits_with_wait, NULL);

    through = coil_create_task(waits_plainly, a);
    CHECK_EQ(coil_await(a).status, 1);
    CHECK_EQ(coil_await(through).status, 1);
    coil_future_unref(through);
    coil_future_unref(a);
}

LOOP_TEST(shared_children_are_no_circle)
{
    struct coil_future *f = coil_create_future(), *both[2], *g;

    both[0] = coil_create_task(waits_plainly, f);
    both[1] = coil_create_task(waits_plainly, both[0]);
    g = coil_gather(both, 2, 0);
    through = coil_create_task(waits_plainly, g);
    let_run(3);
    coil_future_set_result(f, coil_value(NULL), NULL);
    CHECK_EQ(coil_await(through).status, 0);
    coil_future_unref(through);
    coil_future_unref(g);
    coil_future_unref(both[0]);
    coil_future_unref(both[1]);
    coil_future_unref(f);
}

/* A circle must not come to be unseen: who cancels one of its tasks would walk round it for
 * ever. */
LOOP_TEST(without_memory_for_the_search_the_await_is_refused)
{
    make_circle(100); /* more than the search holds on its stack */
    coil__fault_arm(FAULT_ALLOC, 1, true);
    let_run(2);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_await(tasks[99]);
    CHECK_EQ(coil_future_result(tasks[99]).status, -ENOMEM);
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(coil_await(tasks[i]).status, -ENOMEM);
        coil_future_unref(tasks[i]);
    }
}

LOOP_TEST(labels_name_tasks_and_place_futures)
{
    struct coil_future *f = coil_create_future();
    char text[64];

    coil__future_label(f, text, sizeof(text));
    CHECK_HAS(text, "Future of ");
    CHECK_HAS(text, "test_label.c:");
    CHECK_EQ(coil_task_set_name(coil_current_task(), "fetch"), 0);
    coil__future_label(coil_current_task(), text, sizeof(text));
    CHECK_STR(text, "fetch");
    coil_future_unref(f);
}

LOOP_TEST(states_have_names)
{
    struct coil_future *f = coil_create_future();

    CHECK_STR(coil__future_state_name(f), "pending");
    coil_future_cancel(f, NULL);
    CHECK_STR(coil__future_state_name(f), "cancelled");
    coil_future_unref(f);
}
