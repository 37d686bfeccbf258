/* What ends a record: one of several separators, whichever is whole first. */
#ifndef COIL_IO_SEPARATORS_H
#define COIL_IO_SEPARATORS_H

#include <coil/stream.h>

/* Where in the data one is. */
struct separator_match {
    size_t begin, end;
};

/*
 * The one that ends first in the `size` bytes of data, of which none begins before `from`; of two
 * that end together the shorter one.
 */
bool coil__separators_find(const struct coil_separator *separators, size_t count, const char *data,
                           size_t from, size_t size, struct separator_match *match);

/* There is one at least, and none is empty. */
static inline bool separators_valid(const struct coil_separator *separators, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (separators[i].size == 0)
            return false;
    return count > 0;
}

static inline size_t separators_longest(const struct coil_separator *separators, size_t count)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++)
        if (separators[i].size > longest)
            longest = separators[i].size;
    return longest;
}

#endif
