/* Every error has a name. */
#include "unit/loop/inside.h"

TEST(success_is_ok)
{
    CHECK_STR(coil_strerror(0), "ok");
    CHECK_STR(coil_strerror(INT64_MAX), "ok");
}

TEST(our_own_codes_are_named_and_all_different)
{
    for (int64_t code = COIL_ESTOPPED; code <= COIL_ECRASHED; code++) {
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
