/* Every error has a name. */
#include <coil/names.h>

#include "unit/loop/inside.h"

TEST(success_is_ok)
{
    CHECK_STR(coil_strerror(0), "ok");
    CHECK_STR(coil_strerror(INT64_MAX), "ok");
}

TEST(our_own_codes_are_named_and_all_different)
{
    for (int64_t code = COIL_ESTOPPED; code <= COIL_ELIMIT; code++) {
        CHECK_HAS(coil_strerror(-code), "COIL_E");
        for (int64_t other = COIL_ESTOPPED; other < code; other++)
            CHECK(strcmp(coil_strerror(-code), coil_strerror(-other)) != 0);
    }
    CHECK_HAS(coil_strerror(-COIL_EGROUP), "COIL_EGROUP: ");
}

TEST(what_asyncio_has_a_word_for_is_called_so)
{
    CHECK_STR(coil_strerror(-ECANCELED), "ECANCELED: cancelled");
    CHECK_HAS(coil_strerror(-ETIMEDOUT), "timed out");
    CHECK_HAS(coil_strerror(-EDEADLK), "wait for itself");
}

TEST(a_failed_lookup_is_named_and_explained)
{
    CHECK_STR(coil_strerror(-COIL_EGAI(EAI_NONAME)), "EAI_NONAME: Name or service not known");
    CHECK_HAS(coil_strerror(-COIL_EGAI(EAI_AGAIN)), "EAI_AGAIN: ");
    CHECK_HAS(coil_strerror(-COIL_EGAI(EAI_IDN_ENCODE)), "EAI_IDN_ENCODE: ");
    CHECK_STR(coil_strerror(-COIL_EGAI(0)), "unknown error");
    CHECK_STR(coil_strerror(-COIL_EGAI(-99)), "unknown error");
    CHECK_STR(coil_strerror(-COIL_EGAI(-110)), "unknown error");
}

TEST(no_status_is_without_words)
{
    for (int64_t status = -6000; status < 10; status++) {
        CHECK(coil_strerror(status) != NULL);
        CHECK(coil_strerror(status)[0] != '\0');
    }
    CHECK(coil_strerror(INT64_MIN + 1) != NULL);
    CHECK_STR(coil_strerror(-4999), "unknown error");
    CHECK_HAS(coil_strerror(-ENOENT), "No such file");
}
