/* Valgrind's requests where its header is installed and knows this processor, nothing elsewhere.
 * They cost a few instructions when it is not running. */
#ifndef COIL_MACH_VALGRIND_H
#define COIL_MACH_VALGRIND_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(id) (void)0
#define VALGRIND_MAKE_MEM_UNDEFINED(low, bytes) (void)0
#define VALGRIND_MAKE_MEM_NOACCESS(low, bytes) (void)0
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

/* All of it may be written and nothing of it read, as if it had never been used. */
static inline void valgrind_memory_is_new(void *low, size_t bytes)
{
    (void)low;
    (void)bytes;
    VALGRIND_MAKE_MEM_UNDEFINED(low, bytes);
}

/* Whoever touches it is told of. */
static inline void valgrind_memory_is_gone(void *low, size_t bytes)
{
    (void)low;
    (void)bytes;
    VALGRIND_MAKE_MEM_NOACCESS(low, bytes);
}

#endif
