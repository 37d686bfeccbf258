/* The pools of the process. */
#include "mach/workers.h"

#include <unistd.h>

#include "kit.h"
#include "mach/thread.h"

static struct word done;

static void count(struct mach_work *work)
{
    (void)work;
    word_add(&done, 1);
}

TEST(each_has_its_limit)
{
    unsigned usual = coil__mach_pool_default_limit();

    CHECK(usual >= 5 && usual <= 32);
    CHECK_EQ(coil__mach_pool(MACH_POOL_DEFAULT)->limit, usual);
    CHECK_EQ(coil__mach_pool(MACH_POOL_FILES)->limit, usual);
    CHECK_EQ(coil__mach_pool(MACH_POOL_NAMES)->limit, 8);
    CHECK(coil__mach_pool(MACH_POOL_ENDINGS)->limit > 100);
}

TEST(work_goes_to_the_pool_it_names)
{
    static struct mach_work works[MACH_POOLS];

    for (int i = 0; i < MACH_POOLS; i++) {
        works[i] = (struct mach_work){.run = count, .pool = (uint8_t)i};
        CHECK_EQ(coil__mach_workers_submit(&works[i]), 0);
        while (word_load(&done) < (uintptr_t)i + 1)
            usleep(100);
        CHECK_EQ(coil__mach_pool((enum mach_pool_id)i)->threads, 1);
        CHECK(!coil__mach_workers_withdraw(&works[i]));
    }
}
