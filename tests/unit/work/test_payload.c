/* Jobs as bytes and batches, run where the test is. */
#include <unistd.h>

#include "base/fault.h"
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
}

/* ---- in a file ---- */

static struct payload *through_file(struct payload *from)
{
    struct payload *to = NULL;

    CHECK(from != NULL);
    CHECK(from->fd >= 0);
    CHECK_EQ(coil__payload_from_file(from->function, dup(from->fd), from->n, from->part_bytes,
                                     from->batch, &to),
             0);
    coil__payload_free(from);
    return to;
}

/* Sizes at which what lies between two parts differs, and more parts than are written at once. */
TEST(parts_are_the_same_behind_a_file)
{
    static const struct {
        size_t n, size;
    } forms[] = {{1, 1}, {1, 100000}, {3, 15}, {3, 16}, {31, 17}, {32, 4}, {33, 4}, {1000, 100}};
    static char data[100000];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 7 + i / 251);
    for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
        size_t n = forms[k].n, size = forms[k].size;
        struct payload *to = through_file(
            coil__payload_new_in_file(coil_function_of(upper, "upper"), data, n, size, n > 1));

        for (size_t i = 0; i < n; i++) {
            char *part = payload_part(to, i);

            CHECK_EQ((uintptr_t)part % _Alignof(max_align_t), 0);
            CHECK_EQ(coil_job_arg_bytes(part), size);
            CHECK_EQ(memcmp(part, data + i * size, size), 0);
        }
        coil__payload_free(to);
    }
}

TEST(payload_on_the_heap_goes_to_a_file_too)
{
    struct payload *from = payload_of(half, numbers, 3, sizeof(int), true), *to;

    CHECK_EQ(coil__payload_to_file(from), 0);
    to = through_file(from);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(*(int *)payload_part(to, (size_t)i), numbers[i]);
    coil__payload_free(to);
}

TEST(what_a_job_writes_into_its_argument_is_not_written_to_the_file)
{
    struct payload *from =
        coil__payload_new_in_file(coil_function_of(upper, "upper"), "abc", 1, 3, false);
    int fd = dup(from->fd);
    struct payload *to = through_file(from);
    struct coil_result result = coil__payload_run(to); /* not in a task */
    char text[3];

    CHECK_EQ(pread(fd, text, 3, 2 * sizeof(void *)), 3);
    CHECK_EQ(memcmp(text, "abc", 3), 0);
    coil_bytes_free(result.value);
    coil__payload_free(to);
    close(fd);
}

TEST(file_that_is_too_small_is_refused)
{
    struct coil_function function = coil_function_of(upper, "upper");
    struct payload *from = coil__payload_new_in_file(function, "abc", 1, 3, false), *to;

    CHECK_EQ(coil__payload_from_file(function, dup(from->fd), 1, 4000, false, &to), -EINVAL);
    CHECK_EQ(coil__payload_from_file(function, dup(from->fd), 1000, 3, false, &to), -EINVAL);
    CHECK_EQ(coil__payload_from_file(function, dup(from->fd), SIZE_MAX, 3, false, &to), -ENOMEM);
    coil__payload_free(from);
}

TEST(file_without_descriptors_or_memory_is_none)
{
    struct coil_function function = coil_function_of(upper, "upper");

    for (uint64_t k = 1; k <= 2; k++) {
        coil__fault_arm(FAULT_SYS, k, false);
        CHECK_PTR(coil__payload_new_in_file(function, "abc", 1, 3, false), NULL);
        coil__fault_arm(FAULT_SYS, 0, false);
    }
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(coil__payload_new_in_file(function, "abc", 1, 3, false), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
}
