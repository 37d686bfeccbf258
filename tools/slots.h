/*
 * Memory for code, and slots: a function that can be replaced while it is in use. A slot is a jump
 * through a pointer; everybody who calls the function by name calls the slot, and a new definition
 * swaps the pointer.
 */
#ifndef TOOLS_SLOTS_H
#define TOOLS_SLOTS_H

#include <stddef.h>

struct slot;

/* Memory to put code in. It is never given back: a string or a function in it may be pointed to for
 * ever. */
void *code_allocate(size_t size);

/* A slot; until it is set, calling it aborts with a message. Its address is the function's. */
struct slot *slot_new(void);
void slot_set(struct slot *slot, void *function);

#endif
