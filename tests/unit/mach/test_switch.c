#include "mach/switch.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unwind.h>

#include "mach/valgrind.h"

#include <kit.h>

enum { STACK_BYTES = 65536, RING = 1000 };

static struct mach_context loop;

struct coroutine {
    struct mach_context context;
    char *stack;
    unsigned valgrind;
    uint64_t value;
    int steps;
};

static void coroutine_init(struct coroutine *coroutine, void (*entry)(void *arg))
{
    coroutine->stack = aligned_alloc(4096, STACK_BYTES);
    CHECK(coroutine->stack != NULL);
    coroutine->valgrind = valgrind_stack_comes(coroutine->stack, coroutine->stack + STACK_BYTES);
    coroutine->value = 0;
    coroutine->steps = 0;
    coil__mach_context_init(&coroutine->context, coroutine->stack, coroutine->stack + STACK_BYTES,
                            entry, coroutine);
}

static void coroutine_fini(struct coroutine *coroutine)
{
    coil__mach_context_fini(&coroutine->context);
    valgrind_stack_goes(coroutine->valgrind);
    free(coroutine->stack);
}

static void add_one_for_ever(void *arg)
{
    struct coroutine *self = arg;

    for (;;) {
        self->value++;
        mach_switch(&self->context, &loop);
    }
}

TEST(values_go_both_ways)
{
    struct coroutine adder;

    coil__mach_context_adopt(&loop);
    coroutine_init(&adder, add_one_for_ever);
    for (uint64_t i = 0; i < 1000; i++) {
        adder.value = i * i;
        mach_switch(&loop, &adder.context);
        CHECK_EQ(adder.value, i * i + 1);
    }
    coroutine_fini(&adder);
}

#if !defined(MACH_ASAN) && !defined(MACH_TSAN)
TEST(a_parked_stack_is_one_pointer)
{
    CHECK_EQ(sizeof(struct mach_context), sizeof(void *));
}
#endif

/*
 * More values than there are registers, of every kind, all live across the switch. `seed` is not
 * known to the compiler, so it cannot compute them again instead of keeping them.
 */
static __attribute__((noinline)) double keep_many(struct coroutine *self, struct mach_context *from,
                                                  struct mach_context *to, uint64_t seed)
{
    uint64_t a = seed * 3, b = seed * 5, c = seed ^ 0x55, d = seed + 77, e = seed * 11,
             f = seed - 9;
    uint64_t g = seed * 17, h = seed << 3, i = seed * 23, j = seed >> 1, k = seed * 29, l = ~seed;
    double p = (double)seed * 0.5, q = (double)seed * 0.25, r = (double)seed + 0.125, s = p * q;
    double t = p + 3, u = q + 5, v = r * 7, w = s - 1, x = t * u, y = v * w;
    long double wide = (long double)seed * 3.0L;

    for (int turn = 0; turn < 3; turn++) {
        self->steps++;
        mach_switch(from, to);
        a += b, c += d, e += f, g += h, i += j, k += l;
        p += q, r += s, t += u, v += w, x += y;
        wide += (long double)turn;
    }
    return (double)(a ^ c ^ e ^ g ^ i ^ k) + p + r + t + v + x + (double)wide;
}

static double expected_of(uint64_t seed)
{
    uint64_t a = seed * 3, b = seed * 5, c = seed ^ 0x55, d = seed + 77, e = seed * 11,
             f = seed - 9;
    uint64_t g = seed * 17, h = seed << 3, i = seed * 23, j = seed >> 1, k = seed * 29, l = ~seed;
    double p = (double)seed * 0.5, q = (double)seed * 0.25, r = (double)seed + 0.125, s = p * q;
    double t = p + 3, u = q + 5, v = r * 7, w = s - 1, x = t * u, y = v * w;

    a += 3 * b, c += 3 * d, e += 3 * f, g += 3 * h, i += 3 * j, k += 3 * l;
    p = p + q + q + q, r = r + s + s + s, t = t + u + u + u, v = v + w + w + w, x = x + y + y + y;
    return (double)(a ^ c ^ e ^ g ^ i ^ k) + p + r + t + v + x +
           (double)((long double)seed * 3.0L + 3);
}

static void keep_many_in_coroutine(void *arg)
{
    struct coroutine *self = arg;
    double sum = keep_many(self, &self->context, &loop, 123);

    self->value = sum == expected_of(123);
    mach_switch_last(&self->context, &loop);
}

TEST(every_value_survives_on_both_sides)
{
    volatile uint64_t seed = 456;
    struct coroutine other;
    double sum;

    coil__mach_context_adopt(&loop);
    coroutine_init(&other, keep_many_in_coroutine);
    sum = keep_many(&other, &loop, &other.context, seed);
    CHECK(sum == expected_of(seed));
    mach_switch(&loop, &other.context);
    CHECK_EQ(other.value, 1);
    coroutine_fini(&other);
}

/* A leaf that switches: what it keeps below the stack pointer must survive. */
static __attribute__((noinline)) uint64_t leaf(struct mach_context *from, struct mach_context *to,
                                               uint64_t seed)
{
    volatile uint64_t local[12];

    for (unsigned i = 0; i < 12; i++)
        local[i] = seed + i;
    mach_switch(from, to);
    for (unsigned i = 1; i < 12; i++)
        local[0] += local[i];
    return local[0];
}

static void leaf_in_coroutine(void *arg)
{
    struct coroutine *self = arg;

    for (;;)
        self->value = leaf(&self->context, &loop, 1000);
}

TEST(the_red_zone_survives)
{
    struct coroutine other;

    coil__mach_context_adopt(&loop);
    coroutine_init(&other, leaf_in_coroutine);
    CHECK_EQ(leaf(&loop, &other.context, 7), 12 * 7 + 66);
    CHECK_EQ(leaf(&loop, &other.context, 8), 12 * 8 + 66);
    CHECK_EQ(other.value, 12 * 1000 + 66);
    coroutine_fini(&other);
}

static void look_at_alignment(void *arg)
{
    struct coroutine *self = arg;

    self->value = (uintptr_t)__builtin_frame_address(0) & 15;
    mach_switch_last(&self->context, &loop);
}

TEST(the_first_frame_is_aligned)
{
    struct coroutine other;

    coil__mach_context_adopt(&loop);
    coroutine_init(&other, look_at_alignment);
    other.value = 99;
    mach_switch(&loop, &other.context);
    CHECK_EQ(other.value, 0);
    coroutine_fini(&other);
}

static void end_at_once(void *arg)
{
    struct coroutine *self = arg;
    volatile char deep[1024];

    deep[0] = (char)self->steps;
    self->value += (uint64_t)deep[0] + 1;
    mach_switch_last(&self->context, &loop);
}

TEST(a_stack_that_was_left_serves_again)
{
    struct coroutine other;

    coil__mach_context_adopt(&loop);
    coroutine_init(&other, end_at_once);
    mach_switch(&loop, &other.context);
    for (int i = 0; i < 100; i++) {
        coil__mach_context_fini(&other.context);
        coil__mach_context_init(&other.context, other.stack, other.stack + STACK_BYTES, end_at_once,
                                &other);
        mach_switch(&loop, &other.context);
    }
    CHECK_EQ(other.value, 101);
    coroutine_fini(&other);
}

static struct coroutine ring[RING];

/* Straight to the neighbour; the last one goes back to the loop. */
static void pass_along(void *arg)
{
    struct coroutine *self = arg;

    for (;;) {
        ring[(self - ring + 1) % RING].value = self->value + 1;
        mach_switch(&self->context, self == &ring[RING - 1] ? &loop : &self[1].context);
    }
}

TEST(coroutines_switch_to_each_other_directly)
{
    coil__mach_context_adopt(&loop);
    for (int i = 0; i < RING; i++)
        coroutine_init(&ring[i], pass_along);
    for (int round = 0; round < 10; round++)
        mach_switch(&loop, &ring[0].context);
    CHECK_EQ(ring[0].value, 10 * RING);
    for (int i = 0; i < RING; i++)
        coroutine_fini(&ring[i]);
}

static struct coroutine task;
static struct coroutine generator;
static struct mach_context caller;

/* On its own stack, but for the task: parks the task here, is resumed as the task, then goes back
 * to its caller. */
static void park_the_task(void *arg)
{
    struct coroutine *self = arg;
    struct mach_context outer = task.context;

    mach_context_stand_in(&task.context, &self->context);
    for (int i = 0; i < 10; i++) {
        mach_switch(&task.context, &loop);
        self->steps++;
    }
    mach_context_stand_in(&task.context, &outer);
    mach_switch_last(&self->context, &caller);
}

static void call_generator(void *arg)
{
    struct coroutine *self = arg;

    caller = self->context;
    mach_switch(&caller, &generator.context);
    self->value = 1;
    mach_switch_last(&self->context, &loop);
}

TEST(a_task_may_be_parked_on_a_stack_it_borrowed)
{
    coil__mach_context_adopt(&loop);
    coroutine_init(&task, call_generator);
    coroutine_init(&generator, park_the_task);
    for (int i = 0; i <= 10; i++) {
        CHECK_EQ(task.value, 0);
        mach_switch(&loop, &task.context);
        CHECK_EQ(generator.steps, i);
    }
    CHECK_EQ(task.value, 1);
    coroutine_fini(&task);
    coroutine_fini(&generator);
}

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *arg)
{
    (void)context;
    ++*(int *)arg;
    return _URC_NO_REASON;
}

static void walk_own_stack(void *arg)
{
    struct coroutine *self = arg;

    self->value = (uint64_t)_Unwind_Backtrace(count_frame, &self->steps);
    mach_switch_last(&self->context, &loop);
}

TEST(unwinding_ends_where_the_stack_begins)
{
    struct coroutine other;

    coil__mach_context_adopt(&loop);
    coroutine_init(&other, walk_own_stack);
    mach_switch(&loop, &other.context);
    CHECK_EQ(other.value, _URC_END_OF_STACK);
    CHECK(other.steps >= 2 && other.steps <= 4);
    coroutine_fini(&other);
}

#ifndef MACH_TSAN /* which delivers signals when it likes */
static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    volatile char scratch[512];

    for (unsigned i = 0; i < sizeof(scratch); i++)
        scratch[i] = (char)number;
    alarms++;
}

TEST(a_signal_may_come_at_any_instruction)
{
    struct itimerval often = {.it_interval = {.tv_usec = 50}, .it_value = {.tv_usec = 50}};
    struct itimerval never = {0};
    struct coroutine other;

    coil__mach_context_adopt(&loop);
    coroutine_init(&other, leaf_in_coroutine);
    signal(SIGALRM, count_alarm);
    setitimer(ITIMER_REAL, &often, NULL);
    for (uint64_t i = 0; alarms < kit_effort(500); i++)
        CHECK_EQ(leaf(&loop, &other.context, i), 12 * i + 66);
    setitimer(ITIMER_REAL, &never, NULL);
    coroutine_fini(&other);
}
#endif

TEST(prefetching_touches_nothing)
{
    struct mach_context nowhere = {.sp = (void *)64};

    mach_prefetch_context(&nowhere);
}
