#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrorname_np */
#endif
#include "common/conformance.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coil/names.h>

static const struct coil_loop_options on_simulator = {.driver = "sim", .name = "conformance"};

static int64_t start_ns; /* the simulator's clock when the program began */
static int64_t last_ns;  /* when a loop was last looked at, for lines said after it was closed */
static struct coil_loop *by_hand;

void say(const char *format, ...)
{
    va_list words;

    if (coil_loop_current())
        last_ns = coil_time();
    else if (by_hand)
        last_ns = coil_loop_time(by_hand);
    printf("[%10.3f] ", (double)(last_ns - start_ns) / 1e6);
    va_start(words, format);
    vprintf(format, words);
    va_end(words);
    putchar('\n');
    fflush(stdout);
}

/* Without COIL_, so that both sides have one word. */
static const char *error_name(int64_t code)
{
    static const struct {
        int64_t code;
        const char *name;
    } own[] = {
        {COIL_ESTOPPED, "ESTOPPED"},       {COIL_EDIED, "EDIED"},     {COIL_EFORKED, "EFORKED"},
        {COIL_EPENDING, "EPENDING"},       {COIL_EBROKEN, "EBROKEN"}, {COIL_ESHUTDOWN, "ESHUTDOWN"},
        {COIL_EGROUP, "EGROUP"},           {COIL_EENDED, "EENDED"},   {COIL_ECRASHED, "ECRASHED"},
        {COIL_EINCOMPLETE, "EINCOMPLETE"}, {COIL_ELIMIT, "ELIMIT"},
    };
    const char *name = strerrorname_np((int)code);
    static char lookup[32];

    if (code > COIL_EGAI_BASE && sscanf(coil_strerror(-code), "%31[A-Z_]", lookup) == 1)
        return lookup;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i].code == code)
            return own[i].name;
    return name ? name : "an unknown error";
}

static char *scratch(size_t *size)
{
    static char ring[16][160];
    static unsigned next;

    *size = sizeof(ring[0]);
    return ring[next++ % 16];
}

const char *told(struct coil_result result)
{
    size_t size;
    char *buffer = scratch(&size);

    if (result.status < 0) {
        snprintf(buffer, size, "%s", error_name(-result.status));
    } else if (result.value) {
        snprintf(buffer, size, "%s", (const char *)result.value);
    } else if (result.status > 0) {
        snprintf(buffer, size, "%lld", (long long)result.status);
    } else {
        snprintf(buffer, size, "None");
    }
    return buffer;
}

const char *told_status(int64_t status)
{
    return told(coil_error(status));
}

const char *told_future(struct coil_future *future)
{
    return coil_future_done(future) ? told(coil_future_result(future)) : "pending";
}

const char *yes(bool is)
{
    return is ? "True" : "False";
}

const char *reason(const struct coil_exception *exception)
{
    const char *words = exception ? coil_exception_text(exception) : "";

    return *words ? words : "none";
}

void *word(const char *words)
{
    union {
        const char *in;
        void *out;
    } pointer = {words}; /* values are not const in the interface; nobody writes to this one */

    return pointer.out;
}

struct coil_result text(const char *words)
{
    return coil_value(word(words));
}

#define POOL 256

static void in_pool(unsigned taken)
{
    if (taken == POOL) {
        fprintf(stderr, "more than %d calls or done-callbacks\n", POOL);
        exit(2);
    }
}

struct coil_call *new_call(coil_call_fn *fn, void *arg)
{
    static struct coil_call pool[POOL];
    static unsigned taken;

    in_pool(taken);
    coil_call_init(&pool[taken], fn, arg);
    return &pool[taken++];
}

struct coil_done *new_done(void)
{
    static struct coil_done pool[POOL];
    static unsigned taken;

    in_pool(taken);
    return &pool[taken++];
}

static void report(struct coil_loop *loop, const struct coil_report *what, void *arg)
{
    size_t length = strlen(what->message);

    (void)loop;
    (void)arg;
    if (length && what->message[length - 1] == '!')
        length--;
    say("report: %.*s (%s)", (int)length, what->message,
        what->status ? told_status(what->status) : "ok");
}

static void begin(struct coil_loop *loop)
{
    start_ns = last_ns = coil_loop_time(loop);
    coil_loop_set_exception_handler(loop, report, NULL);
}

struct coil_loop *new_loop(void)
{
    struct coil_loop *loop;
    int err = coil_loop_open(&on_simulator, &loop);

    if (err) {
        fprintf(stderr, "no loop: %s\n", coil_strerror(err));
        exit(2);
    }
    begin(loop);
    by_hand = loop;
    return loop;
}

struct program {
    coil_coroutine_fn *fn;
};

int roll(struct dice *dice, int sides)
{
    dice->x = (dice->x * 1103515245u + 12345u) & 0x7fffffff;
    return (int)(dice->x >> 16) % sides;
}

static coil_async struct coil_result first_step(void *arg)
{
    struct program *program = arg;

    begin(coil_loop_current());
    return program->fn(NULL);
}

struct coil_result run_main(coil_coroutine_fn *program)
{
    struct program main_program = {program};

    return coil_run_with(first_step, &main_program, &on_simulator);
}

int run(coil_coroutine_fn *program)
{
    struct coil_result result = run_main(program);

    if (result.status < 0)
        fprintf(stderr, "the program ended with %s\n", coil_strerror(result.status));
    return result.status < 0;
}
