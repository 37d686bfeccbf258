/* Looking for several separators at once. */
#include "io/separators.h"

#include <string.h>

/* Each is looked for only as far as it could still be the first. */
bool coil__separators_find(const struct coil_separator *separators, size_t count, const char *data,
                           size_t from, size_t size, struct separator_match *match)
{
    bool found = false;

    for (size_t i = 0; i < count && from < size; i++) {
        const struct coil_separator *separator = &separators[i];
        const char *at = memmem(data + from, size - from, separator->data, separator->size);
        size_t begin;

        if (at == NULL)
            continue;
        begin = (size_t)(at - data);
        size = begin + separator->size;
        if (!found || size < match->end || begin > match->begin)
            *match = (struct separator_match){begin, size};
        found = true;
    }
    return found;
}
