/* Several futures come to a gate while one waits there, in every order: each arrives once, nobody
 * sleeps on, nothing is left over. And futures settled by hand: one settles each. */
#include <coil/coil.h>

#include "loop/loop.h"
#include "mach/interrupt.h"
#include "model_world.h"

#define coil__loop_running ((struct coil_loop *)NULL) /* threads only */

#include "work/cfuture.c"
#include "work/gate.c"
#include "work/manual.c"

static struct coil_cfuture *future[2];
static int settled, refused, started, ended, dropped;

static void setup(int references)
{
    settled = refused = started = ended = dropped = 0;
    for (int i = 0; i < 2; i++)
        future[i] = coil_cfuture_new();
    for (int i = 1; i < references; i++)
        coil_cfuture_ref(future[0]);
}

static void setup_one(void)
{
    setup(1);
    coil_cfuture_unref(future[1]);
}

static void setup_two(void)
{
    setup_one();
    coil_cfuture_ref(future[0]);
}

static void setup_three(void)
{
    setup_two();
    coil_cfuture_ref(future[0]);
}

/* ---- one future ---- */

static void drop(void *value)
{
    (void)value;
    dropped++;
}

static void set_result(struct coil_cfuture *one)
{
    if (coil_cfuture_set_result(one, coil_value(&settled), drop) == 0)
        settled++;
    else
        refused++;
    coil_cfuture_unref(one);
}

static void settle_0(void)
{
    set_result(future[0]);
}

static void run_0(void)
{
    coil_cfuture_ref(future[0]);
    if (coil_cfuture_set_running(future[0])) {
        started++;
        set_result(future[0]);
        MODEL_CHECK(refused == 0); /* what began has its result told */
    } else {
        coil_cfuture_unref(future[0]);
    }
    coil_cfuture_unref(future[0]);
}

static void cancel_0(void)
{
    coil_cfuture_cancel_at(future[0], NULL, "cancel");
    coil_cfuture_unref(future[0]);
}

static void wait_for_0(void)
{
    struct coil_result result = coil_cfuture_result(future[0], COIL_FOREVER);

    MODEL_CHECK(result.status == 0 || result.status == -ECANCELED);
    ended++;
    coil_cfuture_unref(future[0]);
}

static void check_values(void)
{
    MODEL_CHECK(settled <= 1 && dropped == settled);
}

static void check_end(void)
{
    check_values();
    MODEL_CHECK(ended == 1);
}

static void check_started_is_settled(void)
{
    MODEL_CHECK(started == settled && dropped == settled);
}

static const struct model_program result_or_cancel = {
    setup_two, {settle_0, cancel_0}, check_values};
static const struct model_program two_results = {
    setup_three, {settle_0, settle_0, wait_for_0}, check_end};
static const struct model_program cancel_and_wait = {setup_two, {cancel_0, wait_for_0}, check_end};
static const struct model_program two_cancel = {setup_two, {cancel_0, cancel_0}, check_values};
static const struct model_program start_or_cancel = {
    setup_two, {run_0, cancel_0}, check_started_is_settled};
static const struct model_program two_start = {setup_two, {run_0, run_0}, check_started_is_settled};

SLOW_TEST(one_of_all_settles_it_and_all_hear_of_that, 60)
{
    model_prove("result, cancel", &result_or_cancel);
    model_prove("cancel, wait", &cancel_and_wait);
    model_prove("cancel twice", &two_cancel);
    model_prove("result twice, wait", &two_results);
}

SLOW_TEST(what_began_has_its_result_and_what_was_cancelled_never_begins, 60)
{
    model_prove("start, cancel", &start_or_cancel);
    model_prove("start twice", &two_start);
}

/* ---- the gate ---- */

struct several {
    struct gate gate;
    struct gate_item items[2];
};

static struct several *several;
static int watched, arrived, gates_freed;

static void free_several(struct gate *gate)
{
    gates_freed++;
    mem_free(container_of(gate, struct several, gate));
}

/* The gate is there before anybody settles one; its user holds no future. */
static void open_gate(int n)
{
    setup(1);
    watched = n;
    arrived = gates_freed = 0;
    several = mem_alloc(sizeof(*several));
    coil__gate_init(&several->gate, free_several);
    for (int i = 0; i < n; i++)
        coil__gate_watch(&several->gate, &several->items[i], future[i]);
}

static void setup_gate_of_one(void)
{
    open_gate(1);
    coil_cfuture_unref(future[1]);
}

static void setup_gate_of_two(void)
{
    open_gate(2);
}

/* The same without the futures, which have been looked at. */
static void setup_bare_gate(void)
{
    setup_gate_of_one();
    coil_cfuture_unref(future[0]);
    watched = 2;
    arrived = 0;
    coil__gate_take(&several->gate); /* the one given up */
    for (int i = 0; i < 2; i++) {
        several->items[i].gate = &several->gate;
        list_append(&several->gate.watched, &several->items[i].watched);
    }
    word_add(&several->gate.refs, 2);
}

static void arrive_0(void)
{
    arrive(NULL, &several->items[0]);
}

static void arrive_1(void)
{
    arrive(NULL, &several->items[1]);
}

static void take_all(void)
{
    for (struct gate_item *at = coil__gate_take(&several->gate); at != NULL; at = gate_next(at))
        arrived++;
}

static void wait_for_all(void)
{
    while (arrived < watched) {
        MODEL_CHECK(coil__gate_wait(&several->gate, COIL_FOREVER, 0) == 0); /* not in a task */
        take_all();
    }
    coil__gate_close(&several->gate);
}

static void wait_for_one(void)
{
    MODEL_CHECK(coil__gate_wait(&several->gate, COIL_FOREVER, 0) == 0); /* not in a task */
    take_all();
    MODEL_CHECK(arrived > 0);
    coil__gate_close(&several->gate);
}

static void wait_in_time(void)
{
    int err = coil__gate_wait(&several->gate, INT64_MAX - 1, 0); /* not in a task */

    take_all();
    MODEL_CHECK(err == 0 ? arrived > 0 : err == -ETIMEDOUT);
    coil__gate_close(&several->gate);
}

static void close_at_once(void)
{
    coil__gate_close(&several->gate);
}

static void settle_1(void)
{
    set_result(future[1]);
}

static void give_up_1(void)
{
    coil_cfuture_unref(future[1]);
}

static void check_gate(void)
{
    MODEL_CHECK(gates_freed == 1);
    MODEL_CHECK(dropped == settled);
}

static const struct model_program one_comes = {
    setup_gate_of_one, {wait_for_all, settle_0}, check_gate};
static const struct model_program in_time = {
    setup_gate_of_one, {wait_in_time, settle_0}, check_gate};
static const struct model_program closed = {
    setup_gate_of_two, {close_at_once, settle_0, settle_1}, check_gate};
static const struct model_program given_up = {
    setup_gate_of_two, {close_at_once, settle_0, give_up_1}, check_gate};
static const struct model_program first_of_two = {
    setup_bare_gate, {wait_for_one, arrive_0, arrive_1}, check_gate};

SLOW_TEST(whoever_waits_is_woken, 60)
{
    model_prove("one comes", &one_comes);
    model_prove("one comes in time", &in_time);
}

SLOW_TEST(gate_closed_early_is_freed_once, 60)
{
    model_prove("closed", &closed);
    model_prove("closed, one given up", &given_up);
}

SLOW_TEST(all_arrive_and_whoever_waits_is_woken, 60)
{
    model_prove("first of two", &first_of_two);
}

TEST(torn_operations_are_found)
{
    model_torn = TORN_CAS;
    model_refute("torn swap, gate", &closed, "");
    model_torn = TORN_EXCHANGE;
    model_refute("torn exchange, gate", &closed, "");
    model_torn = TORN_ADD;
    model_refute("torn count, gate", &closed, "");
}
