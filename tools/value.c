#include "value.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <coil/result.h>

#include "types.h"

#define STRING_LIMIT 200 /* bytes of a string that are shown */
#define ARRAY_LIMIT 16   /* elements of an array */

/* Copies memory that may not be there. Returns how many bytes could be read. */
static size_t peek(const char *address, char *to, size_t size)
{
    struct iovec local = {to, size};
    struct iovec remote = {(void *)(uintptr_t)address, size};
    ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);

    return got < 0 ? 0 : (size_t)got;
}

static void add_character(struct text *out, unsigned char c, char quote)
{
    static const char codes[] = "\aa\bb\ff\nn\rr\tt\vv\\\\";
    const char *code = c ? strchr(codes, c) : NULL;

    if (c == (unsigned char)quote)
        text_printf(out, "\\%c", quote);
    else if (code && (code - codes) % 2 == 0)
        text_printf(out, "\\%c", code[1]);
    else if (c < 0x20 || c == 0x7f)
        text_printf(out, "\\%03o", c);
    else
        text_add(out, (const char *)&c, 1);
}

static void add_quoted(struct text *out, const char *bytes, size_t length, bool cut)
{
    text_puts(out, "\"");
    for (size_t i = 0; i < length; i++)
        add_character(out, (unsigned char)bytes[i], '"');
    text_puts(out, cut ? "\"..." : "\"");
}

/* The string a pointer leads to, read without trusting the pointer, a page at most at a time. */
static void add_string(struct text *out, const char *address)
{
    char bytes[STRING_LIMIT];
    size_t length = 0;

    if (!address) {
        text_puts(out, "NULL");
        return;
    }
    while (length < sizeof(bytes) && peek(address + length, bytes + length, 1) == 1 &&
           bytes[length])
        length++;
    if (length == 0 && peek(address, bytes, 1) == 0)
        text_printf(out, "(char *) %p, not readable", (const void *)address);
    else
        add_quoted(out, bytes, length, length == sizeof(bytes));
}

/* The shortest decimal that reads back as the same number. */
static void add_floating(struct text *out, long double number, int digits)
{
    char text[64];
    int precision = 1;

    do
        snprintf(text, sizeof(text), "%.*Lg", precision, number);
    while (precision++ < digits && (digits > 17  ? strtold(text, NULL) != number
                                    : digits > 9 ? strtod(text, NULL) != (double)number
                                                 : strtof(text, NULL) != (float)number));
    text_puts(out, text);
    if (!strpbrk(text, ".eEin"))
        text_puts(out, ".0");
}

struct scalar {
    const char *type;
    char kind; /* i signed, u unsigned, c character, b bool, f floating */
    int digits;
};

static const struct scalar scalars[] = {
    {"int", 'i', 0},           {"short", 'i', 0},
    {"long", 'i', 0},          {"long long", 'i', 0},
    {"unsigned int", 'u', 0},  {"unsigned short", 'u', 0},
    {"unsigned long", 'u', 0}, {"unsigned long long", 'u', 0},
    {"char", 'c', 0},          {"signed char", 'i', 0},
    {"unsigned char", 'u', 0}, {"_Bool", 'b', 0},
    {"float", 'f', 9},         {"double", 'f', 17},
    {"long double", 'f', 21},
};

static int64_t read_signed(const void *bytes, size_t size)
{
    int64_t wide = 0;

    memcpy(&wide, bytes, size < 8 ? size : 8);
    return size < 8 ? (int64_t)((uint64_t)wide << (64 - size * 8)) >> (64 - size * 8) : wide;
}

static uint64_t read_unsigned(const void *bytes, size_t size)
{
    uint64_t wide = 0;

    memcpy(&wide, bytes, size < 8 ? size : 8);
    return wide;
}

static long double read_floating(const void *bytes, int digits)
{
    float single;
    double twice;
    long double extended;

    if (digits == 9) {
        memcpy(&single, bytes, sizeof(single));
        return (long double)single;
    }
    if (digits == 17) {
        memcpy(&twice, bytes, sizeof(twice));
        return (long double)twice;
    }
    memcpy(&extended, bytes, sizeof(extended));
    return extended;
}

static void add_scalar(struct text *out, const struct scalar *scalar, const void *bytes,
                       size_t size)
{
    int64_t number = read_signed(bytes, size);

    switch (scalar->kind) {
    case 'i': text_printf(out, "%" PRId64, number); break;
    case 'u': text_printf(out, "%" PRIu64, read_unsigned(bytes, size)); break;
    case 'b': text_puts(out, number ? "true" : "false"); break;
    case 'c':
        text_printf(out, "%" PRId64 " '", number);
        add_character(out, (unsigned char)number, '\'');
        text_puts(out, "'");
        break;
    default: add_floating(out, read_floating(bytes, scalar->digits), scalar->digits);
    }
}

static void add_array(struct text *out, const char *element, size_t count, const char *bytes,
                      size_t size)
{
    if (strcmp(type_unqualified(element), "char") == 0) {
        size_t length = strnlen(bytes, count);

        add_quoted(out, bytes, length < STRING_LIMIT ? length : STRING_LIMIT,
                   length > STRING_LIMIT);
        return;
    }
    text_puts(out, "{");
    for (size_t i = 0; i < count && i < ARRAY_LIMIT; i++) {
        text_puts(out, i ? ", " : "");
        value_format(out, element, bytes + i * (size / count), size / count);
    }
    text_puts(out, count > ARRAY_LIMIT ? ", ...}" : "}");
}

static void add_pointer(struct text *out, const char *type, const void *bytes)
{
    void *address;

    memcpy(&address, bytes, sizeof(address));
    if (strcmp(type_unqualified(type), "char *") == 0)
        add_string(out, address);
    else if (address)
        text_printf(out, "(%s) %p", type, address);
    else
        text_printf(out, "(%s) NULL", type);
}

static void add_result(struct text *out, const void *bytes)
{
    struct coil_result result;

    memcpy(&result, bytes, sizeof(result));
    if (result.status < 0)
        text_printf(out, "{status = %" PRId64 " (%s)}", result.status,
                    coil_strerror(result.status));
    else
        text_printf(out, "{status = %" PRId64 ", value = %p}", result.status, result.value);
}

void value_format(struct text *out, const char *type, const void *bytes, size_t size)
{
    const char *plain = type_unqualified(type);
    size_t count = 0;
    char *element;

    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        if (strcmp(plain, scalars[i].type) == 0) {
            add_scalar(out, &scalars[i], bytes, size);
            return;
        }
    }
    element = type_element(plain, &count);
    if (element && count > 0)
        add_array(out, element, count, bytes, size);
    else if (strncmp(plain, "enum ", 5) == 0 && !type_is_pointer(plain))
        text_printf(out, "(%s) %" PRId64, plain, read_signed(bytes, size));
    else if (strcmp(plain, "struct coil_result") == 0)
        add_result(out, bytes);
    else if (type_is_pointer(plain))
        add_pointer(out, plain, bytes);
    else
        text_printf(out, "(%s) at %p", plain, bytes);
    free(element);
}
