/* Text for a line: as wide as it looks, never cut inside a character. */
#include "work/columns.h"

#include <stdlib.h>
#include <string.h>

#include "kit.h"

TEST(width_is_what_a_terminal_shows)
{
    CHECK_EQ(coil__columns_of(""), 0);
    CHECK_EQ(coil__columns_of("resize"), 6);
    CHECK_EQ(coil__columns_of("Größe"), 5);
    CHECK_EQ(coil__columns_of("写真"), 4);
    CHECK_EQ(coil__columns_of("e\xcc\x81"), 1);        /* an accent of its own */
    CHECK_EQ(coil__columns_of("\xf0\x9f\x9a\x80"), 2); /* a rocket */
    CHECK_EQ(coil__columns_of("a\tb\n"), 4);           /* shown as ? */
    CHECK_EQ(coil__columns_of("\xff\xfe"), 2);
}

static const char *cut(const char *text, int columns, size_t size)
{
    static char buffer[64];
    struct columns out = {.buffer = buffer, .size = size, .left = columns};

    memset(buffer, 'x', sizeof(buffer));
    buffer[0] = '\0';
    coil__columns_text(&out, text);
    return buffer;
}

TEST(text_is_cut_between_characters)
{
    CHECK_STR(cut("Größe", 3, 64), "Grö");
    CHECK_STR(cut("Größe", 2, 64), "Gr");
    CHECK_STR(cut("写真", 3, 64), "写"); /* half of one is none */
    CHECK_STR(cut("写真", 0, 64), "");
    CHECK_STR(cut("e\xcc\x81x", 1, 64), "e\xcc\x81");
}

TEST(buffer_ends_between_characters_too)
{
    CHECK_STR(cut("Größe", 5, 5), "Grö");
    CHECK_STR(cut("Größe", 5, 4), "Gr"); /* and what follows is not put in the gap */
    CHECK_STR(cut("abc", 5, 1), "");
}

TEST(length_is_told_beyond_the_buffer)
{
    char buffer[4] = "";
    struct columns out = {.buffer = buffer, .size = sizeof(buffer), .left = 100};
    struct columns none = {.left = 100};

    coil__columns_text(&out, "Größe");
    coil__columns_text(&out, " und Zahl");
    CHECK_EQ(out.length, strlen("Größe und Zahl"));
    CHECK_STR(buffer, "Gr");
    coil__columns_text(&none, "Größe");
    CHECK_EQ(none.length, strlen("Größe"));
}

TEST(what_is_no_character_becomes_a_question_mark)
{
    CHECK_STR(cut("a\x1b[2Jb", 64, 64), "a?[2Jb");
    CHECK_STR(cut("\xc3(", 64, 64), "?(");
    CHECK_STR(cut("\xc0\xaf", 64, 64), "??");           /* longer than need be */
    CHECK_STR(cut("\xed\xa0\x80", 64, 64), "???");      /* half of a pair */
    CHECK_STR(cut("\xf5\x80\x80\x80", 64, 64), "????"); /* beyond the last */
    CHECK_STR(cut("\xe2\x82", 64, 64), "??");           /* ends too early */
    CHECK_STR(cut("\xc2\x9b", 64, 64), "?");            /* a control of two bytes */
}

TEST(title_says_that_it_goes_on)
{
    char buffer[64] = "";
    struct columns out = {.buffer = buffer, .size = sizeof(buffer), .left = 100};

    coil__columns_title(&out, "写真を変換する", 9);
    CHECK_STR(buffer, "写真を..");
    coil__columns_title(&out, "abc", 3);
    CHECK_STR(buffer, "写真を..abc");
    coil__columns_title(&out, "abcd", 1); /* no room for the dots */
    CHECK_STR(buffer, "写真を..abc");
}

/* No byte in it makes it read or write beyond its ends. */
TEST(any_bytes_are_fine)
{
    char text[16], buffer[16];

    srand(4);
    for (int round = 0; round < kit_effort(20000); round++) {
        struct columns out = {.buffer = buffer, .size = (size_t)rand() % 16, .left = rand() % 16};
        size_t n = (size_t)rand() % sizeof(text);
        char *exact = malloc(n + 1);

        for (size_t i = 0; i < n; i++)
            exact[i] = (char)(1 + rand() % 255);
        exact[n] = '\0';
        coil__columns_text(&out, exact);
        CHECK(out.left >= 0);
        CHECK(out.size == 0 || strlen(buffer) < sizeof(buffer) || out.length == 0);
        free(exact);
    }
}
