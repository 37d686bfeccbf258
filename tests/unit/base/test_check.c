/* Misuse ends the process with a sentence, and only misuse does. */
#include "base/check.h"

#include <string.h>

#include "kit.h"

FAIL_TEST(misuse_says_its_sentence_and_aborts, "coil: misuse: the spoon of Ann is bent 3 times")
{
    coil__misuse("the spoon of %s is bent %d times", "Ann", 3);
}

FAIL_TEST(a_sentence_that_is_too_long_is_cut_and_still_said, "coil: misuse: aaaaaaaa")
{
    static char text[5000];

    memset(text, 'a', sizeof(text) - 1);
    coil__misuse("%s", text);
}

static int asked;

static bool answer(bool what)
{
    asked++;
    return what;
}

TEST(what_is_required_and_true_is_looked_at_once)
{
    REQUIRE(answer(true), "never said");
    CHECK_EQ(asked, 1);
    INVARIANT(answer(true));
    CHECK_EQ(asked, 2);
}

FAIL_TEST(what_is_required_and_false_ends_the_process, "coil: misuse: give me 7")
{
    REQUIRE(answer(false), "give me %d", 7);
}

FAIL_TEST(a_broken_invariant_names_itself_and_its_place, "answer(false) (")
{
    INVARIANT(answer(false));
}
