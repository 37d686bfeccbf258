/*
 * Types as text, the way the compiler spells them: "int (*)[3]", "struct point *(int)".
 */
#ifndef TOOLS_TYPES_H
#define TOOLS_TYPES_H

#include <stdbool.h>
#include <stddef.h>

/* Brings what tcc says into order: no storage class, no qualifier of the value itself. The caller
 * frees it. */
char *type_clean(const char *type, size_t length);

/* Puts a name into a type: ("int (*)[3]", "p") -> "int (*p)[3]". The caller frees it. */
char *type_declare(const char *type, const char *name);

/* The type of what can hold a copy of a value: no const; of a function, the pointer. The caller
 * frees it. */
char *type_storable(const char *type);

bool type_is_array(const char *type);
bool type_is_function(const char *type);
bool type_is_pointer(const char *type);

/* "int [2][3]" -> 2 and "int [3]". Returns NULL if the type is no array; the caller frees the
 * element's type. */
char *type_element(const char *type, size_t *count);

/* Skips qualifiers in front. */
const char *type_unqualified(const char *type);

#endif
