/*
 * Completion of the word before the cursor among words that are offered one by one.
 */
#ifndef TOOLS_COMPLETE_H
#define TOOLS_COMPLETE_H

#include <stddef.h>
#include <stdio.h>

struct completion {
    char *word;   /* what was typed of it */
    char **found; /* words that begin so, each once */
    size_t count;
    char *insert; /* what all of them have behind it */
};

enum completion_outcome {
    COMPLETION_NONE,     /* no word begins so */
    COMPLETION_LONGER,   /* `insert` brings it further */
    COMPLETION_AMBIGUOUS /* several, and nothing is sure */
};

/* Begins, with the line up to the cursor. Ends what was begun before. */
void completion_begin(struct completion *completion, const char *line, size_t length);
void completion_offer(struct completion *completion, const char *word);
enum completion_outcome completion_end(struct completion *completion);

/* Prints the words found, in columns. */
void completion_print(const struct completion *completion, FILE *to);
void completion_free(struct completion *completion);

#endif
