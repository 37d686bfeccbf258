/* A stack that overflows says whose it is, and ends the process. */
#include <signal.h>

#include "base/fault.h"
#include "mach/stack.h"
#include "mach/switch.h"
#include "unit/loop/inside.h"

#ifndef MACH_ASAN /* which puts frames elsewhere, and reports in its own way */

/* For ever; but the compiler cannot know. */
static __attribute__((noinline)) int recurse(volatile const char *from_above)
{
    volatile char frame[256];

    frame[0] = from_above[0];
    return frame[0] + (frame[0] == 1 ? recurse(frame) : 0) + frame[0];
}

static const volatile char one = 1;

static coil_async struct coil_result overflows(void *arg)
{
    (void)arg;
    coil_yield();
    return coil_number(recurse(&one));
}

static void overflow_named(void)
{
    struct coil_task_options options = {.name = "glutton"};

    /* not in a task */
    coil_join(coil_create_task_with(overflows, NULL, &options));
}

CRASH_TEST(a_named_task_is_named, SIGSEGV,
           "coil: stack overflow in task 2 'glutton', made by overflows ")
{
    run_inside(overflow_named, NULL);
}

CRASH_TEST(the_message_says_how_much_there_was_and_what_to_do, SIGSEGV,
           ": its 65536 bytes are used up; give it more by stack_bytes in coil_task_options")
{
    run_inside(overflow_named, "sim");
}

CRASH_TEST(runs_that_got_no_stack_for_signals_do_not_spoil_the_next_one, SIGSEGV,
           "in task 2 'glutton'")
{
    for (uint64_t k = 1; k < 30; k++) {
        struct coil_loop *loop = open_sim();

        coil__fault_arm(FAULT_SYS, k, true);
        coil_loop_stop(loop);
        coil_loop_run_forever(loop);
        coil__fault_arm(FAULT_SYS, 0, false);
        coil_loop_close(loop);
    }
    run_inside(overflow_named, "sim");
}

static coil_async struct coil_result overflows_inside(struct coil_generator *self, void *arg)
{
    (void)self;
    (void)arg;
    return coil_number(recurse(&one));
}

static void asks_generator(void *arg)
{
    (void)arg;
    coil_generator_next(coil_generator_open(overflows_inside, NULL, 0)); /* not in a task */
}

CRASH_TEST(a_generator_that_a_callback_asks_is_told_as_one, SIGSEGV,
           "coil: stack overflow in a generator")
{
    struct coil_loop *loop = open_sim();
    struct coil_call call;

    coil_call_init(&call, asks_generator, NULL);
    coil_call_soon(loop, &call);
    coil_loop_run_forever(loop);
}

#ifdef MACH_TSAN
/* Faults that are not ours to tell end the process as without a sanitizer. */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
    return "handle_segv=0:handle_sigbus=0";
}
#endif

static volatile int *volatile nowhere = (volatile int *)64;

static void write_to_nowhere(void)
{
    *nowhere = 1;
}

/* A wild pointer is no overflow: nothing is said of one. */
CRASH_TEST(a_wild_pointer_dies_as_usual, SIGSEGV, "before")
{
    fputs("before\n", stderr);
    run_inside(write_to_nowhere, "sim");
}
#else
TEST(the_sanitizer_reports_overflows_in_its_own_way)
{
    SKIP("not ours to report");
}
#endif
