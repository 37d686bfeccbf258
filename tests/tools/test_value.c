#include "value.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <coil/result.h>

#include "kit/kit.h"

static void check_shown(const char *type, const void *bytes, size_t size, const char *expected)
{
    struct text text = {0};

    value_format(&text, type, bytes, size);
    CHECK_STR(text_string(&text), expected);
    text_free(&text);
}

#define SHOWN(type, c_type, value, expected)                \
    do {                                                    \
        c_type held_ = value;                               \
                                                            \
        check_shown(type, &held_, sizeof(held_), expected); \
    } while (0)

TEST(numbers_are_shown_with_their_sign_and_width)
{
    SHOWN("int", int, -5, "-5");
    SHOWN("unsigned int", unsigned, 4000000000u, "4000000000");
    SHOWN("short", short, -1, "-1");
    SHOWN("unsigned char", unsigned char, 200, "200");
    SHOWN("long long", long long, INT64_MIN, "-9223372036854775808");
    SHOWN("unsigned long", unsigned long, UINT64_MAX, "18446744073709551615");
    SHOWN("_Bool", _Bool, 1, "true");
    SHOWN("const int", int, 7, "7");
}

TEST(floats_are_shown_as_short_as_they_read_back)
{
    SHOWN("double", double, 0.1, "0.1");
    SHOWN("float", float, 0.1f, "0.1");
    SHOWN("double", double, 3.0, "3.0");
    SHOWN("double", double, 1.0 / 3, "0.3333333333333333");
    SHOWN("long double", long double, 0.25L, "0.25");
    SHOWN("double", double, 1e300 * 1e300, "inf");
}

TEST(characters_and_strings_are_quoted)
{
    SHOWN("char", char, 'a', "97 'a'");
    SHOWN("char", char, '\n', "10 '\\n'");
    SHOWN("char", char, 0, "0 '\\000'");
    SHOWN("char *", const char *, "say \"hi\"\t", "\"say \\\"hi\\\"\\t\"");
    SHOWN("const char *", const char *, NULL, "NULL");
}

TEST(string_that_is_not_there_is_said_to_be_so)
{
    SHOWN("char *", const char *, (const char *)8, "(char *) 0x8, not readable");
}

TEST(long_string_is_cut)
{
    char *string = malloc(1001);
    struct text text = {0};

    for (int i = 0; i < 1000; i++)
        string[i] = 'x';
    string[1000] = '\0';
    value_format(&text, "char *", &string, sizeof(string));
    CHECK_EQ(text.length, 205);
    CHECK_HAS(text_string(&text), "x\"...");
    text_free(&text);
    free(string);
}

TEST(arrays_are_shown_with_their_elements)
{
    int numbers[2][2] = {{1, 2}, {3, 4}};
    int many[17] = {0};
    char letters[8] = "abc";

    check_shown("int [2][2]", numbers, sizeof(numbers), "{{1, 2}, {3, 4}}");
    check_shown("int [17]", many, sizeof(many),
                "{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...}");
    check_shown("char [8]", letters, sizeof(letters), "\"abc\"");
}

TEST(pointers_enums_and_results)
{
    struct coil_result good = {3, NULL};
    struct coil_result bad = {-ECANCELED, NULL};
    struct text text = {0};

    SHOWN("int *", int *, NULL, "(int *) NULL");
    SHOWN("int *", int *, (int *)16, "(int *) 0x10");
    SHOWN("enum color", int, 2, "(enum color) 2");
    SHOWN("enum color *", int *, NULL, "(enum color *) NULL");
    check_shown("struct coil_result", &good, sizeof(good), "{status = 3, value = (nil)}");
    value_format(&text, "struct coil_result", &bad, sizeof(bad));
    CHECK_HAS(text_string(&text), "ECANCELED");
    text_free(&text);
}
