/*
 * The test kit. A test is a claim with a body, and registers itself:
 *
 *     TEST(event_wakes_waiters_in_order_of_arrival)
 *     {
 *         ...
 *         CHECK_EQ(order[0], 1);
 *     }
 *
 * Each test runs in a forked process of its own, with a time limit, an empty standard input and
 * SIGINT as a terminal would deliver it. It fails when a check fails, when it dies, when it leaves
 * descriptors open or children alive, or when it does not return. What it printed is shown only
 * then.
 *
 * A test program runs all its tests, or those whose names match an argument (exact, or a shell
 * pattern); `--list` names them, `--here NAME` runs one in this process, for a debugger.
 */
#ifndef KIT_H
#define KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kit_test {
    const char *name;
    void (*body)(void);
    const char *file;
    int line;
    const char *driver;  /* NULL: whichever the environment names */
    int limit_seconds;   /* 0: the usual limit */
    int signal;          /* != 0: the test must die of it ... */
    const char *message; /* ... having printed this */
};

/* Registration: a pointer in a section of its own, which the linker gathers. */
#define KIT_REGISTER(id, ...)                                                                  \
    static const struct kit_test kit_test_##id = {__VA_ARGS__};                                \
    __attribute__((used,                                                                       \
                   section("kit_tests"))) static const struct kit_test *const kit_entry_##id = \
        &kit_test_##id

#define KIT_TEST(id, ...)                                                                    \
    static void kit_body_##id(void);                                                         \
    KIT_REGISTER(id, .name = #id, .body = kit_body_##id, .file = __FILE__, .line = __LINE__, \
                 ##__VA_ARGS__);                                                             \
    static void kit_body_##id(void)

/* A claim that must hold. */
#define TEST(id) KIT_TEST(id)

/* The same, with a time limit of its own. */
#define SLOW_TEST(id, seconds) KIT_TEST(id, .limit_seconds = (seconds))

/* Misuse: the body must abort, and say this. */
#define FAIL_TEST(id, part_of_message) KIT_TEST(id, .signal = 6, .message = (part_of_message))

/* The body must die of this signal, and say this first. */
#define CRASH_TEST(id, signal_number, part_of_message) \
    KIT_TEST(id, .signal = (signal_number), .message = (part_of_message))

/* The same body on every driver: name/sim, name/epoll, name/uring. */
#define KIT_DRIVER(id, driver_id)                                                        \
    KIT_REGISTER(id##_on_##driver_id, .name = #id "/" #driver_id, .body = kit_body_##id, \
                 .file = __FILE__, .line = __LINE__, .driver = #driver_id)

#define DRIVER_TEST(id)              \
    static void kit_body_##id(void); \
    KIT_DRIVER(id, sim);             \
    KIT_DRIVER(id, epoll);           \
    KIT_DRIVER(id, uring);           \
    static void kit_body_##id(void)

/* On the drivers of the real world; on io_uring only. */
#define REAL_TEST(id)                \
    static void kit_body_##id(void); \
    KIT_DRIVER(id, epoll);           \
    KIT_DRIVER(id, uring);           \
    static void kit_body_##id(void)

#define URING_TEST(id)               \
    static void kit_body_##id(void); \
    KIT_DRIVER(id, uring);           \
    static void kit_body_##id(void)

/* Checks end the test where they fail, from any thread and on any stack. */
#define CHECK(condition) \
    ((condition) ? (void)0 : kit_fail(__FILE__, __LINE__, "CHECK(%s) does not hold", #condition))

#define CHECK_EQ(a, b) kit_check_eq(__FILE__, __LINE__, #a, #b, (intmax_t)(a), (intmax_t)(b))

#define CHECK_PTR(a, b) kit_check_ptr(__FILE__, __LINE__, #a, #b, (a), (b))

#define CHECK_STR(a, b) kit_check_str(__FILE__, __LINE__, #a, #b, (a), (b))

/* `text` has `part` in it. */
#define CHECK_HAS(text, part) kit_check_has(__FILE__, __LINE__, #text, (text), (part))

/* Ends the test with a sentence of its own. */
#define FAIL(...) kit_fail(__FILE__, __LINE__, __VA_ARGS__)

/* Ends the test as not done here, and says why; skipped tests are counted. */
#define SKIP(reason) kit_skip(reason)

_Noreturn void kit_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void kit_skip(const char *reason);
void kit_check_eq(const char *file, int line, const char *a_text, const char *b_text, intmax_t a,
                  intmax_t b);
void kit_check_ptr(const char *file, int line, const char *a_text, const char *b_text,
                   const void *a, const void *b);
void kit_check_str(const char *file, int line, const char *a_text, const char *b_text,
                   const char *a, const char *b);
void kit_check_has(const char *file, int line, const char *text_text, const char *text,
                   const char *part);

/* The path of a file in a folder of this test's own, which is empty at first and removed after it
 * with all that is in it, however it ends. Short enough for a socket; good until the thread has
 * asked for eight others. */
char *kit_path(const char *name);

/* How many descriptors are open. */
int kit_count_descriptors(void);

/* From now on descriptors are below `most`; and as they were again. In valgrind's eyes, too. */
void kit_limit_descriptors(int most);
void kit_unlimit_descriptors(void);

/* Skips the test from here on where this machine has no IPv6; the simulator always has. */
void kit_need_ipv6(void);

/* Whether there are children, running or not waited for. Reaps none. */
bool kit_has_children(void);

/* How much slower than usual this build runs (sanitizers, valgrind, $KIT_SLOWNESS): for tests that
 * wait for real time or repeat things. */
int kit_slowness(void);

/* Whether valgrind runs us: it fakes no io_uring, and calls every provoked fault an error. */
bool kit_under_valgrind(void);

/* How many times to repeat: `usual`, or what the environment says ($KIT_EFFORT, per cent). */
int kit_effort(int usual);

#endif
