/*
 * Misuse by the caller ends the process with a sentence that says what to do; the world's failures
 * never do.
 */
#ifndef COIL_BASE_CHECK_H
#define COIL_BASE_CHECK_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Kept out of line, so that the usual way through its caller needs no room for it. */
#define COLD __attribute__((noinline, cold))

/* "coil: misuse: <sentence>" on stderr, then abort. */
_Noreturn void coil__misuse(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* What the caller must have made true. On in every build. */
#define REQUIRE(condition, ...)        \
    do {                               \
        if (unlikely(!(condition)))    \
            coil__misuse(__VA_ARGS__); \
    } while (0)

/* What we have made true ourselves. On in every build where it is not hot. */
#define INVARIANT(condition)                                                                  \
    do {                                                                                      \
        if (unlikely(!(condition)))                                                           \
            coil__misuse("broken invariant in coil itself: %s (%s:%d)", #condition, __FILE__, \
                         __LINE__);                                                           \
    } while (0)

#endif
