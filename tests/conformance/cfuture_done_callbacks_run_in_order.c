#include "common/jobs.h"

static void hear(struct coil_cfuture *done, void *name)
{
    say("%s hears %s", (const char *)name, result(done, 0));
}

int main(void)
{
    static const char *const names[] = {"first", "second", "third"};
    struct coil_cfuture *future = coil_cfuture_new();
    struct coil_cfuture_callback callbacks[4];

    for (int i = 0; i < 3; i++)
        coil_cfuture_add_done_callback(future, &callbacks[i], hear, word(names[i]));
    say("settling");
    coil_cfuture_set_result(future, coil_number(5), NULL);
    say("settled");
    coil_cfuture_add_done_callback(future, &callbacks[3], hear, word("late"));
    say("end");
    coil_cfuture_unref(future);
    return 0;
}
