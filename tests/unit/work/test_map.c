/* map, on an executor whose jobs are run by hand: what comes of the items, and how it ends early.
 */
#include "hand.h"

#include "base/fault.h"

enum { ITEMS = 10 };

static const int items[ITEMS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static struct coil_result results[ITEMS];

static struct coil_result square(void *item)
{
    int number = *(const int *)item;

    CHECK_EQ(coil_job_arg_bytes(item), sizeof(int));
    return coil_number(number * number);
}

static void check_squares(void)
{
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, i * i);
    memset(results, 0, sizeof(results));
}

/* ---- what comes of the items ---- */

TEST(results_are_in_the_order_of_the_items)
{
    struct coil_executor *hand = hand_open(2);

    hand_start(hand, true); /* the last one first */
    CHECK_EQ(coil_executor_map(hand, square, items, ITEMS, results), 0);
    check_squares();
    CHECK_EQ(hand_submitted(hand), ITEMS);
    CHECK(hand_most_out(hand) <= 4); /* twice as many as there are workers */
    hand_close(hand);
}

TEST(no_more_jobs_are_out_than_said)
{
    for (size_t at_once = 1; at_once <= 12; at_once += 3) {
        struct coil_map_options options = {.at_once = at_once};
        struct coil_executor *hand = hand_open(1);

        hand_start(hand, false);
        CHECK_EQ(coil_executor_map_with(hand, square, items, ITEMS, results, &options), 0);
        check_squares();
        CHECK(hand_most_out(hand) <= at_once);
        hand_close(hand);
    }
}

TEST(items_go_in_chunks)
{
    for (size_t chunk = 1; chunk <= 13; chunk++) {
        struct coil_map_options options = {.chunk = chunk, .at_once = 2};
        struct coil_executor *hand = hand_open(1);

        hand_start(hand, true);
        CHECK_EQ(coil_executor_map_with(hand, square, items, ITEMS, results, &options), 0);
        check_squares();
        CHECK_EQ(hand_submitted(hand), (ITEMS + chunk - 1) / chunk);
        hand_close(hand);
    }
}

TEST(no_items_are_no_work)
{
    struct coil_executor *hand = hand_open(1);

    CHECK_EQ(coil_executor_map(hand, square, items, 0, results), 0);
    CHECK_EQ(coil_executor_map(NULL, square, items, 0, NULL), 0);
    CHECK_EQ(hand_submitted(hand), 0);
    hand_close(hand);
}

TEST(without_an_executor_all_are_refused)
{
    CHECK_EQ(coil_executor_map(NULL, square, items, ITEMS, results), -COIL_ESTOPPED);
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, -COIL_ESTOPPED);
}

/* Odd ones fail, each in its own way. */
static struct coil_result fail_odd(void *item)
{
    int number = *(const int *)item;

    return number % 2 == 0 ? coil_number(number) : coil_raise(100 + number, "%d is odd", number);
}

TEST(failures_are_counted_and_told)
{
    struct coil_map_options options = {.chunk = 3};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, fail_odd, items, ITEMS, results, &options), ITEMS / 2);
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, i % 2 == 0 ? i : -100 - i);
    hand_close(hand);
}

static int made, freed;

static struct coil_result make(void *item)
{
    (void)item;
    made++;
    return coil_value(malloc(8));
}

static void count_free(void *value)
{
    freed++;
    free(value);
}

TEST(values_are_the_callers)
{
    struct coil_map_options options = {.job = {.drop_result = count_free}};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, make, items, ITEMS, results, &options), 0);
    hand_close(hand);
    CHECK_EQ(freed, 0);
    for (int i = 0; i < ITEMS; i++)
        free(results[i].value);
}

TEST(values_nobody_wants_are_dropped)
{
    struct coil_map_options options = {.job = {.drop_result = count_free}, .chunk = 4};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, make, items, ITEMS, NULL, &options), 0);
    hand_close(hand);
    CHECK_EQ(made, ITEMS);
    CHECK_EQ(freed, ITEMS);
}

static int told[ITEMS];

static void take_each(size_t index, struct coil_result result, void *arg)
{
    CHECK_PTR(arg, told);
    told[index]++;
    free(result.value);
}

TEST(each_item_is_told_once_and_its_value_handed_over)
{
    struct coil_map_options options = {
        .each = take_each, .arg = told, .chunk = 3, .job = {.drop_result = count_free}};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, true);
    CHECK_EQ(coil_executor_map_with(hand, make, items, ITEMS, results, &options), 0);
    CHECK_EQ(coil_executor_map_with(hand, fail_odd, items, ITEMS, NULL, &options), ITEMS / 2);
    hand_close(hand);
    for (int i = 0; i < ITEMS; i++) {
        CHECK_EQ(told[i], 2);
        CHECK_PTR(results[i].value, NULL); /* the status only */
    }
    CHECK_EQ(freed, 0);
}

/* ---- how it ends early ---- */

TEST(refused_in_the_middle_the_rest_is_told_so)
{
    struct coil_map_options options = {.at_once = 2, .each = take_each, .arg = told};
    struct coil_executor *hand = hand_open(1);

    hand_refuse_after(hand, 4);
    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, square, items, ITEMS, results, &options), -COIL_ESTOPPED);
    for (int i = 0; i < ITEMS; i++) {
        CHECK(results[i].status == -COIL_ESTOPPED || i < 4);
        CHECK_EQ(told[i], 1);
    }
    hand_close(hand);
}

TEST(first_error_ends_it_if_asked_to)
{
    struct coil_map_options options = {.at_once = 2, .stop_on_error = true};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, fail_odd, items, ITEMS, results, &options), -101);
    CHECK_STR(coil_exception_text(coil_current_exception()), "1 is odd");
    CHECK_EQ(results[0].status, 0);
    CHECK_EQ(results[1].status, -101);
    for (int i = 4; i < ITEMS; i++)
        CHECK_EQ(results[i].status, -ECANCELED);
    CHECK(hand_submitted(hand) <= 4);
    hand_close(hand);
}

static struct coil_result run_until_told(void *item)
{
    (void)item;
    while (!coil_job_cancelled())
        usleep(100);
    return coil_error(-ECANCELED);
}

TEST(time_over_all_are_cancelled_and_waited_for)
{
    struct coil_map_options options = {.timeout_ns = COIL_MS(5), .at_once = 3};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, run_until_told, items, ITEMS, results, &options),
             -ETIMEDOUT);
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, -ECANCELED);
    CHECK_EQ(hand_submitted(hand), 3);
    hand_close(hand);
}

TEST(time_over_it_ends_though_jobs_come_all_the_time)
{
    enum { MANY = 1 << 20 };
    struct coil_map_options options = {.timeout_ns = COIL_MS(5), .at_once = 64};
    struct coil_executor *hand = hand_open(1);
    int *many = calloc(MANY, sizeof(int));

    hand_start(hand, false);
    CHECK_EQ(coil_executor_map_with(hand, square, many, MANY, NULL, &options), -ETIMEDOUT);
    CHECK(hand_submitted(hand) < MANY);
    hand_close(hand);
    free(many);
}

TEST(interrupt_ends_it)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    interrupts_begin();
    CHECK_EQ(coil_executor_map(hand, run_until_told, items, ITEMS, results), -EINTR);
    interrupts_end();
    CHECK_EQ(results[ITEMS - 1].status, -ECANCELED);
    hand_close(hand);
}

/* ---- in a task ---- */

static coil_async struct coil_result map_squares(void *hand)
{
    struct coil_map_options options = {.at_once = 3, .chunk = 2};

    return coil_number(coil_executor_map_with(hand, square, items, ITEMS, results, &options));
}

DRIVER_TEST(task_maps_while_a_thread_works)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, true);
    CHECK_EQ(coil_run(map_squares, hand).status, 0);
    check_squares();
    hand_close(hand);
}

static coil_async struct coil_result map_and_work(void *hand)
{
    struct coil_future *task = coil_create_task(map_squares, hand);
    struct coil_result result;

    while (!coil_future_done(task)) {
        hand_run(hand, true);
        CHECK_EQ(coil_yield(), 0);
    }
    result = coil_future_result(task);
    coil_future_unref(task);
    return result;
}

DRIVER_TEST(task_maps_while_another_works_on_its_loop)
{
    struct coil_executor *hand = hand_open(1);

    CHECK_EQ(coil_run(map_and_work, hand).status, 0);
    check_squares();
    CHECK_EQ(hand_most_out(hand), 3);
    hand_close(hand);
}

static int begun, may_end;

static struct coil_result run_until_let(void *item)
{
    __atomic_store_n(&begun, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&may_end, __ATOMIC_SEQ_CST) == 0)
        usleep(100);
    return run_until_told(item);
}

static coil_async struct coil_result map_until_told(void *hand)
{
    int64_t status = coil_executor_map(hand, run_until_let, items, ITEMS, results);

    CHECK_EQ(status, -ECANCELED);
    return coil_error(status);
}

static coil_async struct coil_result map_and_cancel(void *hand)
{
    struct coil_future *task = coil_create_task(map_until_told, hand);

    while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) == 0)
        CHECK_EQ(coil_yield(), 0);
    for (int i = 0; i < 3; i++) { /* the second and third change nothing */
        CHECK(coil_future_cancel(task, "enough"));
        CHECK_EQ(coil_yield(), 0);
        CHECK_EQ(coil_yield(), 0);
    }
    CHECK(!coil_future_done(task));
    __atomic_store_n(&may_end, 1, __ATOMIC_SEQ_CST);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    coil_future_unref(task);
    return coil_value(NULL);
}

DRIVER_TEST(cancelled_task_waits_for_what_is_out)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_run(map_and_cancel, hand).status, 0);
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, -ECANCELED);
    CHECK_EQ(hand_submitted(hand), 2);
    hand_close(hand);
}

static coil_async struct coil_result map_fails(void *hand)
{
    struct coil_map_options options = {.stop_on_error = true, .timeout_ns = COIL_SECONDS(3600)};
    int64_t status;

    if (strcmp(coil_loop_driver(coil_loop_current()), "sim") == 0)
        options.timeout_ns = 0; /* an hour is over at once there */
    status = coil_executor_map_with(hand, fail_odd, items, ITEMS, results, &options);
    CHECK_STR(coil_exception_text(coil_current_exception()), "1 is odd");
    return coil_error(status);
}

DRIVER_TEST(what_was_raised_for_the_first_error_goes_on_with_it)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_run(map_fails, hand).status, -101);
    CHECK_STR(coil_exception_text(coil_current_exception()), "1 is odd");
    hand_close(hand);
}

static coil_async struct coil_result map_in_time(void *hand)
{
    struct coil_map_options options = {.timeout_ns = COIL_MS(3)};

    return coil_number(coil_executor_map_with(hand, run_until_told, items, 2, results, &options));
}

DRIVER_TEST(task_is_told_when_the_time_is_over)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_run(map_in_time, hand).status, -ETIMEDOUT);
    hand_close(hand);
}

static bool heard;

static void hear(void *unused)
{
    (void)unused;
    heard = true;
}

static coil_async struct coil_result map_done_jobs(void *hand)
{
    struct coil_call call;

    coil_call_init(&call, hear, NULL);
    coil_call_soon(coil_loop_current(), &call);
    hand_refuse_after(hand, 0);
    CHECK_EQ(coil_executor_map(hand, square, items, ITEMS, results), -COIL_ESTOPPED);
    CHECK(heard);
    return coil_value(NULL);
}

DRIVER_TEST(task_lets_others_run_though_all_is_done_at_once)
{
    struct coil_executor *hand = hand_open(1);

    CHECK_EQ(coil_run(map_done_jobs, hand).status, 0);
    hand_close(hand);
}

/* ---- a loop that destroys the task ---- */

static struct coil_result make_when_let(void *item)
{
    __atomic_store_n(&begun, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&may_end, __ATOMIC_SEQ_CST) == 0)
        usleep(100);
    return make(item);
}

static coil_async struct coil_result map_values(void *hand)
{
    struct coil_map_options options = {.at_once = 2, .job = {.drop_result = count_free}};

    return coil_number(
        coil_executor_map_with(hand, make_when_let, items, ITEMS, results, &options));
}

static coil_async struct coil_result begin_to_map(void *hand)
{
    coil_future_unref(coil_create_task(map_values, hand));
    while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) == 0)
        CHECK_EQ(coil_yield(), 0);
    return coil_value(NULL);
}

DRIVER_TEST(destroyed_task_keeps_nothing_of_its_jobs)
{
    struct coil_executor *hand = hand_open(1);
    struct coil_loop *loop;
    struct coil_future *task;

    hand_start(hand, false);
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    task = coil_loop_create_task(loop, begin_to_map, hand);
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
    coil_future_unref(task);
    errors_begin(); /* "Task was destroyed but it is pending!" */
    coil_loop_close(loop);
    free(errors_end());
    __atomic_store_n(&may_end, 1, __ATOMIC_SEQ_CST);
    hand_close(hand);
    CHECK_EQ(made, 1);
    CHECK_EQ(freed, 1);
    CHECK_EQ(results[0].status, 0); /* nobody is told */
}

/* ---- bad days ---- */

static coil_async void fail_each_allocation(struct coil_executor *hand)
{
    struct coil_map_options options = {.chunk = 4, .at_once = 2};
    uint64_t k = 0, count;
    int64_t status;

    do {
        memset(results, 1, sizeof(results));
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        status = coil_executor_map_with(hand, square, items, ITEMS, results, &options);
        count = coil__fault_count(FAULT_ALLOC);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(status == 0 || status == -ENOMEM || status == ITEMS % 4 || status == 4);
        for (int i = 0; i < ITEMS; i++)
            CHECK(results[i].status == i * i || results[i].status == -ENOMEM ||
                  results[i].status == -ECANCELED);
    } while (k <= count + 1);
    CHECK_EQ(status, 0);
    CHECK(k > 8);
}

TEST(every_allocation_may_fail)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    fail_each_allocation(hand);
    hand_close(hand);
}

static coil_async struct coil_result fail_each_in_task(void *hand)
{
    fail_each_allocation(hand);
    return coil_value(NULL);
}

DRIVER_TEST(every_allocation_may_fail_in_a_task)
{
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    CHECK_EQ(coil_run(fail_each_in_task, hand).status, 0);
    hand_close(hand);
}
