/* The results of a batch: each at its place, and what nobody took is dropped with them. */
#include "base/fault.h"
#include "jobs.h"
#include "work/executor.h"

static int values;

static void drop_value(void *value)
{
    values--;
    free(value);
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

TEST(values_that_nobody_can_drop_are_left_alone)
{
    struct coil_results *results = coil__results_new(1, NULL);

    coil__results_set(results, 0, coil_value(&values), NULL);
    CHECK_PTR(results->of[0].value, &values);
    coil_results_free(results);
    coil_results_free(NULL);
}

TEST(one_that_failed_has_no_value)
{
    struct coil_result failed = {.status = -EIO, .value = &values};
    struct coil_results *results = coil__results_new(1, drop_value);

    coil__results_set(results, 0, failed, NULL);
    CHECK_EQ(results->of[0].status, -EIO);
    CHECK_PTR(results->of[0].value, NULL);
    coil_results_free(results);
}

TEST(exceptions_are_told_for_each_and_freed_with_the_results)
{
    struct coil_results *results = coil__results_new(2, NULL);
    struct coil_exception *reason = coil__exception_text(EIO, "here", "no luck");

    coil__results_set(results, 1, coil_error(-EIO), coil__exception_ref(reason));
    CHECK_PTR(coil_results_exception(results, 0), NULL);
    CHECK_PTR(coil_results_exception(results, 1), reason);
    CHECK_PTR(coil_results_exception(results, 2), NULL);
    coil_results_free(results);
    CHECK_STR(coil_exception_text(reason), "no luck"); /* ours is left */
    exception_unref(reason);
}

TEST(more_than_there_can_be_is_no_memory)
{
    CHECK_PTR(coil__results_new(SIZE_MAX / 3, NULL), NULL);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(coil__results_new(1, NULL), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
}
