/*
 * Text that grows. All zero is the empty text. When memory is out the command says so and ends: a
 * prompt without memory has nothing to offer.
 */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *data; /* ends in a zero; NULL while nothing was ever added */
    size_t length;
    size_t capacity;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments);
void text_clear(struct text *text);
void text_free(struct text *text);

/* The string, never NULL. */
const char *text_string(const struct text *text);

/* Hands the string over to the caller, who frees it; the text is empty again. */
char *text_take(struct text *text);

/* Adds the whole of a file. Returns 0 or a negated errno. */
int text_read_file(struct text *text, const char *path);

/* malloc and friends that do not return NULL. */
void *memory_resize(void *memory, size_t count, size_t size);
char *string_copy(const char *bytes, size_t length);

#endif
