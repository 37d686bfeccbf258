/* Generators: bodies that give values one by one to whoever asks. */
#include <pthread.h>

#include "base/fault.h"
#include "unit/loop/inside.h"

static coil_async struct coil_result counts_to(struct coil_generator *self, void *arg)
{
    for (intptr_t i = 1; i <= (intptr_t)arg; i++)
        coil_generate(self, (void *)i);
    return coil_value("end");
}

static intptr_t number_of(struct coil_result r)
{
    return r.status < 0 ? (intptr_t)r.status : (intptr_t)r.value;
}

TEST(outside_a_loop_values_come_one_by_one_then_the_end_for_ever)
{
    struct coil_generator *g = coil_generator_open(counts_to, (void *)3, 0);
    struct coil_result r;

    CHECK_EQ(number_of(coil_generator_next(g)), 1);
    CHECK_EQ(number_of(coil_generator_next(g)), 2);
    CHECK_EQ(number_of(coil_generator_next(g)), 3);
    r = coil_generator_next(g);
    CHECK_EQ(r.status, -COIL_EENDED);
    CHECK_STR(r.value, "end");
    CHECK_EQ(coil_generator_next(g).status, -COIL_EENDED);
    CHECK_EQ(coil_generator_send(g, "x").status, -COIL_EENDED);
    CHECK_EQ(coil_generator_close(g), 0);
}

static coil_async struct coil_result echoes(struct coil_generator *self, void *arg)
{
    struct coil_result got = coil_generate(self, arg);

    while (got.status >= 0 && got.value != NULL) {
        note("%s", (char *)got.value);
        got = coil_generate(self, got.value);
    }
    note("%lld", (long long)got.status);
    return got;
}

TEST(what_is_sent_comes_out_of_generate)
{
    struct coil_generator *g = coil_generator_open(echoes, "ready", 0);

    CHECK_EQ(coil_generator_send(g, "early").status, -EINVAL); /* it has not started */
    CHECK_STR(coil_generator_send(g, NULL).value, "ready");
    CHECK_STR(coil_generator_send(g, "a").value, "a");
    CHECK_STR(coil_generator_send(g, "b").value, "b");
    CHECK_EQ(coil_generator_next(g).status, -COIL_EENDED); /* NULL ends it */
    CHECK_STR(noted(), "a b 0");
    CHECK_EQ(coil_generator_close(g), 0);
}

TEST(closing_lets_the_body_clean_up)
{
    struct coil_generator *g = coil_generator_open(echoes, "ready", 0);

    coil_generator_next(g);
    CHECK_EQ(coil_generator_close(g), 0);
    CHECK_STR(noted(), "-125");
    CHECK_EQ(coil_generator_close(NULL), 0);
}

TEST(closing_one_that_never_started_does_not_run_it)
{
    CHECK_EQ(coil_generator_close(coil_generator_open(echoes, "x", 0)), 0);
    CHECK_STR(noted(), "");
}

static coil_async struct coil_result fails_second(struct coil_generator *self, void *arg)
{
    (void)arg;
    coil_generate(self, "one");
    return coil_error(-EIO);
}

TEST(the_bodys_error_is_told_once_then_the_end)
{
    struct coil_generator *g = coil_generator_open(fails_second, NULL, 0);

    CHECK_STR(coil_generator_next(g).value, "one");
    CHECK_EQ(coil_generator_next(g).status, -EIO);
    CHECK_EQ(coil_generator_next(g).status, -COIL_EENDED);
    CHECK_EQ(coil_generator_close(g), 0);
}

TEST(an_error_while_closing_is_what_close_returns)
{
    struct coil_generator *g = coil_generator_open(fails_second, NULL, 0);

    coil_generator_next(g);
    CHECK_EQ(coil_generator_close(g), -EIO);
}

static coil_async struct coil_result never_stops(struct coil_generator *self, void *arg)
{
    (void)arg;
    for (;;)
        coil_generate(self, "more");
    return coil_value(NULL);
}

TEST(a_body_that_goes_on_generating_is_abandoned)
{
    struct coil_generator *g = coil_generator_open(never_stops, NULL, 0);

    coil_generator_next(g);
    CHECK_EQ(coil_generator_close(g), -EPROTO);
}

static coil_async struct coil_result asks_itself(struct coil_generator *self, void *arg)
{
    (void)arg;
    coil_generate(self, (void *)(intptr_t)-coil_generator_next(self).status);
    return coil_value(NULL);
}

TEST(asking_a_running_one_is_busy)
{
    struct coil_generator *g = coil_generator_open(asks_itself, NULL, 0);

    CHECK_EQ(number_of(coil_generator_next(g)), EBUSY);
    coil_generator_close(g);
}

static coil_async struct coil_result doubles(struct coil_generator *self, void *arg)
{
    struct coil_result r;

    while ((r = coil_generator_next(arg)).status >= 0)
        coil_generate(self, (void *)(2 * (intptr_t)r.value));
    coil_generator_close(arg);
    return coil_value(NULL);
}

TEST(generators_may_ask_generators)
{
    struct coil_generator *g = coil_generator_open(counts_to, (void *)100, 0);
    intptr_t sum = 0, n;

    for (int i = 0; i < 3; i++)
        g = coil_generator_open(doubles, g, 0);
    while ((n = number_of(coil_generator_next(g))) >= 0)
        sum += n;
    CHECK_EQ(sum, 8 * 5050);
    coil_generator_close(g);
}

static void *generates_in_thread(void *arg)
{
    struct coil_generator *g = coil_generator_open(counts_to, arg, 0);
    intptr_t sum = 0, n;

    /* not in a task */
    while ((n = number_of(coil_generator_next(g))) >= 0)
        sum += n;
    /* not in a task */
    coil_generator_close(g);
    return (void *)sum;
}

TEST(every_thread_has_its_own)
{
    pthread_t threads[4];
    void *sum;

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, generates_in_thread, (void *)1000);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &sum);
        CHECK_EQ((intptr_t)sum, 500500);
    }
}

static coil_async struct coil_result sleeps_between(struct coil_generator *self, void *arg)
{
    for (intptr_t i = 1; i <= (intptr_t)arg; i++) {
        int err = coil_sleep(COIL_MS(10));

        if (err != 0) {
            note("told %d", err);
            return coil_error(err);
        }
        if (coil_generate(self, (void *)i).status == -ECANCELED) {
            note("closing");
            coil_sleep(COIL_MS(1));
            note("closed");
            break;
        }
    }
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(a_body_that_awaits_suspends_who_asked)
{
    struct coil_generator *g = coil_generator_open(sleeps_between, (void *)3, 0);
    int64_t before = coil_time();

    for (int i = 1; i <= 3; i++)
        CHECK_EQ(number_of(coil_generator_next(g)), i);
    CHECK_EQ(coil_generator_next(g).status, -COIL_EENDED);
    CHECK(coil_time() - before >= COIL_MS(30));
    CHECK_EQ(coil_generator_close(g), 0);
}

LOOP_TEST(while_the_body_sleeps_others_run)
{
    struct coil_generator *g = coil_generator_open(sleeps_between, (void *)3, 0);
    struct coil_call call;

    coil_call_init(&call, note_arg, "other");
    coil_call_later(coil_loop_current(), &call, COIL_MS(5));
    coil_generator_next(g);
    CHECK_STR(noted(), "other");
    CHECK_EQ(coil_generator_close(g), 0); /* suspends in the clean-up */
    CHECK_STR(noted(), "closing closed");
}

static coil_async struct coil_result consumes(void *g)
{
    struct coil_result r = coil_generator_next(g);

    note("got %lld", (long long)r.status);
    return r;
}

LOOP_TEST(cancelling_the_consumer_is_seen_by_the_await_inside)
{
    struct coil_generator *g = coil_generator_open(sleeps_between, (void *)3, 0);
    struct coil_future *task = coil_create_task(consumes, g);

    coil_sleep(COIL_MS(1));
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_STR(noted(), "told -125 got -125");
    CHECK_EQ(coil_generator_next(g).status, -COIL_EENDED);
    coil_generator_close(g);
    coil_future_unref(task);
}

LOOP_TEST(another_task_may_go_on_with_it)
{
    struct coil_generator *g = coil_generator_open(counts_to, (void *)10, 0);

    for (int i = 1; i <= 10; i++) {
        struct coil_future *task = coil_create_task(consumes, g);

        CHECK_EQ(number_of(coil_await(task)), i);
        coil_future_unref(task);
    }
    noted();
    CHECK_EQ(coil_generator_close(g), 0);
}

LOOP_TEST(while_one_consumer_is_parked_in_it_another_is_told_busy)
{
    struct coil_generator *g = coil_generator_open(sleeps_between, (void *)3, 0);
    struct coil_future *task = coil_create_task(consumes, g);

    coil_yield();
    CHECK_EQ(coil_generator_next(g).status, -EBUSY);
    CHECK_EQ(number_of(coil_join(task)), 1);
    noted();
    coil_generator_close(g);
}

LOOP_TEST(while_one_consumer_is_parked_in_it_another_cannot_close_it)
{
    struct coil_generator *g = coil_generator_open(sleeps_between, (void *)3, 0);
    struct coil_future *task = coil_create_task(consumes, g);

    coil_yield();
    CHECK_EQ(coil_generator_close(g), -EBUSY);
    CHECK_EQ(number_of(coil_join(task)), 1);
    CHECK_EQ(number_of(coil_generator_next(g)), 2);
    noted();
    CHECK_EQ(coil_generator_close(g), 0);
    CHECK_STR(noted(), "closing closed");
}

/* The one in whose body the other task is parked cannot be closed, nor the one that it asks. */
LOOP_TEST(while_a_consumer_is_parked_two_generators_deep_neither_can_be_closed)
{
    struct coil_generator *inner = coil_generator_open(sleeps_between, (void *)3, 0);
    struct coil_generator *outer = coil_generator_open(doubles, inner, 0);
    struct coil_future *task = coil_create_task(consumes, outer);

    coil_yield();
    CHECK_EQ(coil_generator_close(outer), -EBUSY);
    CHECK_EQ(coil_generator_close(inner), -EBUSY);
    CHECK_EQ(number_of(coil_join(task)), 2);
    while (coil_generator_next(outer).status >= 0)
        continue; /* to its end: it closes the inner one */
    CHECK_EQ(coil_generator_close(outer), 0);
}

static coil_async struct coil_result sleeps_deep(struct coil_generator *self, void *arg)
{
    struct coil_generator *inner = coil_generator_open(sleeps_between, arg, 0);
    struct coil_result r;

    while ((r = coil_generator_next(inner)).status >= 0)
        coil_generate(self, r.value);
    coil_generator_close(inner);
    return r.status == -COIL_EENDED ? coil_value(NULL) : r;
}

LOOP_TEST(an_await_two_generators_deep_suspends_the_task_too)
{
    struct coil_generator *g = coil_generator_open(sleeps_deep, (void *)3, 0);
    struct coil_future *task;

    CHECK_EQ(number_of(coil_generator_next(g)), 1);
    CHECK_EQ(number_of(coil_generator_next(g)), 2);
    task = coil_create_task(consumes, g);
    coil_sleep(COIL_MS(1));
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_STR(noted(), "told -125 got -125");
    coil_generator_close(g);
}

static coil_async struct coil_result makes_tasks(struct coil_generator *self, void *arg)
{
    struct coil_task_options eager = {.eager = true};
    struct coil_generator *g = coil_generator_open(counts_to, (void *)1, 0);

    (void)arg;
    coil_generate(self, (void *)number_of(coil_join(coil_create_task_with(consumes, g, &eager))));
    coil_generator_close(g);
    return coil_value(NULL);
}

LOOP_TEST(a_body_may_make_eager_tasks_that_use_generators)
{
    struct coil_generator *g = coil_generator_open(makes_tasks, NULL, 0);

    CHECK_EQ(number_of(coil_generator_next(g)), 1);
    coil_generator_next(g);
    coil_generator_close(g);
    noted();
}

TEST(a_deep_body_gets_the_stack_it_asked_for)
{
    struct coil_generator *g = coil_generator_open(counts_to, (void *)1, 4u << 20);

    CHECK(g != NULL);
    CHECK_EQ(number_of(coil_generator_next(g)), 1);
    coil_generator_close(g);
    CHECK_PTR(coil_generator_open(counts_to, NULL, 1u << 30), NULL);
}

TEST(without_memory_there_is_none)
{
    for (uint64_t k = 1;; k++) {
        struct coil_generator *g;

        coil__fault_arm(FAULT_ALLOC, k, false);
        g = coil_generator_open(counts_to, NULL, 0);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        if (g != NULL) {
            CHECK(k > 1);
            coil_generator_close(g);
            break;
        }
    }
}

TEST(ten_thousand_at_once)
{
    static struct coil_generator *many[10000];
    int n = kit_effort(10000); /* valgrind looks for each stack among all of them */

    for (int i = 0; i < n; i++) {
        many[i] = coil_generator_open(counts_to, (void *)2, 16384);
        CHECK_EQ(number_of(coil_generator_next(many[i])), 1);
    }
    for (int i = 0; i < n; i++)
        CHECK_EQ(coil_generator_close(many[i]),
                 -EPROTO); /* counts_to does not look at what it is told */
}

/* Gives values from inside a scope of its own. */
static coil_async struct coil_result in_a_scope(struct coil_generator *self, void *delay)
{
    struct coil_timeout scope;
    int64_t status = 0;

    coil_timeout_enter(&scope, COIL_MS((intptr_t)delay));
    while (status >= 0)
        status = coil_generate(self, (void *)1).status;
    status = coil_timeout_exit(&scope, status);
    note("%s", status == -ETIMEDOUT ? "late" : "left");
    return coil_error(status);
}

LOOP_TEST(a_scope_of_the_body_is_no_concern_of_who_asks)
{
    struct coil_generator *inner = coil_generator_open(in_a_scope, (void *)500, 0);
    struct coil_generator *g = coil_generator_open(in_a_scope, (void *)900, 0);

    for (int i = 0; i < 3; i++) {
        struct coil_timeout own;
        int64_t status;

        coil_timeout_enter(&own, COIL_MS(1));
        status = coil_generator_next(i == 1 ? inner : g).status;
        CHECK_EQ(coil_timeout_exit(&own, status), 0);
    }
    CHECK_EQ(coil_generator_close(g), 0);
    CHECK_EQ(coil_generator_close(inner), 0);
    CHECK_STR(noted(), "left left");
    CHECK_EQ(coil_sleep(COIL_SECONDS(1)), 0); /* neither fires any more */
}

LOOP_TEST(a_scope_of_the_body_fires_while_it_is_suspended)
{
    struct coil_generator *g = coil_generator_open(in_a_scope, (void *)2, 0);

    CHECK_EQ(number_of(coil_generator_next(g)), 1);
    CHECK_EQ(coil_sleep(COIL_SECONDS(9)), -ECANCELED);
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 1);
    CHECK_EQ(coil_generator_close(g), -ETIMEDOUT);
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
    CHECK_STR(noted(), "late");
}

static coil_async struct coil_result asks_once(void *g)
{
    return coil_number(number_of(coil_generator_next(g)));
}

static coil_async struct coil_result closes(void *g)
{
    return coil_error(coil_generator_close(g));
}

LOOP_TEST(a_scope_of_the_body_may_outlive_the_task_that_entered_it)
{
    for (int late = 0; late < 2; late++) {
        struct coil_generator *g = coil_generator_open(in_a_scope, (void *)2, 0);

        CHECK_EQ(coil_join(coil_create_task(asks_once, g)).status, 1);
        if (late)
            CHECK_EQ(coil_sleep(COIL_MS(5)), 0); /* it fired, at nobody */
        CHECK_EQ(coil_join(coil_create_task(asks_once, g)).status, 1);
        CHECK_EQ(coil_join(coil_create_task(closes, g)).status, late ? -ETIMEDOUT : 0);
    }
    CHECK_STR(noted(), "left late");
    CHECK_EQ(coil_sleep(COIL_MS(5)), 0);
}

static coil_async struct coil_result never_leaves(struct coil_generator *self, void *arg)
{
    struct coil_timeout scope;

    coil_timeout_enter(&scope, COIL_MS(2));
    return never_stops(self, arg);
}

LOOP_TEST(a_scope_of_an_abandoned_body_is_gone)
{
    struct coil_generator *g = coil_generator_open(never_leaves, NULL, 0);

    coil_generator_next(g);
    CHECK_EQ(coil_generator_close(g), -EPROTO);
    CHECK_EQ(coil_sleep(COIL_MS(5)), 0);
}

static coil_async struct coil_result sleeps_while_it_is_closed(struct coil_generator *self,
                                                               void *arg)
{
    (void)arg;
    coil_generate(self, NULL);
    return coil_error(coil_sleep(COIL_SECONDS(9)));
}

LOOP_TEST(cancelled_while_it_closes_who_closes_is_told)
{
    struct coil_generator *g = coil_generator_open(sleeps_while_it_is_closed, NULL, 0);
    struct coil_timeout limit;

    coil_generator_next(g);
    coil_timeout_enter(&limit, COIL_MS(2));
    CHECK_EQ(coil_timeout_exit(&limit, coil_generator_close(g)), -ETIMEDOUT);
}

static coil_async struct coil_result returns_inside(struct coil_generator *self, void *arg)
{
    struct coil_timeout scope;

    (void)self;
    (void)arg;
    coil_timeout_enter(&scope, COIL_MS(2));
    return coil_value(NULL);
}

LOOP_FAIL_TEST(a_body_that_returns_inside_a_scope_aborts,
               "a generator's body returned from inside a scope")
{
    coil_generator_next(coil_generator_open(returns_inside, NULL, 0));
}

FAIL_TEST(generating_outside_the_body_aborts,
          "coil_generate is called outside the generator's body")
{
    coil_generate(coil_generator_open(counts_to, NULL, 0), "x");
}

static coil_async struct coil_result closes_itself(struct coil_generator *self, void *arg)
{
    (void)arg;
    coil_generate(self, (void *)(intptr_t)-coil_generator_close(self));
    return coil_value(NULL);
}

TEST(a_body_cannot_close_itself)
{
    struct coil_generator *g = coil_generator_open(closes_itself, NULL, 0);

    CHECK_EQ(number_of(coil_generator_next(g)), EBUSY);
    CHECK_EQ(coil_generator_next(g).status, -COIL_EENDED);
    CHECK_EQ(coil_generator_close(g), 0);
}
