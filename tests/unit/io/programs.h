/* Children to try things on: small shell scripts. */
#ifndef UNIT_PROGRAMS_H
#define UNIT_PROGRAMS_H

#include <coil/process.h>

#include <stdlib.h>

#include "unit/loop/inside.h"

/* Of tests at the limit of descriptors: valgrind asserts that a child finds room for two. */
static inline void need_all_descriptors(void)
{
    if (kit_under_valgrind())
        SKIP("valgrind wants descriptors of its own for a child");
}

static inline struct coil_process *start_with(const char *script,
                                              struct coil_process_options options)
{
    struct coil_process *child = NULL;

    CHECK_EQ(coil_create_subprocess_shell(script, &options, &child), 0);
    return child;
}

/* With pipes for all three. */
static inline struct coil_process *start_piped(const char *script)
{
    return start_with(
        script, (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE, .err = COIL_PIPE});
}

static inline struct coil_process *start_plain(const char *script)
{
    return start_with(script, (struct coil_process_options){.in = COIL_DEVNULL});
}

static inline coil_async int run_to_end(struct coil_process *child)
{
    int status = coil_process_wait(child);

    coil_process_unref(child);
    return status;
}

/* What the script prints, at most so much; the status in *status. */
static inline coil_async const char *output_of(struct coil_process *child, const char *input,
                                               int *status)
{
    static char text[4096];
    struct coil_output output;

    *status = coil_process_communicate(child, input, input != NULL ? strlen(input) : 0, &output);
    snprintf(text, sizeof(text), "%s", output.out != NULL ? output.out : "");
    coil_output_free(&output);
    coil_process_unref(child);
    return text;
}

/* Those without references end and are reaped in the background. */
static inline coil_async void await_no_children(void)
{
    while (kit_has_children())
        coil_sleep(COIL_US(100));
}

static inline coil_async struct coil_result waits_for(void *arg)
{
    int status = coil_process_wait(arg);

    return status < 0 ? coil_error(status) : coil_number(status);
}

#endif
