/*
 * Tests that run inside a loop. LOOP_TEST(claim) is a body in a task of a simulated loop,
 * DRIVER_LOOP_TEST the same on every driver; what nobody heard of, a report that the test did not
 * take, fails it.
 */
#ifndef UNIT_INSIDE_H
#define UNIT_INSIDE_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <coil/coil.h>

#include "kit.h"

/* Names in quotes are given as arguments, as users do. */
#pragma GCC diagnostic ignored "-Wwrite-strings"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#endif

typedef void inside_body_fn(void);

/* The last report, and how many came. */
struct heard {
    int count;
    int64_t status;
    char message[128];
    char name[64];
    char place[128];
    char text[256];
};

static struct heard heard;

static inline void inside_hear(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    const char *text = report->exception != NULL ? coil_exception_text(report->exception) : "";

    (void)loop;
    (void)arg;
    heard.count++;
    heard.status = report->status;
    snprintf(heard.message, sizeof(heard.message), "%s", report->message);
    snprintf(heard.name, sizeof(heard.name), "%s", report->name);
    snprintf(heard.place, sizeof(heard.place), "%s", report->place);
    snprintf(heard.text, sizeof(heard.text), "%s", text);
}

static inline void listen_to(struct coil_loop *loop)
{
    coil_loop_set_exception_handler(loop, inside_hear, NULL);
}

/* How many reports came since the last time. */
static inline int heard_take(void)
{
    int count = heard.count;

    heard.count = 0;
    return count;
}

/* A log of words, to tell what ran in which order. */
static char inside_log[8192];
static size_t inside_log_length;

static inline void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
    char *at = inside_log + inside_log_length;
    size_t left = sizeof(inside_log) - inside_log_length;
    va_list arguments;
    int n;

    if (inside_log_length > 0 && left > 1) {
        *at++ = ' ';
        left--;
        inside_log_length++;
    }
    va_start(arguments, format);
    n = vsnprintf(at, left, format, arguments);
    va_end(arguments);
    inside_log_length += (size_t)n < left ? (size_t)n : left - 1;
}

/* What was noted since the last time. */
static inline const char *noted(void)
{
    static char last[sizeof(inside_log)];

    memcpy(last, inside_log, sizeof(last));
    last[inside_log_length] = '\0';
    inside_log_length = 0;
    inside_log[0] = '\0';
    return last;
}

static inline void note_arg(void *arg)
{
    note("%s", (const char *)arg);
}

/* A drop function, and how often it ran on what. */
static int drops;
static void *dropped;

static inline void drop_counted(void *value)
{
    drops++;
    dropped = value;
}

static inline struct coil_loop *open_sim(void)
{
    struct coil_loop_options options = {.driver = "sim"};
    struct coil_loop *loop;

    CHECK_EQ(coil_loop_open(&options, &loop), 0);
    listen_to(loop);
    return loop;
}

/* By $COIL_DRIVER. */
static inline struct coil_loop *open_any(void)
{
    struct coil_loop *loop;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    listen_to(loop);
    return loop;
}

struct inside {
    inside_body_fn *body;
};

static inline struct coil_result inside_main(void *arg)
{
    struct inside *inside = arg;

    listen_to(coil_loop_current());
    inside->body();
    return coil_value(NULL);
}

static inline void run_inside(inside_body_fn *body, const char *driver)
{
    struct coil_loop_options options = {.driver = driver};
    struct inside inside = {body};

    CHECK_EQ(coil_run_with(inside_main, &inside, &options).status, 0);
    if (heard.count != 0)
        FAIL("a report that nobody expected: %s (%s)", heard.message, heard.text);
}

/* All turns of everybody else that are ready now. */
static inline coil_async void let_run(int turns)
{
    while (turns-- > 0)
        coil_yield();
}

#define LOOP_TEST(id)                   \
    static void inside_##id(void);      \
    TEST(id)                            \
    {                                   \
        run_inside(inside_##id, "sim"); \
    }                                   \
    static void inside_##id(void)

#define SLOW_LOOP_TEST(id, seconds)     \
    static void inside_##id(void);      \
    SLOW_TEST(id, seconds)              \
    {                                   \
        run_inside(inside_##id, "sim"); \
    }                                   \
    static void inside_##id(void)

#define LOOP_FAIL_TEST(id, part)        \
    static void inside_##id(void);      \
    FAIL_TEST(id, part)                 \
    {                                   \
        run_inside(inside_##id, "sim"); \
    }                                   \
    static void inside_##id(void)

#define DRIVER_LOOP_TEST(id)           \
    static void inside_##id(void);     \
    DRIVER_TEST(id)                    \
    {                                  \
        run_inside(inside_##id, NULL); \
    }                                  \
    static void inside_##id(void)

#endif
