/* The ring of bytes, against a plain array. */
#include "drive/sim_bytes.h"
#include "world.h"

TEST(bytes_come_out_as_they_went_in_whatever_the_pieces)
{
    struct sim_bytes bytes = {.limit = 100000};
    uint64_t random = 1;
    uint8_t in = 0, out = 0;

    for (int i = 0; i < 20000; i++) {
        uint8_t first[300], second[700];
        struct iovec parts[2] = {{first, 0}, {second, 0}};
        int64_t moved;

        random = random * 6364136223846793005u + 1442695040888963407u;
        parts[0].iov_len = (random >> 33) % sizeof(first);
        parts[1].iov_len = (random >> 43) % sizeof(second);
        if (bytes.used < 5000 ? (random >> 60) < 12 : (random >> 60) < 4) {
            size_t most = (random >> 20) % (parts[0].iov_len + parts[1].iov_len + 1);

            for (size_t j = 0; j < most; j++)
                *(j < parts[0].iov_len ? &first[j] : &second[j - parts[0].iov_len]) = in++;
            CHECK_EQ(coil__sim_bytes_put(&bytes, parts, 2, most), most);
            continue;
        }
        CHECK(coil__sim_bytes_get(&bytes, parts, 2, 1000, true) >= 0);
        moved = coil__sim_bytes_get(&bytes, parts, 2, 1000, false);
        for (int64_t j = 0; j < moved; j++) {
            size_t at = (size_t)j;

            CHECK_EQ(at < parts[0].iov_len ? first[at] : second[at - parts[0].iov_len], out);
            out++;
        }
    }
    CHECK_EQ((uint8_t)(in - out), (uint8_t)bytes.used);
    coil__sim_bytes_fini(&bytes);
}

TEST(no_memory_takes_nothing)
{
    struct sim_bytes bytes = {.limit = 100};
    struct iovec part = {"abc", 3};

    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil__sim_bytes_put(&bytes, &part, 1, 3), -ENOMEM);
    CHECK_EQ(bytes.used, 0);
    CHECK_EQ(coil__sim_bytes_put(&bytes, &part, 1, 3), 3);
    CHECK_EQ(sim_bytes_free(&bytes), 97);
    coil__sim_bytes_fini(&bytes);
}
