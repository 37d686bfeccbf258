/*
 * Values as text, by their type as the compiler names it: 42, 'a', "abc", {1, 2, 3}, (int *)
 * 0x7f.., (struct point) at 0x7f...
 */
#ifndef TOOLS_VALUE_H
#define TOOLS_VALUE_H

#include "text.h"

void value_format(struct text *out, const char *type, const void *bytes, size_t size);

#endif
