/* Valgrind's requests where its header is installed, nothing elsewhere. They cost a few
 * instructions when it is not running. */
#ifndef COIL_MACH_VALGRIND_H
#define COIL_MACH_VALGRIND_H

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(low, high) valgrind_absent((uintptr_t)(low) + (uintptr_t)(high))
#define VALGRIND_STACK_DEREGISTER(id) valgrind_absent(id)

#include <stdint.h>

static inline unsigned valgrind_absent(uintptr_t unused)
{
    (void)unused;
    return 0;
}
#endif

#endif
