/* Large buffers that are passed on: the warmest first, and not too many kept. */
#include "base/spares.h"

#include <stdint.h>

#include "kit.h"

TEST(the_spare_given_back_last_is_taken_next)
{
    struct spares spares = {0};
    void *one, *other;

    if (SPARES_MOST == 0)
        SKIP("under a sanitizer none is kept");
    one = spares_take(&spares);
    other = spares_take(&spares);
    CHECK(one != NULL && other != NULL && one != other);
    CHECK_EQ((uintptr_t)one % SPARE_ALIGNMENT, 0);
    memset(one, 1, SPARE_BYTES);
    memset(other, 2, SPARE_BYTES);
    spares_give(&spares, one);
    spares_give(&spares, other);
    CHECK(spares_take(&spares) == other);
    CHECK(spares_take(&spares) == one);
    CHECK_EQ(spares.count, 0);
    spares_give(&spares, one);
    spares_give(&spares, other);
    spares_fini(&spares);
    CHECK(spares.first == NULL);
}

TEST(no_more_than_a_few_spares_are_kept)
{
    void *taken[10];
    struct spares spares = {0};

    for (unsigned i = 0; i < 10; i++)
        taken[i] = spares_take(&spares);
    for (unsigned i = 0; i < 10; i++)
        spares_give(&spares, taken[i]);
    CHECK_EQ(spares.count, SPARES_MOST);
    CHECK_EQ(spares.out, 0);
    CHECK(spares.first == (SPARES_MOST > 0 ? taken[SPARES_MOST - 1] : NULL));
    spares_fini(&spares);
}

TEST(when_many_are_out_they_are_short)
{
    void *taken[SPARES_MANY];
    struct spares spares = {0};

    for (unsigned i = 0; i < SPARES_MANY; i++) {
        CHECK(!spares_short(&spares));
        taken[i] = spares_take(&spares);
    }
    CHECK(spares_short(&spares));
    spares_give(&spares, taken[0]);
    CHECK(!spares_short(&spares));
    for (unsigned i = 1; i < SPARES_MANY; i++)
        spares_give(&spares, taken[i]);
    spares_fini(&spares);
}
