#include "complete.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define SHOWN_LIMIT 120
#define LINE_COLUMNS 80

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == ':';
}

void completion_begin(struct completion *completion, const char *line, size_t length)
{
    size_t start = length;

    completion_free(completion);
    while (start > 0 && in_name(line[start - 1]))
        start--;
    completion->word = string_copy(line + start, length - start);
}

void completion_offer(struct completion *completion, const char *word)
{
    if (strncmp(word, completion->word, strlen(completion->word)) != 0 || !*completion->word)
        return;
    for (size_t i = 0; i < completion->count; i++) {
        if (strcmp(completion->found[i], word) == 0)
            return;
    }
    completion->found = memory_resize(completion->found, completion->count + 1, sizeof(char *));
    completion->found[completion->count++] = string_copy(word, strlen(word));
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum completion_outcome completion_end(struct completion *completion)
{
    size_t typed = strlen(completion->word);
    size_t common;

    if (completion->count == 0)
        return COMPLETION_NONE;
    qsort(completion->found, completion->count, sizeof(char *), compare);
    common = strlen(completion->found[0]);
    for (size_t i = 1; i < completion->count; i++) {
        size_t same = 0;

        while (same < common && completion->found[i][same] == completion->found[0][same])
            same++;
        common = same;
    }
    completion->insert = string_copy(completion->found[0] + typed, common - typed);
    return common > typed || completion->count == 1 ? COMPLETION_LONGER : COMPLETION_AMBIGUOUS;
}

void completion_print(const struct completion *completion, FILE *to)
{
    size_t shown = completion->count < SHOWN_LIMIT ? completion->count : SHOWN_LIMIT;
    size_t width = 0;
    size_t column = 0;

    for (size_t i = 0; i < shown; i++) {
        size_t length = strlen(completion->found[i]) + 2;

        width = length > width ? length : width;
    }
    for (size_t i = 0; i < shown; i++) {
        if (column && column + width > LINE_COLUMNS) {
            fputc('\n', to);
            column = 0;
        }
        column += (size_t)fprintf(to, "%-*s", (int)width, completion->found[i]);
    }
    fputc('\n', to);
    if (shown < completion->count)
        fprintf(to, "... and %zu more\n", completion->count - shown);
}

void completion_free(struct completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->found[i]);
    free(completion->found);
    free(completion->word);
    free(completion->insert);
    *completion = (struct completion){0};
}
