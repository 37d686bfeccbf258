/*
 * libFuzzer's way into the random programs: its bytes are what a program is drawn from, and what
 * coil does must be what the model of asyncio does. ./fuzz graphs builds and runs it.
 */
#include <stdlib.h>
#include <string.h>

#include "../sim/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct program program;
    static struct trace expected, got;
    struct recipe recipe = {.since = 99, .bytes = bytes, .size = size};
    const char *complaint;

    program_draw(&recipe, &program);
    trace_reset(&expected);
    trace_reset(&got);
    complaint = model_run(&program, &expected);
    if (complaint == NULL)
        complaint = coil_sim_run(&program, 0, &got);
    if (complaint == NULL && strcmp(expected.text, got.text) == 0)
        return 0;
    program_print(&program, stderr);
    fprintf(stderr, "\n%s\n---- expected\n%s---- got\n%s", complaint != NULL ? complaint : "",
            expected.text, got.text);
    abort();
}
