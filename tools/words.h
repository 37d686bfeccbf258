/*
 * Words the prompt knows: those of the public headers; which functions may suspend (marked
 * coil_async); which belong to the loop's thread (their comment does not say "Thread: any").
 */
#ifndef TOOLS_WORDS_H
#define TOOLS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct word {
    char *name;
    bool is_async;
    bool is_loops; /* to be called on the loop's thread only */
};

struct words {
    struct word *at;
    size_t count;
};

/* Reads coil's public headers. */
void words_read_headers(struct words *words, const char *include_dir);

/* Adds a word, or changes what is known of it. */
void words_add(struct words *words, const char *name, bool is_async);

bool words_async(const struct words *words, const char *name, size_t length);
bool words_loops(const struct words *words, const char *name, size_t length);
void words_free(struct words *words);

#endif
