/* Valgrind's requests where its header is installed and knows this processor, nothing elsewhere.
 * They cost a few instructions when it is not running. */
#ifndef COIL_MACH_VALGRIND_H
#define COIL_MACH_VALGRIND_H

#include <stdbool.h>

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(id) (void)0
#endif

static inline bool valgrind_runs(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

/* The stack pointer may jump there. Returns what valgrind calls this stack. */
static inline unsigned valgrind_stack_comes(const void *low, const void *high)
{
    (void)low;
    (void)high;
    return (unsigned)VALGRIND_STACK_REGISTER(low, high);
}

static inline void valgrind_stack_goes(unsigned id)
{
    (void)id;
    VALGRIND_STACK_DEREGISTER(id);
}

#endif
