#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *memory_resize(void *memory, size_t count, size_t size)
{
    void *resized = reallocarray(memory, count ? count : 1, size);

    if (!resized) {
        fputs("coil: out of memory\n", stderr);
        exit(1);
    }
    return resized;
}

char *string_copy(const char *bytes, size_t length)
{
    char *copy = memory_resize(NULL, length + 1, 1);

    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static void reserve(struct text *text, size_t more)
{
    size_t wanted = text->length + more + 1;

    if (wanted <= text->capacity)
        return;
    text->capacity = wanted < 64 ? 64 : wanted + wanted / 2;
    text->data = memory_resize(text->data, text->capacity, 1);
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_puts(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return;
    reserve(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vprintf(text, format, arguments);
    va_end(arguments);
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

const char *text_string(const struct text *text)
{
    return text->data ? text->data : "";
}

char *text_take(struct text *text)
{
    char *string = text->data ? text->data : string_copy("", 0);

    *text = (struct text){0};
    return string;
}

int text_read_file(struct text *text, const char *path)
{
    FILE *file = fopen(path, "re");
    char block[4096];
    size_t got;
    int err = 0;

    if (!file)
        return -errno;
    errno = 0;
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        text_add(text, block, got);
    if (ferror(file))
        err = errno ? -errno : -EIO;
    fclose(file);
    return err;
}
