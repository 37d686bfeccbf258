#include "complete.h"

#include <string.h>

#include "kit/kit.h"

static enum completion_outcome complete(struct completion *completion, const char *line)
{
    static const char *const words[] = {"coil_sleep", "coil_submit", "coil_submit_call",
                                        ":list",      "count",       "coil_sleep"};

    completion_begin(completion, line, strlen(line));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        completion_offer(completion, words[i]);
    return completion_end(completion);
}

TEST(one_word_is_completed_to_its_end)
{
    struct completion completion = {0};

    CHECK_EQ(complete(&completion, "f(coil_sl"), COMPLETION_LONGER);
    CHECK_STR(completion.insert, "eep");
    CHECK_EQ(complete(&completion, ":li"), COMPLETION_LONGER);
    CHECK_STR(completion.insert, "st");
    completion_free(&completion);
}

TEST(several_are_completed_as_far_as_they_agree_then_listed_in_order)
{
    struct completion completion = {0};

    CHECK_EQ(complete(&completion, "coil_su"), COMPLETION_LONGER);
    CHECK_STR(completion.insert, "bmit");
    CHECK_EQ(complete(&completion, "coil_s"), COMPLETION_AMBIGUOUS);
    CHECK_EQ(completion.count, 3);
    CHECK_STR(completion.found[0], "coil_sleep");
    completion_free(&completion);
}

TEST(nothing_typed_or_nothing_known_completes_nothing)
{
    struct completion completion = {0};

    CHECK_EQ(complete(&completion, "x = "), COMPLETION_NONE);
    CHECK_EQ(complete(&completion, "zebra"), COMPLETION_NONE);
    completion_free(&completion);
}
