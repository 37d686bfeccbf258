/* A gate: what comes to it, in which order, and when it goes. tests/model has the races. */
#include "work/gate.h"

#include "jobs.h"
#include "mach/interrupt.h"

enum { MANY = 4 };

static struct gate gate;
static struct gate_item items[MANY];
static struct coil_cfuture *futures[MANY];
static int gone;

static void count_gone(struct gate *which)
{
    CHECK_PTR(which, &gate);
    gone++;
}

static void open_gate(void)
{
    coil__gate_init(&gate, count_gone);
    for (int i = 0; i < MANY; i++) {
        futures[i] = coil_cfuture_new();
        coil__gate_watch(&gate, &items[i], futures[i]);
    }
}

static void settle(int i)
{
    CHECK_EQ(coil_cfuture_set_result(futures[i], coil_number(i), NULL), 0);
}

static void drop_futures(void)
{
    for (int i = 0; i < MANY; i++)
        coil_cfuture_unref(futures[i]);
}

TEST(they_are_taken_in_the_order_of_their_coming_and_once)
{
    struct gate_item *at;

    open_gate();
    CHECK_PTR(coil__gate_take(&gate), NULL);
    settle(2);
    settle(0);
    at = coil__gate_take(&gate);
    CHECK_PTR(at, &items[2]);
    CHECK_PTR(at->future, futures[2]);
    CHECK_PTR(gate_next(at), &items[0]);
    CHECK_PTR(gate_next(gate_next(at)), NULL);
    CHECK_PTR(coil__gate_take(&gate), NULL);
    settle(3);
    CHECK_PTR(coil__gate_take(&gate), &items[3]);
    coil__gate_close(&gate);
    drop_futures();
    CHECK_EQ(gone, 1);
}

TEST(it_goes_when_the_last_one_under_way_has_come)
{
    open_gate();
    settle(0);
    settle(1);
    CHECK_PTR(coil__gate_take(&gate), &items[0]);
    settle(2); /* come, but not taken */
    coil__gate_close(&gate);
    CHECK_EQ(gone, 0);
    settle(3);
    CHECK_EQ(gone, 1);
    drop_futures();
}

TEST(one_given_up_comes_too)
{
    open_gate();
    drop_futures();
    for (struct gate_item *at = coil__gate_take(&gate); at != NULL; at = gate_next(at))
        gone++;
    CHECK_EQ(gone, MANY);
    coil__gate_close(&gate);
    CHECK_EQ(gone, MANY + 1);
}

TEST(item_can_come_again)
{
    open_gate();
    drop_futures();
    CHECK(coil__gate_take(&gate) != NULL);
    for (int i = 0; i < 3; i++) {
        futures[0] = coil_cfuture_new();
        coil__gate_watch(&gate, &items[0], futures[0]);
        settle(0);
        CHECK_PTR(coil__gate_take(&gate), &items[0]);
        coil_cfuture_unref(futures[0]);
    }
    coil__gate_close(&gate);
    CHECK_EQ(gone, 1);
}

TEST(wait_ends_by_time_by_interrupt_and_when_something_has_come)
{
    uint32_t seen = coil__mach_interrupts();

    open_gate();
    CHECK(!coil__gate_suspends());
    CHECK_EQ(coil__gate_deadline(COIL_FOREVER), COIL_FOREVER);
    CHECK_EQ(coil__gate_deadline(COIL_FOREVER - 1), COIL_FOREVER);
    CHECK_EQ(coil__gate_wait(&gate, coil__gate_deadline(0), seen), -ETIMEDOUT);
    CHECK_EQ(coil__gate_wait(&gate, coil__gate_deadline(COIL_MS(1)), seen), -ETIMEDOUT);
    coil_interrupt(); /* before the wait, but after `seen` */
    CHECK_EQ(coil__gate_wait(&gate, COIL_FOREVER, seen), -EINTR);
    settle(1);
    CHECK_EQ(coil__gate_wait(&gate, COIL_FOREVER, seen), 0);
    CHECK_PTR(coil__gate_take(&gate), &items[1]);
    coil__gate_close(&gate);
    drop_futures();
}

static struct coil_result look(void *unused)
{
    (void)unused;
    CHECK(coil__gate_suspends());
    return coil_value(NULL);
}

TEST(task_is_suspended_by_waiting)
{
    CHECK_EQ(coil_run(look, NULL).status, 0);
}
