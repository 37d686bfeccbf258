/*
 * libFuzzer's way into the random programs over pools: its bytes are what a program is drawn from.
 * Each is played in a process of its own, since workers are forked where there are no threads yet;
 * what it has covered is brought home in shared memory. ./fuzz executors builds and runs it.
 */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plan.h"

enum { SECONDS_EACH = 120 };

/* One byte for each branch of the program: how often it was taken. */
extern uint8_t counters[] __asm__("__start___sancov_cntrs");
extern uint8_t counters_end[] __asm__("__stop___sancov_cntrs");

static uint8_t *brought;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t counters_size(void)
{
    return (size_t)(counters_end - counters);
}

static void bring_home(int status)
{
    memcpy(brought, counters, counters_size());
    _exit(__lsan_do_recoverable_leak_check() != 0 ? 2 : status); /* an exit would be the fuzzer's */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct recipe recipe = {.seed = size, .bytes = bytes, .size = size};
    static struct plan plan;

    if (brought == NULL)
        brought =
            mmap(NULL, counters_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    plan_draw(&recipe, &plan);
    if (!plan_play_apart(&plan, SECONDS_EACH, bring_home))
        abort();
    for (size_t i = 0; i < counters_size(); i++)
        if (brought[i] > counters[i])
            counters[i] = brought[i];
    return 0;
}
