/* The checker itself: it sees as many orders as there are, and finds what is wrong. */
#include <coil/result.h>

#include "model_world.h"

static struct word a, b;
static bool first_was[2];

static void reset(void)
{
    a.value = b.value = 0;
}

static void two_on_a(void)
{
    word_add(&a, 1);
    word_add(&a, 1);
}

static void two_on_b(void)
{
    word_add(&b, 1);
    word_add(&b, 1);
}

static void three_on_a(void)
{
    two_on_a();
    word_add(&a, 1);
}

static uint64_t count(void (*one)(void), void (*two)(void), void (*three)(void), bool all)
{
    struct model_program program = {.setup = reset, .threads = {one, two, three}};
    struct model_result found;

    if (all)
        model_explore_all(&program, &found);
    else
        model_explore(&program, &found);
    CHECK_STR(found.failure, "");
    return found.runs;
}

TEST(all_orders_of_operations_on_one_word_are_run)
{
    CHECK_EQ(count(two_on_a, two_on_a, NULL, true), 6); /* 4! / 2! 2! */
    CHECK_EQ(count(two_on_a, two_on_a, NULL, false), 6);
    CHECK_EQ(count(three_on_a, three_on_a, NULL, false), 20);
    CHECK_EQ(count(two_on_a, two_on_a, two_on_a, true), 90);
    CHECK_EQ(count(two_on_a, two_on_a, two_on_a, false), 90);
    CHECK_EQ(count(three_on_a, three_on_a, three_on_a, false), 1680);
}

TEST(orders_that_make_no_difference_are_run_once)
{
    CHECK_EQ(count(two_on_a, two_on_b, NULL, true), 6);
    CHECK_EQ(count(two_on_a, two_on_b, NULL, false), 1);
    CHECK_EQ(count(two_on_a, two_on_b, two_on_a, false), 6);
}

/* Set one's flag, look at the other's: at least one must see the other. */
static void flag_a(void)
{
    word_store(&a, 1);
    first_was[0] = word_load(&b) == 0;
}

static void flag_b(void)
{
    word_store(&b, 1);
    first_was[1] = word_load(&a) == 0;
}

static unsigned outcomes;

static void note_outcome(void)
{
    outcomes |= 1u << (first_was[0] * 2 + first_was[1]);
}

TEST(every_outcome_is_seen_and_no_other)
{
    struct model_program program = {reset, {flag_a, flag_b}, note_outcome};

    model_prove("flags", &program);
    CHECK_EQ(outcomes, 1u << 0 | 1u << 1 | 1u << 2); /* not both first */
}

/* ---- what it must find ---- */

static void add_torn(void)
{
    word_store(&a, word_load(&a) + 1);
}

static void check_two(void)
{
    MODEL_CHECK(a.value == 2);
}

TEST(lost_update_is_found)
{
    struct model_program program = {reset, {add_torn, add_torn}, check_two};

    model_refute("lost update", &program, "a.value == 2");
}

static int fd;

static void reset_mail(void)
{
    reset();
    fd = model_eventfd();
}

/* The mail is looked for, and only then the flag set: what comes in between wakes nobody. */
static void look_then_sleep(void)
{
    if (word_load(&a) == 0) {
        word_store(&b, 1);
        model_eventfd_wait(fd);
    }
    model_close(fd);
}

static void set_then_look_then_sleep(void)
{
    word_store(&b, 1);
    if (word_load(&a) == 0)
        model_eventfd_wait(fd);
    word_store(&b, 0);
}

static void send(void)
{
    word_store(&a, 1);
    if (word_load(&b) != 0)
        model_eventfd_write(fd);
}

static void close_mail(void)
{
    model_close(fd);
}

TEST(wakeup_lost_by_reordering_is_found)
{
    struct model_program wrong = {reset_mail, {look_then_sleep, send}, NULL};
    struct model_program right = {reset_mail, {set_then_look_then_sleep, send}, close_mail};

    model_refute("flag after the look", &wrong, "sleeps for ever");
    model_prove("flag before the look", &right);
}

static struct block {
    struct word refs, state;
} * shared;

static void make_shared(void)
{
    shared = model_alloc(sizeof(*shared));
    shared->refs.value = 1;
}

static void give_back(void)
{
    if (word_sub(&shared->refs, 1) == 0)
        model_free(shared);
}

static void look_without_reference(void)
{
    word_load(&shared->state);
}

TEST(use_after_free_is_found_whichever_word_is_used)
{
    struct model_program program = {make_shared, {look_without_reference, give_back}, NULL};

    model_refute("no reference", &program, "given back");
}

static void keep(void)
{
    word_add(&shared->refs, 1);
}

TEST(leak_is_found)
{
    struct model_program program = {make_shared, {keep, give_back}, NULL};

    model_refute("a reference too many", &program, "left over");
}

static void spin(void)
{
    while (word_load(&a) == 0)
        ;
}

TEST(spinning_is_found)
{
    struct model_program program = {reset, {spin}, NULL};

    model_refute("spin", &program, "steps");
}

static struct model_mutex one, two;

static void reset_mutexes(void)
{
    one.locked = two.locked = 0;
    reset();
}

static void lock_one_then_two(void)
{
    model_mutex_lock(&one);
    model_mutex_lock(&two);
    a.value++;
    model_mutex_unlock(&two);
    model_mutex_unlock(&one);
}

static void lock_two_then_one(void)
{
    model_mutex_lock(&two);
    model_mutex_lock(&one);
    a.value++;
    model_mutex_unlock(&one);
    model_mutex_unlock(&two);
}

TEST(deadlock_of_mutexes_is_found)
{
    struct model_program wrong = {reset_mutexes, {lock_one_then_two, lock_two_then_one}, NULL};
    struct model_program right = {reset_mutexes, {lock_one_then_two, lock_one_then_two}, check_two};

    model_refute("opposite order", &wrong, "sleeps for ever");
    model_prove("same order", &right);
}

/* A timed wait may end by time in any state, and by waking. */
static int ends[2];

static void wait_timed(void)
{
    int err = 0;

    while (err == 0 && word_load(&a) == 0)
        err = model_futex_wait(word_futex(&a), 0, 1);
    ends[err == -ETIMEDOUT]++;
}

static void set_and_wake(void)
{
    word_store(&a, 1);
    model_futex_wake(word_futex(&a), 1);
}

TEST(timed_wait_ends_both_ways)
{
    struct model_program program = {reset, {wait_timed, set_and_wake}, NULL};

    model_prove("timed wait", &program);
    CHECK(ends[0] > 0);
    CHECK(ends[1] > 0);
}
