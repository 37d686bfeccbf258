/*
 * Text for a line of a terminal: cut where it has to be, but never inside a character, and as wide
 * as it will look. UTF-8; what is none of it, and what would move the cursor, becomes '?'.
 */
#ifndef COIL_WORK_COLUMNS_H
#define COIL_WORK_COLUMNS_H

#include <stddef.h>

struct columns {
    char *buffer; /* always ended by a 0, if there is room for one */
    size_t size;
    size_t length; /* in bytes, also of what found no room in the buffer */
    int left;      /* columns */
};

/* How wide a text is. */
int coil__columns_of(const char *text);

/* Appends what there are columns for. */
void coil__columns_text(struct columns *out, const char *text);

/* The same within `room` columns; says by two dots that it is not all. */
void coil__columns_title(struct columns *out, const char *text, int room);

#endif
