#include "common/conformance.h"

static int by_digit(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const items[] = {"5 a", "1 b", "3 c", "1 d", "5 e", "1 f", "3 g", "2 h"};
    struct coil_queue queue;

    (void)arg;
    coil_priority_queue_init(&queue, 0, by_digit);
    for (int i = 0; i < 8; i++)
        coil_queue_put_nowait(&queue, word(items[i]));
    for (int i = 0; i < 4; i++)
        say("got %s", told(coil_queue_get(&queue)));
    coil_queue_put_nowait(&queue, word("0 i"));
    coil_queue_put_nowait(&queue, word("5 j"));
    while (coil_queue_size(&queue) > 0)
        say("got %s", told(coil_queue_get_nowait(&queue)));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
