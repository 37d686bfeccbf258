#include "mach/clock.h"

#include <kit.h>

TEST(the_clock_never_goes_back)
{
    int64_t before = mach_now();

    CHECK(before > 0);
    for (int i = 0; i < 10000; i++) {
        int64_t now = mach_now();

        CHECK(now >= before);
        before = now;
    }
}

TEST(it_counts_nanoseconds)
{
    int64_t start = mach_now();
    struct timespec pause = {.tv_nsec = 2000000};

    nanosleep(&pause, NULL);
    CHECK(mach_now() - start >= 2000000);
}
