#include "work/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/sys_memory.h"

TEST(new_ones_are_zeroed_and_aligned)
{
    for (size_t size = 0; size < 300; size += 37) {
        struct coil_bytes *bytes = coil_bytes_new(size);

        CHECK_EQ(bytes->size, size);
        CHECK_EQ((uintptr_t)bytes->data % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            CHECK_EQ(((char *)bytes->data)[i], 0);
        CHECK_EQ(coil__bytes_fd(bytes), -1);
        coil_bytes_free(bytes);
    }
    coil_bytes_free(NULL);
}

TEST(a_copy_has_the_same_bytes)
{
    struct coil_bytes *bytes = coil_bytes_copy("twelve bytes", 12);

    CHECK_EQ(bytes->size, 12);
    CHECK_EQ(memcmp(bytes->data, "twelve bytes", 12), 0);
    bytes->size = 3; /* may be made smaller */
    coil_bytes_free(bytes);
    bytes = coil_bytes_copy(NULL, 0);
    CHECK_EQ(bytes->size, 0);
    coil_bytes_free(bytes);
}

TEST(a_result_carries_them)
{
    struct coil_result result = coil_bytes_result("yes", 4);

    CHECK_EQ(result.status, 0);
    CHECK_STR(((struct coil_bytes *)result.value)->data, "yes");
    coil_bytes_free(result.value);
}

TEST(large_ones_of_a_worker_lie_in_shared_memory_and_can_be_adopted)
{
    struct coil_bytes *made, *adopted = NULL;

    coil__bytes_shared_from = 1000;
    made = coil_bytes_new(1000);
    CHECK_EQ(coil__bytes_fd(made), -1);
    coil_bytes_free(made);
    made = coil_bytes_new(1001);
    CHECK(coil__bytes_fd(made) >= 0);
    strcpy(made->data, "seen by both");
    CHECK_EQ(coil__bytes_adopt(dup(coil__bytes_fd(made)), 1001, &adopted), 0);
    coil_bytes_free(made);
    CHECK_STR(adopted->data, "seen by both");
    CHECK_EQ(adopted->size, 1001);
    CHECK_EQ(coil__bytes_fd(adopted), -1); /* it needs no descriptor any more */
    coil_bytes_free(adopted);
}

TEST(what_has_not_so_many_bytes_is_not_adopted)
{
    struct coil_bytes *adopted = NULL;

    CHECK_EQ(coil__bytes_adopt(coil__sys_memfd("short", 10), 11, &adopted), -EINVAL);
    CHECK_EQ(coil__bytes_adopt(coil__sys_memfd("empty", 0), 0, &adopted), -EINVAL);
    CHECK_EQ(coil__bytes_adopt(-1, 10, &adopted), -EBADF);
    CHECK_PTR(adopted, NULL);
}

TEST(more_than_there_can_be_is_no_memory)
{
    CHECK_PTR(coil_bytes_new(SIZE_MAX), NULL);
    CHECK_PTR(coil_bytes_new(SIZE_MAX - 8), NULL);
    CHECK_PTR(coil_bytes_new((size_t)PTRDIFF_MAX), NULL);
}

TEST(without_memory_it_says_so)
{
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_PTR(coil_bytes_new(10), NULL);
    CHECK_PTR(coil_bytes_copy("x", 1), NULL);
    CHECK_EQ(coil_bytes_result("x", 1).status, -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
}

TEST(without_descriptors_they_lie_on_the_heap)
{
    struct coil_bytes *bytes;

    coil__bytes_shared_from = 0;
    for (uint64_t k = 1; k <= 2; k++) { /* no descriptor, no mapping */
        coil__fault_arm(FAULT_SYS, k, false);
        bytes = coil_bytes_new(100);
        coil__fault_arm(FAULT_SYS, 0, false);
        CHECK(bytes != NULL);
        CHECK_EQ(coil__bytes_fd(bytes), -1);
        coil_bytes_free(bytes);
    }
}
