/* Coroutines without a stack: the contract for those of any kind, and the stackless kind. */
#include <coil/stackless.h>

#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fault.h"
#include "task/task.h"
#include "unit/loop/inside.h"

struct ticker {
    int left;
    int64_t seen;
};

static enum coil_step ticker(struct coil_stackless *co, struct ticker *self)
{
    COIL_BEGIN(co);
    for (; self->left > 0; self->left--) {
        note("%d", self->left);
        COIL_SLEEP(co, COIL_MS(10));
        self->seen += co->sent.status;
    }
    COIL_RETURN(co, coil_number(42 + self->seen));
    COIL_END(co);
}

DRIVER_LOOP_TEST(a_stackless_task_sleeps_and_returns)
{
    struct ticker state = {.left = 3};
    struct coil_future *task = coil_create_stackless_task(ticker, &state, sizeof(state), NULL);
    int64_t before = coil_time();

    CHECK(coil_future_is_task(task));
    CHECK_EQ(coil_await(task).status, 42);
    CHECK_STR(noted(), "3 2 1");
    CHECK(coil_time() - before >= COIL_MS(30));
    CHECK_EQ(state.left, 3); /* the state was copied */
    CHECK_EQ(coil_task_stack_used(task), 0);
    coil_future_unref(task);
}

struct awaiter {
    struct coil_future *future;
    int64_t got;
};

static enum coil_step awaiter(struct coil_stackless *co, struct awaiter *self)
{
    COIL_BEGIN(co);
    COIL_AWAIT(co, self->future);
    self->got = co->sent.status;
    note("got %lld", (long long)self->got);
    COIL_YIELD(co);
    COIL_RETURN(co, coil_number(self->got));
    COIL_END(co);
}

LOOP_TEST(a_stackless_task_awaits_a_future)
{
    struct awaiter state = {.future = coil_create_future()};
    struct coil_future *task = coil_create_stackless_task(awaiter, &state, sizeof(state), NULL);

    let_run(2);
    CHECK_STR(noted(), "");
    coil_future_set_result(state.future, coil_number(5), NULL);
    CHECK_EQ(coil_await(task).status, 5);
    noted();
    coil_future_unref(task);
    coil_future_unref(state.future);
}

LOOP_TEST(awaiting_what_is_done_goes_on_at_once)
{
    struct coil_task_options eager = {.eager = true};
    struct awaiter state = {.future = coil_create_future()};
    struct coil_future *task;

    coil_future_set_result(state.future, coil_number(5), NULL);
    task = coil_create_stackless_task(awaiter, &state, sizeof(state), &eager);
    CHECK_STR(noted(), "got 5"); /* in the same step */
    CHECK_EQ(coil_join(task).status, 5);
    coil_future_unref(state.future);
}

static enum coil_step returns_at_once(struct coil_stackless *co, void *self)
{
    (void)self;
    COIL_BEGIN(co);
    COIL_END(co);
}

LOOP_TEST(without_a_return_the_result_is_an_empty_value)
{
    struct coil_future *task = coil_create_stackless_task(returns_at_once, "", 0, NULL);
    struct coil_result r = coil_join(task);

    CHECK_EQ(r.status, 0);
    CHECK_PTR(r.value, NULL);
}

LOOP_TEST(cancelled_in_its_await_it_sees_it_and_the_future_is_cancelled)
{
    struct awaiter state = {.future = coil_create_future()};
    struct coil_future *task = coil_create_stackless_task(awaiter, &state, sizeof(state), NULL);

    coil_yield();
    CHECK(coil_future_cancel(task, NULL));
    CHECK(coil_future_cancelled(state.future));
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_STR(noted(), "got -125");
    coil_future_unref(task);
    coil_future_unref(state.future);
}

static int state_drops;

static void drop_ticker(void *state)
{
    state_drops++;
    CHECK_EQ(((struct ticker *)state)->seen, 1000);
}

LOOP_TEST(the_state_is_dropped_once_however_it_ends)
{
    struct ticker state = {.left = 1, .seen = 1000};
    struct coil_task_options options = {.drop_arg = drop_ticker};
    struct coil_future *ends, *unstarted, *asleep;

    ends = coil_create_stackless_task(ticker, &state, sizeof(state), &options);
    CHECK_EQ(coil_await(ends).status, 1042);
    CHECK_EQ(state_drops, 1);
    unstarted = coil_create_stackless_task(ticker, &state, sizeof(state), &options);
    coil_future_cancel(unstarted, NULL);
    CHECK_EQ(coil_await(unstarted).status, -ECANCELED);
    CHECK_EQ(state_drops, 2);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    asleep = coil_create_stackless_task(ticker, &state, sizeof(state), &options);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_future_result(asleep).status, -ENOMEM);
    CHECK_EQ(state_drops, 3);
    coil_future_unref(ends);
    coil_future_unref(unstarted);
    coil_future_unref(asleep);
    CHECK_EQ(state_drops, 3);
    noted();
}

TEST(left_over_at_closing_it_is_dropped_too)
{
    struct coil_loop *loop = open_sim();
    struct ticker state = {.left = 1000, .seen = 1000};
    struct coil_task_options options = {.drop_arg = drop_counted, .loop = loop};
    struct coil_future *task = coil_create_stackless_task(ticker, &state, sizeof(state), &options);

    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 1);
    CHECK_EQ(drops, 1);
    coil_future_unref(task);
    CHECK_EQ(drops, 1);
    noted();
}

struct large {
    char bytes[5000];
    int left;
};

static enum coil_step uses_large(struct coil_stackless *co, struct large *self)
{
    COIL_BEGIN(co);
    memset(self->bytes, 7, sizeof(self->bytes));
    COIL_YIELD(co);
    for (size_t i = 0; i < sizeof(self->bytes); i++)
        CHECK_EQ(self->bytes[i], 7);
    COIL_RETURN(co, coil_number(self->left));
    COIL_END(co);
}

LOOP_TEST(a_state_may_be_large)
{
    struct large state = {.left = 9};

    for (int i = 0; i < 300; i++)
        CHECK_EQ(
            coil_join(coil_create_stackless_task(uses_large, &state, sizeof(state), NULL)).status,
            9);
}

static enum coil_step awaits_itself(struct coil_stackless *co, int64_t *self)
{
    COIL_BEGIN(co);
    COIL_AWAIT(co, coil_current_task());
    *self = co->sent.status;
    COIL_RETURN(co, coil_number(*self == -EDEADLK));
    COIL_END(co);
}

LOOP_TEST(awaiting_itself_is_refused)
{
    int64_t state = 0;

    CHECK_EQ(
        coil_join(coil_create_stackless_task(awaits_itself, &state, sizeof(state), NULL)).status,
        1);
}

static enum coil_step calls_await(struct coil_stackless *co, void *self)
{
    (void)co;
    (void)self;
    coil_await(coil_create_future()); /* not in a task */
    return COIL_STEP_RETURN;
}

LOOP_FAIL_TEST(await_in_a_stackless_coroutine_aborts,
               "coil_await was called in a stackless coroutine")
{
    coil_join(coil_create_stackless_task(calls_await, "", 0, NULL));
}

static enum coil_step sleeps_long(struct coil_stackless *co, int *self)
{
    COIL_BEGIN(co);
    COIL_SLEEP(co, COIL_SECONDS(1000));
    ++*self;
    COIL_END(co);
}

static size_t resident(void)
{
    FILE *statm = fopen("/proc/self/statm", "r");
    size_t pages = 0;

    CHECK_EQ(fscanf(statm, "%*u %zu", &pages), 1);
    fclose(statm);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

SLOW_LOOP_TEST(a_sleeping_stackless_task_takes_less_than_200_bytes, 60)
{
    size_t n = 200000, before, each;
    struct coil_future **tasks;
    int state = 0;

    if (SLAB_MALLOC)
        SKIP("under a sanitizer memory is not what it costs");
    if (kit_under_valgrind())
        SKIP("what valgrind notes of each byte is resident, too");
    tasks = malloc(n * sizeof(*tasks));
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* what is touched counts, not what it stands in */
    memset(tasks, 1, n * sizeof(*tasks));  /* touched before it is measured */
    before = resident();
    for (size_t i = 0; i < n; i++)
        tasks[i] = coil_create_stackless_task(sleeps_long, &state, sizeof(state), NULL);
    coil_yield();
    each = (resident() - before) / n;
    CHECK(each > 100); /* they are there, and asleep */
    if (each >= 200)
        FAIL("a sleeping stackless task takes %zu bytes", each);
    coil_sleep(COIL_SECONDS(1001));
    for (size_t i = 0; i < n; i++)
        CHECK_EQ(coil_join(tasks[i]).status, 0);
    free(tasks);
}

/* A foreign kind: a list of answers to give, one after another. */
struct script {
    const enum coil_step *steps;
    struct coil_future *future;
    int at, closed;
};

static enum coil_step play(void *coroutine, struct coil_resume *step)
{
    struct script *self = coroutine;

    note("%lld", (long long)step->sent.status);
    step->future = self->future;
    step->delay_ns = self->at == 0 ? COIL_MS(5) : 0;
    step->result = coil_number(11);
    return self->steps[self->at++];
}

static void close_script(void *coroutine)
{
    ((struct script *)coroutine)->closed++;
}

static const struct coil_coroutine_ops script_ops = {.resume = play, .close = close_script};

LOOP_TEST(a_foreign_coroutine_is_resumed_with_what_it_waited_for_and_closed_once)
{
    static const enum coil_step steps[] = {COIL_STEP_SLEEP, COIL_STEP_AWAIT, COIL_STEP_YIELD,
                                           COIL_STEP_SLEEP, COIL_STEP_RETURN};
    struct script script = {.steps = steps, .future = coil_create_future()};
    struct coil_future *task = coil_create_foreign_task(&script_ops, &script, NULL);
    int64_t before = coil_time();

    coil_sleep(COIL_MS(6));
    coil_future_set_result(script.future, coil_number(8), NULL);
    CHECK_EQ(coil_await(task).status, 11);
    CHECK_EQ(coil_time() - before, COIL_MS(6));
    CHECK_STR(noted(), "0 0 8 0 0");
    CHECK_EQ(script.closed, 1);
    coil_future_unref(task);
    coil_future_unref(script.future);
    CHECK_EQ(script.closed, 1);
}

LOOP_TEST(a_foreign_coroutine_is_told_its_cancellation_at_every_kind_of_wait)
{
    static const enum coil_step kinds[] = {COIL_STEP_SLEEP, COIL_STEP_AWAIT, COIL_STEP_YIELD};

    for (int k = 0; k < 3; k++) {
        enum coil_step steps[] = {kinds[k], COIL_STEP_RETURN};
        struct script script = {.steps = steps, .future = coil_create_future()};
        struct coil_future *task = coil_create_foreign_task(&script_ops, &script, NULL);

        coil_yield();
        CHECK(coil_future_cancel(task, NULL));
        CHECK_EQ(coil_await(task).status, 11);
        CHECK_STR(noted(), "0 -125");
        CHECK_EQ(script.closed, 1);
        coil_future_unref(task);
        coil_future_unref(script.future);
    }
}

LOOP_TEST(a_foreign_coroutine_that_cannot_be_made_is_closed)
{
    struct script script = {0};
    struct coil_future *task;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    task = coil_create_foreign_task(&script_ops, &script, NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_await(task).status, -ENOMEM);
    CHECK_EQ(script.closed, 1);
    coil_future_unref(task);
    CHECK_STR(noted(), "");
}

LOOP_TEST(a_foreign_coroutine_that_never_began_is_closed_not_resumed)
{
    struct script script = {0};
    struct coil_future *task = coil_create_foreign_task(&script_ops, &script, NULL);

    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(script.closed, 1);
    CHECK_STR(noted(), "");
    coil_future_unref(task);
}
