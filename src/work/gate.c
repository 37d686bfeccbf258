#include "work/gate.h"

#include <coil/timeout.h>

#include "base/check.h"
#include "base/time.h"
#include "loop/loop.h"
#include "mach/clock.h"
#include "task/task.h"
#include "work/circle.h"

/* Other values of the word are pointers to the newest item. */
#define GATE_EMPTY 0
#define GATE_CLOSED 2
#define GATE_BELL 1 /* a bit: it points to a bell */

void coil__gate_init(struct gate *gate, void (*free)(struct gate *gate))
{
    *gate = (struct gate){.arrived = {GATE_EMPTY}, .refs = {1}, .free = free};
    list_init(&gate->watched);
}

/* The task has ended, and what it had on its stack is gone. */
static void leave(struct coil_handle *handle)
{
    struct gate *gate = container_of(handle, struct gate, left);

    gate->leave(gate);
}

void coil__gate_belong(struct gate *gate, void (*fn)(struct gate *gate))
{
    if (!coil__gate_suspends())
        return;
    gate->left.run = leave;
    gate->leave = fn;
    list_append(&coil__loop_running->current->callbacks, &gate->left.link);
}

void coil__gate_unref(struct gate *gate, size_t n)
{
    if (word_sub(&gate->refs, n) == 0)
        gate->free(gate);
}

static struct gate_item *list_of(uintptr_t arrived)
{
    return arrived > GATE_CLOSED && (arrived & GATE_BELL) == 0 ? (struct gate_item *)arrived : NULL;
}

static struct coil_cfuture *bell_of(uintptr_t arrived)
{
    return (arrived & GATE_BELL) != 0 ? (struct coil_cfuture *)(arrived - GATE_BELL) : NULL;
}

/* Turns the list round, and watches those in it no longer; how many they are. */
static size_t in_order(struct gate_item *newest, struct gate_item **oldest)
{
    struct coil_cfuture_callback *at = &newest->callback, *first = NULL, *next;
    size_t n = 0;

    for (; at != NULL; at = next, n++) {
        next = at->next;
        at->next = first;
        first = at;
        list_remove(&((struct gate_item *)at)->watched);
    }
    *oldest = (struct gate_item *)first;
    return n;
}

static void ring_bell(struct coil_cfuture *bell)
{
    coil_cfuture_set_result(bell, coil_number(0), NULL);
    coil_cfuture_unref(bell);
}

/* A bell may be left by a task that its loop destroyed. */
void coil__gate_close(struct gate *gate)
{
    uintptr_t was = word_exchange(&gate->arrived, GATE_CLOSED);
    struct coil_cfuture *bell = bell_of(was);
    struct gate_item *oldest;

    REQUIRE(bell == NULL || (word_load(&bell->state) & CF_WAITERS) == 0,
            "an iteration over futures is closed while a thread waits for its next one: let that "
            "call return first");
    if (bell != NULL)
        ring_bell(bell);
    list_leave(&gate->left.link);
    coil__gate_unref(gate, 1 + (list_of(was) != NULL ? in_order(list_of(was), &oldest) : 0));
}

/* On whatever thread settles the future. Once the item is in the list the gate may be gone. */
static void arrive(struct coil_cfuture *future, void *arg)
{
    struct gate_item *item = arg;
    struct gate *gate = item->gate;
    uintptr_t was = word_load(&gate->arrived);

    (void)future;
    do {
        if (was == GATE_CLOSED) {
            coil__gate_unref(gate, 1);
            return;
        }
        item->callback.next = (struct coil_cfuture_callback *)list_of(was);
    } while (!word_cas(&gate->arrived, &was, (uintptr_t)item));
    if (bell_of(was) != NULL)
        ring_bell(bell_of(was));
}

void coil__gate_watch(struct gate *gate, struct gate_item *item, struct coil_cfuture *future)
{
    item->gate = gate;
    item->future = future;
    if (gate->spin_ns < future->spin_ns)
        gate->spin_ns = future->spin_ns;
    list_append(&gate->watched, &item->watched);
    word_add(&gate->refs, 1);
    coil_cfuture_add_done_callback(future, &item->callback, arrive, item);
}

struct gate_item *coil__gate_take(struct gate *gate)
{
    struct gate_item *oldest;

    if (list_of(word_load(&gate->arrived)) == NULL)
        return NULL;
    coil__gate_unref(gate, in_order(list_of(word_exchange(&gate->arrived, GATE_EMPTY)), &oldest));
    return oldest;
}

bool coil__gate_suspends(void)
{
    return coil__loop_running != NULL && coil__task_can_await(coil__loop_running);
}

static int64_t now_here(void)
{
    return coil__gate_suspends() ? loop_now(coil__loop_running) : mach_now();
}

int64_t coil__gate_deadline(int64_t timeout_ns)
{
    return timeout_ns == COIL_FOREVER ? COIL_FOREVER : time_after(now_here(), timeout_ns);
}

/* Holds nothing on its stack, with which it may be destroyed. */
static coil_async int await_bell(struct coil_cfuture *bell, int64_t deadline_ns)
{
    struct coil_future *rung = coil_wrap_future_at(bell, "wait");
    struct coil_timeout limit;

    coil_cfuture_unref(bell); /* the arrival has it now, */
    coil_future_unref(rung);  /* and the loop that, until it is settled; then the await does */
    coil_timeout_enter_at(&limit, deadline_ns);
    return (int)coil_timeout_exit(&limit, coil_await(rung).status);
}

static int block_on(const struct gate *gate, struct coil_cfuture *bell, int64_t deadline_ns,
                    uint32_t seen)
{
    int64_t timeout = deadline_ns == COIL_FOREVER ? COIL_FOREVER : deadline_ns - mach_now();
    struct circle_edge edge;
    int err;

    coil__circle_hang_bell(&edge, bell, &gate->watched, timeout);
    err = coil__cfuture_wait_since(bell, timeout, seen);
    coil__circle_leave(&edge);
    coil_cfuture_unref(bell);
    return err;
}

/*
 * The bell is new and has two references: the gate's, which goes to whoever takes it from there,
 * and the sleeper's. False: something has arrived meanwhile.
 */
static bool hang_up(struct gate *gate, struct coil_cfuture *bell)
{
    uintptr_t was = GATE_EMPTY;

    bell->spin_ns = gate->spin_ns;
    coil_cfuture_ref(bell);
    if (word_cas(&gate->arrived, &was, (uintptr_t)bell | GATE_BELL))
        return true;
    REQUIRE(bell_of(was) == NULL,
            "two wait for the next one of the same iteration over futures: only one may");
    coil_cfuture_unref(bell);
    coil_cfuture_unref(bell);
    return false;
}

/* If it still hangs there: it is not looked at before that is known, for it may be gone. An arrival
 * to it that its loop has left waits for its ring. */
static void take_down(struct gate *gate, struct coil_cfuture *bell)
{
    uintptr_t ours = (uintptr_t)bell | GATE_BELL;

    if (word_cas(&gate->arrived, &ours, GATE_EMPTY))
        ring_bell(bell);
}

coil_async int coil__gate_wait(struct gate *gate, int64_t deadline_ns, uint32_t seen)
{
    struct coil_cfuture *bell;
    int err;

    if (list_of(word_load(&gate->arrived)) != NULL)
        return 0;
    if (deadline_ns != COIL_FOREVER && deadline_ns <= now_here())
        return -ETIMEDOUT;
    bell = coil_cfuture_new_at("wait");
    if (coil_cfuture_done(bell))
        return (int)coil_cfuture_result(bell, 0).status; /* the immortal one: no memory */
    if (!hang_up(gate, bell))
        return 0;
    err = coil__gate_suspends() ? await_bell(bell, deadline_ns)
                                : block_on(gate, bell, deadline_ns, seen);
    take_down(gate, bell);
    return err == -ETIMEDOUT && list_of(word_load(&gate->arrived)) != NULL ? 0 : err;
}
