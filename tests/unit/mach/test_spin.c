/* Looking before sleeping: who tries, for how long, and who stops trying. */
#include "mach/spin.h"

#include "kit.h"

static struct mach_spin spin;
static int64_t now;

/* A wait that ends after `took`, by itself. Returns whether it began with a look. */
static bool wait_for(int64_t took)
{
    bool looked = spin_begin(&spin, now) != 0;

    now += took;
    spin_end(&spin, now);
    return looked;
}

static int looks_in(int waits, int64_t took)
{
    int looks = 0;

    for (int i = 0; i < waits; i++)
        looks += wait_for(took) ? 1 : 0;
    return looks;
}

static void begin(int64_t limit_ns)
{
    spin = (struct mach_spin){.limit_ns = limit_ns};
    now = 1000;
}

TEST(who_waits_shortly_looks_from_the_second_wait_on)
{
    begin(100);
    CHECK(!wait_for(50));
    CHECK_EQ(looks_in(1000, 50), 1000);
}

TEST(who_waits_for_long_never_looks_twice)
{
    begin(100);
    CHECK_EQ(looks_in(1000, 100000), 0);
    CHECK_EQ(looks_in(2, 50), 1);
    CHECK(wait_for(100000));
    CHECK_EQ(looks_in(1000, 100000), 0);
}

TEST(a_look_lasts_no_longer_than_the_limit)
{
    begin(100);
    wait_for(1);
    CHECK_EQ(spin_begin(&spin, now), now + 100);
    begin(COIL_FOREVER);
    wait_for(1);
    CHECK_EQ(spin_begin(&spin, now), COIL_FOREVER);
}

TEST(looks_in_vain_become_rare)
{
    begin(100);
    wait_for(50);
    /* What is awaited always comes right after the look: 10 tries until there are 1,023 waits
     * between two. */
    CHECK_EQ(looks_in(10 + 1 + 3 + 7 + 15 + 31 + 63 + 127 + 255 + 511, 150), 10);
    CHECK_EQ(looks_in(1024 * 10, 150), 10);
}

TEST(success_makes_them_frequent_again)
{
    begin(100);
    wait_for(50);
    looks_in(10000, 150);
    CHECK(looks_in(10000, 50) > 5000);
    CHECK_EQ(looks_in(1000, 50), 1000);
    CHECK(wait_for(150));
    CHECK(!wait_for(50)); /* one in vain costs one */
    CHECK(wait_for(50));
}

TEST(a_slow_awakening_hides_a_short_wait)
{
    begin(100);
    CHECK(!wait_for(100 * SPIN_NEAR));
    CHECK(wait_for(100 * SPIN_NEAR + SPIN_NEAR));
    CHECK(!wait_for(50));
}

TEST(a_wait_in_which_nobody_can_look_is_no_look_in_vain)
{
    begin(100);
    CHECK(!wait_for(50));
    for (int i = 0; i < 100; i++) {
        spin_begin_asleep(&spin, 0);
        spin_end(&spin, 150);
    }
    CHECK(wait_for(50)); /* the first look */
    CHECK(wait_for(50));
}

TEST(without_a_limit_nobody_looks)
{
    begin(0);
    CHECK_EQ(looks_in(100, 0), 0);
    begin(-1);
    CHECK_EQ(looks_in(100, 0), 0);
}

static bool comes_later(const void *left)
{
    return --*(int *)(uintptr_t)left == 0;
}

TEST(where_nobody_waits_for_us_the_next_two_waits_are_slept_through)
{
    begin(100);
    wait_for(50);
    for (int i = 0; i < 10; i++) {
        CHECK(wait_for(50));
        spin_idle(&spin);
        spin_idle(&spin); /* twice is no more */
        CHECK_EQ(looks_in(2, 50), 0);
    }
    CHECK_EQ(looks_in(100, 50), 100);
}

TEST(that_makes_no_look_come_earlier)
{
    begin(100);
    wait_for(50);
    CHECK_EQ(looks_in(10 + 1 + 3 + 7 + 15 + 31 + 63 + 127 + 255 + 511, 150), 10);
    spin_idle(&spin);
    CHECK_EQ(looks_in(1023, 150), 0);
    CHECK(wait_for(150));
}

TEST(look_ends_when_it_has_come_or_at_its_time)
{
    int left = 3;

    CHECK(spin_look(mach_now(), COIL_FOREVER, comes_later, &left));
    CHECK_EQ(left, 0);
    left = 1;
    CHECK(!spin_look(10, 10, comes_later, &left)); /* no time: it does not look at all */
    CHECK_EQ(left, 1);
    left = 0;
    CHECK(!spin_look(mach_now(), mach_now() + 1000, comes_later, &left));
}
