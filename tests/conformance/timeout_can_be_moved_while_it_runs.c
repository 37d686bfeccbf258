#include "common/workers.h"

struct move {
    struct coil_timeout limit;
    int64_t when_ns;
};

static void reschedule(void *arg)
{
    struct move *move = arg;

    coil_timeout_reschedule(&move->limit, move->when_ns);
}

static coil_async struct coil_result limited(struct work *how, int64_t moved_to_ns)
{
    struct move move;
    struct coil_result result;

    coil_timeout_enter(&move.limit, COIL_SECONDS(2));
    move.when_ns = moved_to_ns == COIL_FOREVER ? COIL_FOREVER : coil_time() + moved_to_ns;
    coil_call_later(coil_loop_current(), new_call(reschedule, &move), COIL_MS(500));
    result = work(how);
    result.status = coil_timeout_exit(&move.limit, result.status);
    return result;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell("later", limited(WORK("a", COIL_SECONDS(3)), COIL_SECONDS(4)));
    tell("later, too short", limited(WORK("b", COIL_SECONDS(5)), COIL_SECONDS(4)));
    tell("earlier", limited(WORK("c", COIL_SECONDS(5)), COIL_SECONDS(1)));
    tell("past", limited(WORK("d", COIL_SECONDS(5)), 0));
    tell("lifted", limited(WORK("e", COIL_SECONDS(5)), COIL_FOREVER));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
