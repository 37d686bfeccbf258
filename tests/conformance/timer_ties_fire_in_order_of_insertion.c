#include "common/conformance.h"

#include <string.h>

static struct coil_loop *loop;

static void note(void *arg)
{
    const char *name = arg;

    say("%s", name);
    if (!strcmp(name, "a"))
        coil_call_soon(loop, new_call(note, word("soon from a")));
    if (!strcmp(name, "last"))
        coil_loop_stop(loop);
}

static void at_ten(void *arg)
{
    (void)arg;
    coil_call_later(loop, new_call(note, word("made at 10 for 20")), COIL_MS(10));
}

int main(void)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    int64_t start;

    loop = new_loop();
    start = coil_loop_time(loop);
    coil_call_at(loop, new_call(note, word("last")), start + COIL_MS(30));
    for (int i = 0; i < 5; i++)
        coil_call_at(loop, new_call(note, word(names[i])), start + COIL_MS(20));
    coil_call_later(loop, new_call(note, word("later, same moment")), COIL_MS(20));
    coil_call_at(loop, new_call(at_ten, NULL), start + COIL_MS(10));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
