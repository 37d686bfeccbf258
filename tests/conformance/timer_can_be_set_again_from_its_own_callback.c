#include "common/conformance.h"

static struct coil_loop *loop;

struct ticker {
    struct coil_call call;
    const char *name;
    int64_t delay_ns;
    int ticks;
};

static void tick(void *arg)
{
    struct ticker *ticker = arg;

    ticker->ticks++;
    say("%s %d", ticker->name, ticker->ticks);
    if (ticker->ticks < 6)
        coil_call_later(loop, &ticker->call, ticker->delay_ns);
    else if (ticker->delay_ns == COIL_MS(3))
        coil_loop_stop(loop);
}

int main(void)
{
    static struct ticker two = {.name = "two", .delay_ns = COIL_MS(2)};
    static struct ticker three = {.name = "three", .delay_ns = COIL_MS(3)};

    loop = new_loop();
    coil_call_init(&two.call, tick, &two);
    coil_call_init(&three.call, tick, &three);
    coil_call_later(loop, &two.call, two.delay_ns);
    coil_call_later(loop, &three.call, three.delay_ns);
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
