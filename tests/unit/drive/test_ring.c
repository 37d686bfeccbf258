/* The ring itself, with requests that do nothing. */
#include "drive/ring.h"

#include "mach/clock.h"
#include "world.h"

static bool request_nop(struct ring *ring, uint64_t user_data)
{
    struct uring_sqe *request = coil__ring_request(ring);

    if (request == NULL)
        return false;
    request->opcode = URING_OP_NOP;
    request->user_data = user_data;
    return true;
}

URING_TEST(requests_complete_in_their_order_round_after_round)
{
    struct ring ring;
    struct uring_cqe completion;

    CHECK_EQ(coil__ring_open(&ring, 8, 16, 0), 0);
    for (uint64_t i = 0; i < 100; i += 4) {
        for (uint64_t j = 0; j < 4; j++)
            CHECK(request_nop(&ring, i + j));
        CHECK(!coil__ring_take(&ring, &completion));
        CHECK_EQ(coil__ring_enter(&ring, 0), 0);
        for (uint64_t j = 0; j < 4; j++) {
            CHECK(coil__ring_take(&ring, &completion));
            CHECK_EQ(completion.user_data, i + j);
        }
    }
    coil__ring_close(&ring);
}

/* The first system call is the setup. */
URING_TEST(a_ring_that_cannot_be_mapped_is_enomem)
{
    struct ring ring;

    for (uint64_t k = 2; k <= 3; k++) {
        coil__fault_arm(FAULT_SYS, k, false);
        CHECK_EQ(coil__ring_open(&ring, 8, 16, 0), -ENOMEM);
    }
}

URING_TEST(a_full_ring_gives_no_request_until_entered)
{
    struct ring ring;
    uint64_t n = 0;

    CHECK_EQ(coil__ring_open(&ring, 8, 16, 0), 0);
    while (request_nop(&ring, n))
        n++;
    CHECK_EQ(n, 8);
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(request_nop(&ring, n));
    coil__ring_close(&ring);
}

URING_TEST(completions_beyond_the_rings_size_are_not_lost)
{
    enum { NOPS = 200 };
    struct ring ring;
    struct uring_cqe completion;
    uint64_t taken = 0;

    CHECK_EQ(coil__ring_open(&ring, 8, 8, 0), 0);
    for (uint64_t i = 0; i < NOPS; i++) {
        while (!request_nop(&ring, i))
            CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    }
    while (taken < NOPS) {
        CHECK_EQ(coil__ring_enter(&ring, 0), 0);
        while (coil__ring_take(&ring, &completion))
            CHECK_EQ(completion.user_data, taken++);
    }
    coil__ring_close(&ring);
}

URING_TEST(the_last_request_is_the_last_that_the_kernel_does_not_know)
{
    struct ring ring;

    CHECK_EQ(coil__ring_open(&ring, 8, 16, 0), 0);
    for (uint64_t i = 0; i < 40; i += 2) {
        CHECK_PTR(coil__ring_last(&ring), NULL);
        CHECK(request_nop(&ring, i));
        CHECK_EQ(coil__ring_last(&ring)->user_data, i);
        CHECK(request_nop(&ring, i + 1));
        CHECK_EQ(coil__ring_last(&ring)->user_data, i + 1);
        CHECK_EQ(coil__ring_enter(&ring, 0), 0);
        while (coil__ring_take(&ring, &(struct uring_cqe){0}))
            ;
    }
    CHECK_PTR(coil__ring_last(&ring), NULL);
    coil__ring_close(&ring);
}

URING_TEST(what_is_taken_back_the_kernel_never_sees)
{
    struct ring ring;
    struct uring_cqe completion;

    CHECK_EQ(coil__ring_open(&ring, 8, 16, 0), 0);
    for (uint64_t i = 0; i < 8; i++)
        CHECK(request_nop(&ring, i));
    CHECK(!request_nop(&ring, 8));
    for (uint64_t i = 8; i > 5; i--) {
        CHECK_EQ(coil__ring_last(&ring)->user_data, i - 1);
        coil__ring_take_back(&ring);
    }
    CHECK(request_nop(&ring, 100)); /* and its place is free */
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    for (uint64_t i = 0; i < 6; i++) {
        CHECK(coil__ring_take(&ring, &completion));
        CHECK_EQ(completion.user_data, i < 5 ? i : 100);
    }
    CHECK(!coil__ring_take(&ring, &completion));
    CHECK_PTR(coil__ring_last(&ring), NULL);
    CHECK(request_nop(&ring, 7));
    coil__ring_take_back(&ring);
    CHECK_PTR(coil__ring_last(&ring), NULL); /* all of it */
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(!coil__ring_take(&ring, &completion));
    coil__ring_close(&ring);
}

URING_TEST(a_ring_tells_that_completions_had_no_place_until_they_were_fetched)
{
    struct ring ring;
    struct uring_cqe completion;
    uint64_t asked = 0, taken = 0;

    CHECK_EQ(coil__ring_open(&ring, 8, 8, 0), 0);
    while (request_nop(&ring, asked))
        asked++;
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(!coil__ring_overflowed(&ring));
    CHECK(request_nop(&ring, asked++));
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(coil__ring_overflowed(&ring));
    while (coil__ring_take(&ring, &completion))
        CHECK_EQ(completion.user_data, taken++);
    CHECK(coil__ring_overflowed(&ring));
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(!coil__ring_overflowed(&ring));
    while (coil__ring_take(&ring, &completion))
        CHECK_EQ(completion.user_data, taken++);
    CHECK_EQ(taken, asked);
    coil__ring_close(&ring);
}

URING_TEST(a_sleep_ends_by_its_timeout_and_not_before)
{
    struct ring ring;
    int64_t start;

    CHECK_EQ(coil__ring_open(&ring, 8, 8, 0), 0);
    start = mach_now();
    CHECK_EQ(coil__ring_enter(&ring, COIL_MS(3)), -ETIME);
    CHECK(mach_now() - start >= COIL_MS(3));
    coil__ring_close(&ring);
}

static void *enter(void *arg)
{
    return (void *)(intptr_t)coil__ring_enter(arg, 1);
}

URING_TEST(a_ring_belongs_to_the_thread_that_entered_it_first)
{
    struct ring ring;
    pthread_t thread;
    void *err;

    CHECK_EQ(coil__ring_open(&ring, 8, 8, 0), 0);
    if (!(ring.setup & URING_SETUP_SINGLE_ISSUER))
        SKIP("this kernel lets any thread enter");
    CHECK_EQ((intptr_t)enter(&ring), -ETIME);
    CHECK_EQ(pthread_create(&thread, NULL, enter, &ring), 0);
    pthread_join(thread, &err);
    CHECK_EQ((intptr_t)err, -EEXIST);
    coil__ring_close(&ring);
}

URING_TEST(flags_can_be_done_without)
{
    const uint32_t deferred = URING_SETUP_DEFER_TASKRUN | URING_SETUP_SINGLE_ISSUER;
    struct ring ring;
    struct uring_cqe completion;

    CHECK_EQ(coil__ring_open(&ring, 8, 8, deferred), 0);
    CHECK_EQ(ring.setup & deferred, 0);
    CHECK(request_nop(&ring, 7));
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(coil__ring_take(&ring, &completion));
    CHECK_EQ(completion.user_data, 7);
    CHECK(!coil__ring_has_more(&ring));
    coil__ring_close(&ring);
}

URING_TEST(the_kernel_tells_which_operations_it_has)
{
    struct ring ring;
    uint64_t known;

    CHECK_EQ(coil__ring_open(&ring, 8, 8, 0), 0);
    known = coil__ring_operations(&ring);
    CHECK(known >> URING_OP_POLL_ADD & 1);
    CHECK(!(known >> 63));
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__ring_operations(&ring), 0);
    coil__ring_close(&ring);
}
