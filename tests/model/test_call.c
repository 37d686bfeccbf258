/* A function in a worker, and the loop that may not want it any more: ended or detached, and never
 * both. */
#include <coil/result.h>

#include "model_world.h"

#include "drive/call.c"

static struct call_port *port;
static struct driver driver;
static struct op op;
static struct op_call *block;
static struct mach_work *given; /* to the worker */
static int wake_fd, runs, finished;
static int64_t result;
static bool refuse;

int coil__mach_workers_submit(struct mach_work *work)
{
    if (refuse)
        return -EAGAIN;
    given = work;
    return 0;
}

bool coil__mach_workers_withdraw(struct mach_work *work)
{
    (void)work;
    return false; /* calls are detached, not withdrawn */
}

/* drive_done comes to the same in the end: the op gives its reference up. */
void coil__drive_finish(struct driver *of, struct op *ended, int64_t status)
{
    MODEL_CHECK(of == &driver && ended == &op);
    finished++;
    result = status;
    coil__call_unref(block);
}

static void run(struct op_call *self)
{
    MODEL_CHECK(self == block);
    runs++;
}

static void give_back(struct op_call *self)
{
    model_free(self);
}

static void setup(void)
{
    runs = finished = 0;
    result = 1;
    given = NULL;
    wake_fd = model_eventfd();
    port = coil__calls_open(wake_fd);
    block = model_alloc(sizeof(*block));
    block->run = run;
    block->free = give_back;
    op = (struct op){.kind = OP_CALL, .call = {.block = block}};
    coil__call_begin(&op);
    coil__calls_submit(port, &driver, &op);
}

static void worker(void)
{
    given->run(given);
}

static void close_all(void)
{
    coil__calls_close(port);
    model_close(wake_fd); /* nobody may write to it from now on */
}

static void wait_for_end(void)
{
    while (finished == 0) {
        if (coil__calls_may_sleep(port))
            model_eventfd_wait(wake_fd);
        coil__calls_collect(port, &driver);
    }
    close_all();
}

static void check_ended(void)
{
    MODEL_CHECK(finished == 1 && runs == 1 && result == 0);
}

static const struct model_program waits = {setup, {wait_for_end, worker}, check_ended};

TEST(result_comes_once_and_no_wakeup_is_lost)
{
    model_prove("wait", &waits);
}

static void cancel_and_close(void)
{
    coil__calls_cancel(port, &driver, &op);
    while (finished == 0) {
        if (coil__calls_may_sleep(port))
            model_eventfd_wait(wake_fd);
        coil__calls_collect(port, &driver);
    }
    close_all();
}

static void check_ended_or_detached(void)
{
    MODEL_CHECK(finished == 1);
    MODEL_CHECK(result == -ECANCELED || (result == 0 && runs == 1));
}

static const struct model_program cancels = {
    setup, {cancel_and_close, worker}, check_ended_or_detached};

static void look_cancel_and_close(void)
{
    coil__calls_may_sleep(port);
    coil__calls_collect(port, &driver);
    if (finished == 0)
        cancel_and_close();
    else
        close_all();
}

static const struct model_program looks_then_cancels = {
    setup, {look_cancel_and_close, worker}, check_ended_or_detached};

TEST(cancel_detaches_or_comes_too_late)
{
    model_prove("cancel", &cancels);
    model_prove("look, then cancel", &looks_then_cancels);
}

TEST(torn_operations_are_found)
{
    model_torn = TORN_CAS;
    model_refute("torn swap, wait", &waits, "");
    model_refute("torn swap, cancel", &cancels, "");
    model_torn = TORN_EXCHANGE;
    model_refute("torn exchange", &looks_then_cancels, "");
    model_torn = TORN_ADD;
    model_refute("torn count", &cancels, "");
}
