/* Between the checker's search (model.c) and its world (world.c). */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model.h"

struct access {
    uintptr_t address;
    size_t size;
    bool read;
};

void model_step(const struct word *word);

/* The running thread is about to touch all of this. Any other may go first. */
void model__touch(const void *address, size_t size);

/* The same for who uses the address alone: the memory may have been given back. */
void model__come_to(const void *address, size_t size);

/* Sleeps until somebody wakes the address; timed: or until the scheduler says that the time is
 * over. True: woken. */
bool model__block(const void *address, bool timed);
void model__wake(const void *address);

void model__world_begin(void);
void model__world_end(void); /* fails if memory is left over */
bool model__is_freed(const void *address);

#endif
