/* Looking for several separators, against a plain search. */
#include <stdlib.h>
#include <string.h>

#include "io/separators.h"
#include "kit.h"

enum { LONGEST = 4, MOST = 4, LENGTH = 40, ROUNDS = 20000 };

static char letters[MOST][LONGEST];

static void roll_letters(char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = "aab"[rand() % 3];
}

static size_t roll_separators(struct coil_separator *separators)
{
    size_t count = 1 + (size_t)(rand() % MOST);

    for (size_t i = 0; i < count; i++) {
        roll_letters(letters[i], LONGEST);
        separators[i] = (struct coil_separator){letters[i], 1 + (size_t)(rand() % LONGEST)};
    }
    return count;
}

/* The shortest of those that end here and begin at `from` or later; 0: none does. */
static size_t ends_here(const struct coil_separator *separators, size_t count, const char *data,
                        size_t from, size_t end)
{
    size_t best = 0;

    for (size_t i = 0; i < count; i++) {
        size_t size = separators[i].size;

        if (size <= end - from && memcmp(data + end - size, separators[i].data, size) == 0)
            best = best == 0 || size < best ? size : best;
    }
    return best;
}

TEST(the_first_that_is_whole_is_found_and_of_two_the_shorter)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct coil_separator separators[MOST];
        size_t count = roll_separators(separators), size = (size_t)rand() % LENGTH;
        size_t from = (size_t)rand() % (size + 1), end = from, shortest = 0;
        struct separator_match match;
        char data[LENGTH];

        roll_letters(data, size);
        while (end < size && shortest == 0)
            shortest = ends_here(separators, count, data, from, ++end);
        CHECK_EQ(coil__separators_find(separators, count, data, from, size, &match), shortest > 0);
        if (shortest == 0)
            continue;
        CHECK_EQ(match.end, end);
        CHECK_EQ(match.begin, end - shortest);
    }
}

TEST(a_separator_may_have_any_bytes)
{
    const struct coil_separator separators[] = {{"\0\0", 2}, {"\xff", 1}};
    struct separator_match match;

    CHECK(coil__separators_find(separators, 2, "a\0b\0\0", 0, 5, &match));
    CHECK_EQ(match.begin, 3);
    CHECK(coil__separators_find(separators, 2, "a\0b\xff\0", 0, 5, &match));
    CHECK_EQ(match.begin, 3);
    CHECK_EQ(match.end, 4);
}

TEST(none_and_an_empty_one_are_no_separators)
{
    const struct coil_separator separators[] = {{"a", 1}, {"bcd", 3}, {"", 0}};

    CHECK(!separators_valid(separators, 0));
    CHECK(separators_valid(separators, 2));
    CHECK(!separators_valid(separators, 3));
    CHECK_EQ(separators_longest(separators, 2), 3);
}
