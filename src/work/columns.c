#include "work/columns.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DOTS ".."

/* The character at `text` and how many bytes it has; -1 if it is none that can be shown. */
static int32_t decode(const char *text, size_t *bytes)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text;
    size_t n = *at < 0x80 ? 1 : *at >= 0xf0 && *at < 0xf8 ? 4 : *at >= 0xe0 ? 3 : 2;
    int32_t c = n == 1 ? *at : *at & (0x7f >> n);

    *bytes = 1;
    if (n > 1 && (*at < 0xc0 || *at >= 0xf8))
        return -1;
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (at[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return -1;
    *bytes = n;
    return c < 0x20 || (c >= 0x7f && c < 0xa0) ? -1 : c;
}

struct range {
    int32_t first, last;
};

static bool is_in(const struct range *ranges, size_t n, int32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* As terminals show them: marks that stand on another one take no room, ideographs two columns. */
static int width(int32_t c)
{
    static const struct range none[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
                                        {0x64b, 0x65f},   {0x200b, 0x200f}, {0x202a, 0x202e},
                                        {0x2060, 0x2064}, {0x20d0, 0x20f0}, {0xfe00, 0xfe0f},
                                        {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
    static const struct range two[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},
                                       {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
                                       {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
                                       {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

    if (c < 0x300)
        return 1;
    if (is_in(none, sizeof(none) / sizeof(none[0]), c))
        return 0;
    return is_in(two, sizeof(two) / sizeof(two[0]), c) ? 2 : 1;
}

/* What is shown for the character at `text`. */
static int next(const char **text, const char **shown, size_t *bytes)
{
    const char *at = *text;
    int32_t c = decode(at, bytes);

    *text = at + *bytes;
    *shown = c < 0 ? "?" : at;
    if (c < 0)
        *bytes = 1;
    return c < 0 ? 1 : width(c);
}

int coil__columns_of(const char *text)
{
    const char *shown;
    size_t bytes;
    int columns = 0;

    while (*text != '\0')
        columns += next(&text, &shown, &bytes);
    return columns;
}

static void put(struct columns *out, const char *bytes, size_t n)
{
    if (out->length + n < out->size) {
        memcpy(out->buffer + out->length, bytes, n);
        out->buffer[out->length + n] = '\0';
    } else if (out->length < out->size) {
        out->size = out->length; /* nothing more goes in: what follows is not to follow a gap */
    }
    out->length += n;
}

/* Within so many columns; how many it took. */
static int put_within(struct columns *out, const char *text, int room)
{
    const char *shown;
    size_t bytes;
    int taken = 0;

    while (*text != '\0') {
        int wide = next(&text, &shown, &bytes);

        if (taken + wide > room)
            break;
        put(out, shown, bytes);
        taken += wide;
    }
    return taken;
}

void coil__columns_text(struct columns *out, const char *text)
{
    out->left -= put_within(out, text, out->left);
}

void coil__columns_title(struct columns *out, const char *text, int room)
{
    if (room > out->left)
        room = out->left;
    if (coil__columns_of(text) <= room) {
        coil__columns_text(out, text);
    } else if (room >= (int)sizeof(DOTS) - 1) {
        out->left -= put_within(out, text, room - ((int)sizeof(DOTS) - 1));
        coil__columns_text(out, DOTS);
    }
}
