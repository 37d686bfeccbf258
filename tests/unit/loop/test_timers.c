/* The timer wheel, against an array that is searched from end to end. */
#include "loop/timers.h"

#include <stdlib.h>

#include "kit.h"

#define TIMERS 300
#define START COIL_SECONDS(1000)

struct entry {
    struct coil_timer timer;
    uint64_t order; /* of insertion; 0: not in */
};

struct world {
    struct timers wheel;
    struct entry entries[TIMERS];
    uint64_t inserted;
    int64_t now;
    int in;
};

static uint64_t seed = 1;

static uint64_t draw(void)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int64_t below(int64_t limit)
{
    return (int64_t)(draw() % (uint64_t)limit);
}

static struct world *make_world(void)
{
    struct world *world = calloc(1, sizeof(*world));

    world->now = START;
    coil__timers_init(&world->wheel, START);
    return world;
}

static void add(struct world *world, struct entry *entry, int64_t when)
{
    entry->timer.when_ns = when;
    entry->order = ++world->inserted;
    coil__timers_add(&world->wheel, &entry->timer);
    world->in++;
}

static void take_out(struct world *world, struct entry *entry)
{
    timers_remove(&entry->timer);
    entry->order = 0;
    world->in--;
}

static bool is_before(const struct entry *a, const struct entry *b)
{
    if (a->timer.when_ns != b->timer.when_ns)
        return a->timer.when_ns < b->timer.when_ns;
    return a->order < b->order;
}

/* The one that is due first, by looking at all. */
static struct entry *first_of(struct world *world)
{
    struct entry *first = NULL;

    for (int i = 0; i < TIMERS; i++) {
        struct entry *entry = &world->entries[i];

        if (entry->order != 0 && (first == NULL || is_before(entry, first)))
            first = entry;
    }
    return first;
}

/* Moves time and checks who came out, in which order. */
static void advance_to(struct world *world, int64_t now)
{
    struct coil_link out, *link;
    struct entry *due;

    list_init(&out);
    world->now = now;
    coil__timers_expire(&world->wheel, now, &out);
    while ((due = first_of(world)) != NULL && due->timer.when_ns <= now) {
        link = list_pop(&out);
        CHECK(link != NULL);
        CHECK_PTR(container_of(link, struct entry, timer.handle.link), due);
        due->order = 0;
        world->in--;
    }
    CHECK(list_empty(&out));
    due = first_of(world);
    CHECK(world->wheel.earliest <= (due != NULL ? due->timer.when_ns : COIL_FOREVER));
    CHECK_EQ(world->wheel.earliest, coil__timers_next(&world->wheel));
}

/* As the loop sleeps: to the later of the two bounds. The first timer is due after a few of such
 * sleeps. */
static void sleep_to_first(struct world *world)
{
    int sleeps = 0;
    struct entry *first = first_of(world);
    int64_t when = first->timer.when_ns;

    while (world->now < when) {
        int64_t next = coil__timers_next(&world->wheel);

        if (next < world->wheel.earliest)
            next = world->wheel.earliest;
        CHECK(next > world->now);
        CHECK(next <= when);
        CHECK(++sleeps < 12);
        advance_to(world, next);
    }
    advance_to(world, world->now); /* it may have been overdue from the start */
    CHECK_EQ(first->order, 0);
}

/* Near, far, in ties, long ago, and never. */
static int64_t random_time(struct world *world)
{
    switch (draw() % 16) {
    case 0: return world->now;
    case 1: return world->now - below(COIL_SECONDS(10));
    case 2: return world->now + below(20);
    case 3: return world->now + below(COIL_US(20));
    case 4:
    case 5: return world->now + below(COIL_MS(5));
    case 6:
    case 7: return world->now + below(COIL_SECONDS(2));
    case 8: return world->now + below(COIL_SECONDS(600));
    case 9: return world->now + below(COIL_SECONDS(8 * 3600));
    case 10: return world->now + below(COIL_SECONDS(80 * 3600));
    case 11: return COIL_FOREVER;
    case 12: return COIL_FOREVER - below(3);
    case 13: return INT64_MIN + below(3);
    default: return world->entries[below(TIMERS)].timer.when_ns; /* a tie, often */
    }
}

static int64_t random_advance(struct world *world)
{
    switch (draw() % 8) {
    case 0: return 0;
    case 1: return below(20);
    case 2: return below(COIL_US(100));
    case 3: return below(COIL_MS(30));
    case 4: return below(COIL_SECONDS(3));
    case 5: return world->now < START + COIL_SECONDS(4000000) ? below(COIL_SECONDS(40000)) : 0;
    default: return below(COIL_MS(1));
    }
}

static void random_step(struct world *world)
{
    struct entry *entry = &world->entries[below(TIMERS)];
    unsigned dice = (unsigned)(draw() % 100);

    if (dice < 55 && entry->order == 0)
        add(world, entry, random_time(world));
    else if (dice < 75 && entry->order != 0)
        take_out(world, entry);
    else if (dice < 90)
        advance_to(world, world->now + random_advance(world));
    else if (dice < 92 && world->in > 0 && first_of(world)->timer.when_ns < COIL_FOREVER / 2)
        sleep_to_first(world);
}

SLOW_TEST(a_hundred_thousand_random_steps_agree_with_a_sorted_list, 60)
{
    for (uint64_t s = 1; s <= 4; s++) {
        struct world *world = make_world();

        seed = s * 7919;
        for (int step = 0; step < kit_effort(25000); step++)
            random_step(world);
        free(world);
    }
}

TEST(the_first_is_reached_from_every_distance)
{
    for (int64_t delay = 1; delay < COIL_SECONDS(3600 * 24 * 30); delay += delay / 7 + 1) {
        struct world *world = make_world();

        add(world, &world->entries[0], START + delay);
        sleep_to_first(world);
        CHECK_EQ(world->now, START + delay);
        free(world);
    }
}

TEST(next_is_exact_when_the_first_is_near)
{
    for (int64_t delay = 0; delay < COIL_US(8192 / 1000 * 200); delay += 997) {
        struct world *world = make_world();

        add(world, &world->entries[0], START + delay);
        add(world, &world->entries[1], START + delay + 1);
        if ((uint64_t)(START + delay) >> TIMERS_GRANULE_BITS >> 8 ==
            (uint64_t)START >> TIMERS_GRANULE_BITS >> 8)
            CHECK_EQ(coil__timers_next(&world->wheel), START + delay);
        free(world);
    }
}

/* Woken by the world every so often: nothing that waits is lost or late for it. */
TEST(wakes_in_between_lose_nothing)
{
    for (int round = 0; round < 40; round++) {
        struct world *world = make_world();
        int64_t step = 1 + below(COIL_MS(40)), end = START + COIL_SECONDS(20);

        for (int i = 0; i < TIMERS; i++)
            add(world, &world->entries[i], START + below(COIL_SECONDS(20)));
        while (world->now < end)
            advance_to(world, world->now + 1 + below(step));
        CHECK_EQ(world->in, 0);
        free(world);
    }
}

TEST(ties_come_in_the_order_of_insertion_through_every_level)
{
    static const int64_t delays[] = {0,
                                     1,
                                     9000,
                                     COIL_MS(1),
                                     COIL_MS(40),
                                     COIL_SECONDS(3),
                                     COIL_SECONDS(700),
                                     COIL_SECONDS(40000),
                                     COIL_SECONDS(90000)};

    for (size_t d = 0; d < sizeof(delays) / sizeof(delays[0]); d++) {
        struct world *world = make_world();
        int64_t when = START + delays[d];

        for (int i = 0; i < 50; i++)
            add(world, &world->entries[i], when);
        /* the second half comes when the first has moved down a few levels */
        advance_to(world, START + delays[d] / 3);
        for (int i = 50; i < 100; i++)
            if (delays[d] > 0)
                add(world, &world->entries[i], when);
        advance_to(world, when); /* compares the order */
        CHECK_EQ(world->in, 0);
        free(world);
    }
}

TEST(forever_is_a_time_like_others)
{
    struct world *world = make_world();

    add(world, &world->entries[0], COIL_FOREVER);
    add(world, &world->entries[1], START + 10);
    advance_to(world, START + 10);
    CHECK_EQ(world->in, 1);
    CHECK(coil__timers_next(&world->wheel) > START + COIL_SECONDS(3600));
    take_out(world, &world->entries[0]);
    CHECK_EQ(coil__timers_next(&world->wheel), COIL_FOREVER);
    free(world);
}

TEST(an_empty_wheel_has_nothing_to_wait_for)
{
    struct world *world = make_world();

    CHECK_EQ(coil__timers_next(&world->wheel), COIL_FOREVER);
    CHECK_EQ(world->wheel.earliest, COIL_FOREVER);
    add(world, &world->entries[0], START + COIL_SECONDS(1));
    take_out(world, &world->entries[0]);
    CHECK_EQ(coil__timers_next(&world->wheel), COIL_FOREVER);
    advance_to(world, START + COIL_SECONDS(2));
    CHECK_EQ(world->wheel.earliest, COIL_FOREVER);
    free(world);
}

TEST(what_is_overdue_is_due_at_once_the_oldest_first)
{
    struct world *world = make_world();

    add(world, &world->entries[0], START - 5);
    add(world, &world->entries[1], START - COIL_SECONDS(999));
    add(world, &world->entries[2], INT64_MIN);
    add(world, &world->entries[3], START);
    CHECK_EQ(world->wheel.earliest, INT64_MIN);
    advance_to(world, START);
    CHECK_EQ(world->in, 0);
    free(world);
}

TEST(what_expires_goes_behind_what_is_there)
{
    struct world *world = make_world();
    struct coil_link out, other;

    list_init(&out);
    list_append(&out, &other);
    add(world, &world->entries[0], START);
    coil__timers_expire(&world->wheel, START, &out);
    CHECK_PTR(list_pop(&out), &other);
    CHECK_PTR(list_pop(&out), &world->entries[0].timer.handle.link);
    free(world);
}
