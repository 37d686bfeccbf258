/* The results of a batch as bytes. */
#include "work/process_pack.h"

#include "base/fault.h"
#include "jobs.h"
#include "work/executor.h"

static struct coil_results *make(void)
{
    struct coil_results *results = coil__results_new(4, coil_bytes_free);

    coil__results_set(results, 0, coil_number(12), NULL);
    coil__results_set(results, 1, coil_bytes_result("some words", 11), NULL);
    coil__results_set(results, 2, coil_error(-EIO),
                      coil__exception_text(-EIO, "raise file.c:7", "it broke"));
    coil__results_set(results, 3, coil_bytes_result(NULL, 0), NULL);
    return results;
}

TEST(results_are_unpacked_as_they_were_packed)
{
    struct coil_results *results = make(), *copy = NULL;
    struct coil_bytes *bytes = coil__pack_results(results);

    CHECK(bytes != NULL);
    CHECK_EQ(coil__unpack_results(bytes->data, bytes->size, &copy), 0);
    CHECK_EQ(copy->n, 4);
    CHECK_EQ(copy->of[0].status, 12);
    CHECK_PTR(copy->of[0].value, NULL);
    CHECK_STR(((struct coil_bytes *)copy->of[1].value)->data, "some words");
    CHECK_EQ(copy->of[2].status, -EIO);
    CHECK_STR(coil_exception_text(coil_results_exception(copy, 2)), "it broke");
    CHECK_STR(coil_exception_place(coil_results_exception(copy, 2)), "file.c:7");
    CHECK_EQ(((struct coil_bytes *)copy->of[3].value)->size, 0);
    coil_results_free(copy);
    coil_results_free(results);
    coil_bytes_free(bytes);
}

TEST(what_is_no_packed_results_is_refused)
{
    struct coil_results *results = make(), *copy = NULL;
    struct coil_bytes *bytes = coil__pack_results(results);

    for (size_t size = 1; size < bytes->size; size++) { /* in a block of its own, for sanitizers */
        struct coil_bytes *part = coil_bytes_copy(bytes->data, size);
        int err = coil__unpack_results(part->data, size, &copy);

        CHECK(err == 0 || err == -EBADMSG);
        if (err == 0)
            coil_results_free(copy);
        coil_bytes_free(part);
    }
    memset(bytes->data, 0xff, bytes->size);
    CHECK_EQ(coil__unpack_results(bytes->data, bytes->size, &copy), -EBADMSG);
    coil_results_free(results);
    coil_bytes_free(bytes);
}

TEST(values_that_are_no_bytes_are_told)
{
    struct coil_results *results = coil__results_new(2, NULL), *copy = NULL;
    struct coil_bytes *bytes;

    coil__results_set(results, 0, coil_value((void *)(uintptr_t)0x1230), NULL);
    coil__results_set(results, 1, coil_value((void *)(uintptr_t)3), NULL);
    bytes = coil__pack_results(results);
    CHECK_EQ(coil__unpack_results(bytes->data, bytes->size, &copy), 0);
    CHECK_EQ(copy->of[0].status, -ENOEXEC);
    CHECK_EQ(copy->of[1].status, -ENOEXEC);
    coil_results_free(copy);
    coil_results_free(results);
    coil_bytes_free(bytes);
}

TEST(memory_that_is_missing_is_told)
{
    struct coil_results *results = make(), *copy;
    struct coil_bytes *bytes = coil__pack_results(results);
    int missed = 0;

    CHECK_EQ(coil__unpack_results(bytes->data, bytes->size, &copy), 0); /* learns the place */
    coil_results_free(copy);
    for (uint64_t k = 1; k < 12; k++) {
        copy = NULL;
        coil__fault_arm(FAULT_ALLOC, k, false);
        missed += coil__unpack_results(bytes->data, bytes->size, &copy) == -ENOMEM;
        coil__fault_arm(FAULT_ALLOC, 0, false);
        coil_results_free(copy);
    }
    CHECK_EQ(missed, 3);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(coil__pack_results(results), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_results_free(results);
    coil_bytes_free(bytes);
}

TEST(place_is_kept_once_and_for_ever)
{
    struct coil_exception *first = coil__pack_exception(-EIO, "a", 1, "here.c:1", 8);
    struct coil_exception *second = coil__pack_exception(-EIO, "b", 1, "here.c:1", 8);
    struct coil_exception *longer = coil__pack_exception(-EIO, "c", 1, "here.c:12", 9);

    CHECK_PTR(first->place, second->place);
    CHECK_STR(coil_exception_place(first), "here.c:1");
    CHECK_STR(coil_exception_place(longer), "here.c:12");
    CHECK_PTR(coil__pack_exception(-EIO, "", 0, "", 0), NULL);
    exception_unref(first);
    exception_unref(second);
    exception_unref(longer);
}
