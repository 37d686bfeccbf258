/* The ring itself, with requests that do nothing. */
#include "drive/ring.h"

#include "mach/clock.h"
#include "world.h"

#define RING_TEST(id)                \
    static void kit_body_##id(void); \
    KIT_DRIVER(id, uring);           \
    static void kit_body_##id(void)

static bool request_nop(struct ring *ring, uint64_t user_data)
{
    struct uring_sqe *request = coil__ring_request(ring);

    if (request == NULL)
        return false;
    request->opcode = URING_OP_NOP;
    request->user_data = user_data;
    return true;
}

RING_TEST(requests_complete_in_their_order_round_after_round)
{
    struct ring ring;
    struct uring_cqe completion;

    CHECK_EQ(coil__ring_open(&ring, 8, 16), 0);
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

RING_TEST(a_full_ring_gives_no_request_until_entered)
{
    struct ring ring;
    uint64_t n = 0;

    CHECK_EQ(coil__ring_open(&ring, 8, 16), 0);
    while (request_nop(&ring, n))
        n++;
    CHECK_EQ(n, 8);
    CHECK_EQ(coil__ring_enter(&ring, 0), 0);
    CHECK(request_nop(&ring, n));
    coil__ring_close(&ring);
}

RING_TEST(completions_beyond_the_rings_size_are_not_lost)
{
    enum { NOPS = 200 };
    struct ring ring;
    struct uring_cqe completion;
    uint64_t taken = 0;

    CHECK_EQ(coil__ring_open(&ring, 8, 8), 0);
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

RING_TEST(a_sleep_ends_by_its_timeout_and_not_before)
{
    struct ring ring;
    int64_t start;

    CHECK_EQ(coil__ring_open(&ring, 8, 8), 0);
    start = mach_now();
    CHECK_EQ(coil__ring_enter(&ring, COIL_MS(3)), -ETIME);
    CHECK(mach_now() - start >= COIL_MS(3));
    coil__ring_close(&ring);
}

static void *enter(void *arg)
{
    coil__ring_enter(arg, 1);
    return NULL;
}

FAIL_TEST(a_ring_entered_by_two_threads_aborts, "run by one thread, then by another")
{
    struct ring ring;
    pthread_t thread;

    if (coil__ring_open(&ring, 8, 8) != 0)
        coil__misuse("no io_uring here to be run by one thread, then by another");
    enter(&ring);
    pthread_create(&thread, NULL, enter, &ring);
    pthread_join(thread, NULL);
}
