/*
 * Random programs over pools of all kinds, by their numbers. With $COIL_SEED only that one; with
 * $KIT_EFFORT more or fewer of them.
 */
#include <stdlib.h>

#include "kit.h"
#include "plan.h"

enum { USUAL = 150, SECONDS_EACH = 30 };

static void play_seed(uint64_t seed)
{
    struct recipe recipe = {.seed = seed};
    struct plan plan;

    plan_draw(&recipe, &plan);
    if (!plan_play_apart(&plan, (unsigned)(SECONDS_EACH * kit_slowness()), NULL))
        FAIL("COIL_SEED=%llu fails", (unsigned long long)seed);
}

SLOW_TEST(whatever_is_done_to_pools_each_job_is_done_once, 600)
{
    const char *seed = getenv("COIL_SEED");

    if (seed != NULL)
        return play_seed(strtoull(seed, NULL, 10));
    for (int i = 1; i <= kit_effort(USUAL); i++)
        play_seed((uint64_t)i);
}
