/* A result that another thread brings to a future of a loop. */
#include "work/arrival.h"

#include "base/alloc.h"
#include "jobs.h"

struct parcel {
    struct arrival arrival;
    int64_t number;
};

static int made, dropped, cancelled, freed;

static struct parcel *of_arrival(struct arrival *arrival)
{
    return container_of(arrival, struct parcel, arrival);
}

static void settle(struct arrival *arrival)
{
    coil__future_settle_status(&arrival->future, coil_number(of_arrival(arrival)->number), NULL);
}

static void count_dropped(struct arrival *arrival)
{
    CHECK_EQ(of_arrival(arrival)->number, 7);
    dropped++;
}

static void count_cancelled(struct arrival *arrival, struct coil_exception *reason)
{
    CHECK_PTR(of_arrival(arrival)->arrival.future.exception, reason);
    cancelled++;
}

static void count_freed(struct arrival *arrival)
{
    freed++;
    mem_free(of_arrival(arrival));
}

static const struct arrival_kind kind = {
    .settle = settle, .drop = count_dropped, .cancel = count_cancelled, .free = count_freed};

static struct parcel *expect(struct coil_loop *loop)
{
    struct parcel *self = mem_alloc(sizeof(*self));

    made++;
    self->number = 7;
    coil__arrival_begin(&self->arrival, &kind, loop, "parcel", 0);
    return self;
}

static void check_counts(int want_dropped, int want_cancelled)
{
    CHECK_EQ(dropped, want_dropped);
    CHECK_EQ(cancelled, want_cancelled);
    CHECK_EQ(freed, made);
}

static void *bring(void *parcel)
{
    coil__arrival_bring(&((struct parcel *)parcel)->arrival);
    return NULL;
}

static coil_async struct coil_result await_one(void *unused)
{
    struct parcel *parcel = expect(coil_loop_current());
    struct coil_future *future = &parcel->arrival.future;
    pthread_t thread;
    int64_t number;

    (void)unused;
    CHECK_EQ(coil_loop_current()->others, 1);
    CHECK_EQ(pthread_create(&thread, NULL, bring, parcel), 0);
    number = coil_await(future).status;
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(coil_loop_current()->others, 0);
    coil_future_unref(future);
    return coil_number(number);
}

DRIVER_TEST(what_a_thread_brings_settles_the_future)
{
    CHECK_EQ(coil_run(await_one, NULL).status, 7);
    check_counts(0, 0);
}

static coil_async struct coil_result cancel_first(void *unused)
{
    struct parcel *parcel = expect(coil_loop_current());

    (void)unused;
    CHECK(coil_future_cancel(&parcel->arrival.future, "enough"));
    CHECK(coil_future_cancelled(&parcel->arrival.future));
    CHECK_EQ(coil_loop_current()->others, 0);
    coil_future_unref(&parcel->arrival.future);
    CHECK_EQ(freed, 0);
    bring(parcel);
    while (freed == 0)
        CHECK_EQ(coil_yield(), 0);
    return coil_number(0);
}

DRIVER_TEST(after_a_cancellation_it_is_dropped)
{
    CHECK_EQ(coil_run(cancel_first, NULL).status, 0);
    check_counts(1, 1);
}

static coil_async struct coil_result settle_by_hand(void *unused)
{
    struct parcel *parcel = expect(coil_loop_current());
    struct coil_future *future = &parcel->arrival.future;

    (void)unused;
    coil_future_set_result(future, coil_number(3), NULL);
    bring(parcel);
    while (coil_loop_current()->others > 0)
        CHECK_EQ(coil_yield(), 0);
    CHECK_EQ(coil_await(future).status, 3);
    coil_future_unref(future);
    return coil_number(0);
}

DRIVER_TEST(who_settles_the_future_first_is_right)
{
    CHECK_EQ(coil_run(settle_by_hand, NULL).status, 0);
    check_counts(1, 0);
}

static void close_first(bool keeps)
{
    struct coil_loop *loop;
    struct parcel *parcel;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    parcel = expect(loop);
    if (!keeps)
        coil_future_unref(&parcel->arrival.future);
    coil_loop_close(loop);
    if (keeps) {
        CHECK_EQ(coil_future_result(&parcel->arrival.future).status, -COIL_ESTOPPED);
        coil_future_unref(&parcel->arrival.future);
    }
    CHECK_EQ(freed, made - 1);
    bring(parcel);
}

DRIVER_TEST(a_loop_that_closes_does_not_wait_for_it)
{
    close_first(true);
    check_counts(1, 0);
    close_first(false);
    check_counts(2, 0);
}
