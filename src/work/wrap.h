/* Futures of a loop for concurrent ones. */
#ifndef COIL_WORK_WRAP_H
#define COIL_WORK_WRAP_H

#include "loop/loop.h"
#include "work/cfuture.h"

struct wrap;

/* Memory for one, before there is what it wraps. NULL: none, and nothing is to be undone. */
struct wrap *coil__wrap_new(void);

/*
 * The future of this loop for that one, whose reference it takes over. If it `owns` the result
 * nobody else looks at that: its value moves over, and a failure that nobody awaits counts as seen.
 * Else the value stays where it is.
 */
struct coil_future *coil__wrap_begin(struct wrap *wrap, struct coil_loop *loop,
                                     struct coil_cfuture *source, bool owns, const char *place);

#endif
