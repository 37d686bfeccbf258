/* Jobs as bytes and batches, run where the test is. */
#include "jobs.h"
#include "work/executor.h"

static struct coil_result upper(void *arg)
{
    char *text = arg;
    size_t n = coil_job_arg_bytes(arg);

    CHECK_EQ((uintptr_t)arg % _Alignof(max_align_t), 0);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(text[i] - 32);
    return coil_bytes_result(text, n);
}

static struct payload *payload_of(coil_coroutine_fn *fn, const void *data, size_t n, size_t size,
                                  bool batch)
{
    return coil__payload_new(coil_function_of(fn, "fn"), data, n, size, batch);
}

TEST(the_function_gets_a_copy_and_its_size)
{
    struct payload *payload = payload_of(upper, "abc", 1, 3, false);
    struct coil_result result = coil__payload_run(payload); /* not in a task */

    CHECK_EQ(((struct coil_bytes *)result.value)->size, 3);
    CHECK_EQ(memcmp(((struct coil_bytes *)result.value)->data, "ABC", 3), 0);
    coil_bytes_free(result.value);
    coil__payload_free(payload);
    coil__payload_free(NULL);
}

static struct coil_result half(void *arg)
{
    int number = *(int *)arg;

    CHECK_EQ(coil_job_arg_bytes(arg), sizeof(int));
    return number % 2 == 0 ? coil_number(number / 2) : coil_raise(EDOM, "%d is odd", number);
}

static const int numbers[] = {10, 7, 4};

static void check_halves(struct coil_results *results)
{
    CHECK_EQ(results->n, 3);
    CHECK_EQ(results->of[0].status, 5);
    CHECK_EQ(results->of[1].status, -EDOM);
    CHECK_EQ(results->of[2].status, 2);
    CHECK_PTR(coil_results_exception(results, 0), NULL);
    CHECK_STR(coil_exception_text(coil_results_exception(results, 1)), "7 is odd");
    CHECK_PTR(coil_results_exception(results, 2), NULL);
    CHECK_PTR(coil_results_exception(results, 3), NULL);
}

TEST(a_batch_on_a_thread_is_done_one_after_the_other)
{
    struct payload *payload = payload_of(half, numbers, 3, sizeof(int), true);
    struct coil_result result = coil__payload_run(payload); /* not in a task */

    CHECK_EQ(result.status, 0);
    check_halves(result.value);
    coil_results_free(result.value);
    coil_results_free(NULL);
    coil__payload_free(payload);
}

static int inside, most_inside;

static coil_async struct coil_result half_later(void *arg)
{
    if (++inside > most_inside)
        most_inside = inside;
    coil_sleep(COIL_MS(1));
    inside--;
    return half(arg);
}

static coil_async struct coil_result run_it(void *payload)
{
    return coil__payload_run(payload);
}

static const struct coil_loop_options simulated = {.driver = "sim"};

static struct coil_result run_simulated(coil_coroutine_fn *fn, void *arg)
{
    return coil_run_with(fn, arg, &simulated);
}

TEST(a_batch_in_a_task_is_done_all_at_once)
{
    struct payload *payload = payload_of(half_later, numbers, 3, sizeof(int), true);
    struct coil_result result = run_simulated(run_it, payload);

    CHECK_EQ(result.status, 0);
    CHECK_EQ(most_inside, 3);
    check_halves(result.value);
    coil_results_free(result.value);
    coil__payload_free(payload);
}

TEST(an_empty_batch_has_no_results)
{
    struct payload *payload = payload_of(half_later, NULL, 0, 8, true);
    struct coil_result result = run_simulated(run_it, payload);

    CHECK_EQ(((struct coil_results *)result.value)->n, 0);
    coil_results_free(result.value);
    result = coil__payload_run(payload); /* not in a task */
    CHECK_EQ(((struct coil_results *)result.value)->n, 0);
    coil_results_free(result.value);
    coil__payload_free(payload);
}

static int values;

static void drop_value(void *value)
{
    values--;
    free(value);
}

static coil_async struct coil_result value_later(void *arg)
{
    int err = *(int *)arg == 7 ? coil_sleep(COIL_SECONDS(9)) : 0;

    if (err != 0)
        return coil_error(err);
    values++;
    return coil_value(malloc(8));
}

static coil_async struct coil_result cancel_it(void *payload)
{
    struct coil_future *task = coil_create_task(run_it, payload);

    coil_sleep(COIL_MS(5));
    coil_future_cancel(task, "enough");
    return coil_join(task);
}

TEST(cancelled_it_ends_with_its_items_and_drops_their_values)
{
    struct payload *payload = payload_of(value_later, numbers, 3, sizeof(int), true);

    payload->drop = drop_value;
    CHECK_EQ(run_simulated(cancel_it, payload).status, -ECANCELED);
    CHECK_EQ(values, 0);
    coil__payload_free(payload);
}

TEST(values_that_are_left_are_dropped_with_the_results)
{
    struct coil_results *results = coil__results_new(3, drop_value);

    values = 2;
    for (size_t i = 0; i < 3; i++)
        coil__results_set(results, i, i == 1 ? coil_error(-EIO) : coil_value(malloc(1)), NULL);
    free(results->of[0].value); /* kept by the caller */
    results->of[0].value = NULL;
    coil_results_free(results);
    CHECK_EQ(values, 1);
}

struct coil_result known_by_name(void *arg);

__attribute__((visibility("default"))) struct coil_result known_by_name(void *arg)
{
    return coil_number((int64_t)coil_job_arg_bytes(arg));
}

TEST(a_function_is_found_by_address_or_by_name)
{
    struct coil_function function = coil_function_of(NULL, "strlen");

    CHECK(coil__function_find(&function) != NULL);
    function = coil_function_of(half, "no such name");
    CHECK(coil__function_find(&function) == half);
    function = coil_function_of(NULL, "no_such_function_anywhere");
    CHECK(coil__function_find(&function) == NULL);
    function = coil_function_of(NULL, NULL);
    CHECK(coil__function_find(&function) == NULL);
}

TEST(a_name_that_is_not_there_is_told)
{
    struct payload *payload =
        coil__payload_new(coil_function_of(NULL, "no_such_function"), "x", 1, 1, false);

    CHECK_EQ(coil__payload_run(payload).status, -ENOSYS); /* not in a task */
    CHECK_HAS(coil_exception_text(coil_current_exception()), "no_such_function");
    coil__payload_free(payload);
}

TEST(more_than_there_can_be_is_no_memory)
{
    CHECK_PTR(payload_of(half, NULL, SIZE_MAX / 4, 100, true), NULL);
    CHECK_PTR(payload_of(half, NULL, 1, SIZE_MAX - 3, true), NULL);
    CHECK_PTR(payload_of(half, NULL, SIZE_MAX, 0, true), NULL);
    CHECK_PTR(coil__results_new(SIZE_MAX / 3, NULL), NULL);
}
