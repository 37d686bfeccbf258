/*
 * The switch: parks the running stack, goes on with another one.
 *
 * A parked stack is one pointer. Only what a call preserves is saved; the floating-point control
 * words stay the thread's. A coroutine is resumed by the thread that started it and no other.
 *
 * On x86-64 the switch is inline assembly: the compiler then saves what it needs where it needs it,
 * and each place that switches has an indirect jump of its own to predict. The frame it leaves,
 * from `sp` up (debuggers read it):
 *     frame pointer, address to resume at, red zone (128 bytes), the stack as it was.
 * Elsewhere it is a function in switch_<cpu>.S, which describes its frame.
 *
 * What counts more than the switch is where it stands. Processors predict a return by remembering
 * the calls, and a switch does not change what they remember. So whoever resumes coroutines should
 * switch in the function that goes on to the next one, inline, and not in one that is called for it
 * and returns: then coroutines that wait in the same place return to where the one before them was
 * called from, which is right. Measured: 8 ns for there and back, against 26.
 *
 * Sanitizers must be told; the fields and calls for them exist in their builds only.
 */
#ifndef COIL_MACH_SWITCH_H
#define COIL_MACH_SWITCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/prefetch.h"

#if defined(__SANITIZE_ADDRESS__)
#define MACH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MACH_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define MACH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MACH_TSAN 1
#endif
#endif

struct mach_context {
    void *sp;
#ifdef MACH_ASAN
    void *fake;      /* frames that ASan keeps elsewhere, while parked */
    const void *low; /* the stack's bounds */
    size_t size;
    void (*entry)(void *arg);
    void *arg;
#endif
#ifdef MACH_TSAN
    void *fiber;
    unsigned fiber_uses; /* this one among them */
#endif
};

/*
 * The first switch to *context will call entry(arg) on the stack [low, high); `high` is 16-aligned;
 * entry never returns.
 */
void coil__mach_context_init(struct mach_context *context, void *low, void *high,
                             void (*entry)(void *arg), void *arg);

/* A stack that is parked, or was left by mach_switch_last, goes away. */
void coil__mach_context_fini(struct mach_context *context);

/* Makes *context fit to be the `from` of the calling thread's own stack. */
void coil__mach_context_adopt(struct mach_context *context);

/* *context is the calling thread's own stack, adopted before; its thread has just been cut back to
 * it, from deeper on it or from a coroutine's (pthread_exit). */
void coil__mach_context_returned(const struct mach_context *context);

/* *context is about to be parked on another stack than its own, that of *on: a generator's. Says
 * whose bounds count. */
static inline void mach_context_stand_in(struct mach_context *context,
                                         const struct mach_context *on)
{
    (void)context;
    (void)on;
#ifdef MACH_ASAN
    context->low = on->low;
    context->size = on->size;
#endif
#ifdef MACH_TSAN
    context->fiber = on->fiber;
#endif
}

#ifdef MACH_ASAN
void __sanitizer_start_switch_fiber(void **fake, const void *low, size_t size);
void __sanitizer_finish_switch_fiber(void *fake, const void **low, size_t *size);

/* The stack this thread is on, by its lowest address; NULL: it has not switched yet. */
extern __thread const void *coil__mach_running_low;
#endif
#ifdef MACH_TSAN
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#endif

#if defined(__x86_64__)

#ifdef __CET__
#define MACH_LANDING "endbr64\n\t"
#else
#define MACH_LANDING
#endif

#ifdef __AVX512F__
#define MACH_WIDE_REGISTERS                                                                       \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",   \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", \
        "k7"
#else
#define MACH_WIDE_REGISTERS
#endif

/*
 * The address to resume at is kept instead of returned to: no call, so no return to mispredict. The
 * stack pointer moves before anything is stored, since a signal may come at any instruction.
 */
static inline __attribute__((always_inline)) void switch_stacks(void **from, void *to)
{
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "pushq %%rbp\n\t"
                     "movq %%rsp, (%0)\n\t"
                     "movq %1, %%rsp\n\t"
                     "popq %%rbp\n\t"
                     "popq %%rax\n\t"
                     "leaq 128(%%rsp), %%rsp\n\t"
                     "jmpq *%%rax\n"
                     "1:\n\t" MACH_LANDING
                     : "+D"(from), "+S"(to)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                       "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st",
                       "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "memory",
                       "cc" MACH_WIDE_REGISTERS);
}

/* Goes on with `to`; the running stack is forgotten. */
static inline __attribute__((always_inline)) _Noreturn void leave_stack(void *to)
{
    __asm__ volatile("movq %0, %%rsp\n\t"
                     "popq %%rbp\n\t"
                     "popq %%rax\n\t"
                     "leaq 128(%%rsp), %%rsp\n\t"
                     "jmpq *%%rax"
                     :
                     : "S"(to)
                     : "memory");
    __builtin_unreachable();
}

#define MACH_FRAME 144 /* bytes, below the frames of the functions that parked it */

#else

void coil__switch_stacks(void **from, void *to);
_Noreturn void coil__leave_stack(void *to);

static inline void switch_stacks(void **from, void *to)
{
    coil__switch_stacks(from, to);
}

static inline _Noreturn void leave_stack(void *to)
{
    coil__leave_stack(to);
}

#define MACH_FRAME 128

#endif

/* What a resumed stack touches first: its frame, and the first of those above. */
static inline void mach_prefetch_context(const struct mach_context *context)
{
    prefetch(context->sp);
    prefetch((const char *)context->sp + MACH_FRAME);
}

/* And what it touches when it returns from so many bytes of them. */
static inline void mach_prefetch_frames(const struct mach_context *context, unsigned bytes)
{
    prefetch_lines((const char *)context->sp + MACH_FRAME + CACHE_LINE, bytes / CACHE_LINE);
}

/* Parks the running stack in *from and goes on with *to. */
static inline __attribute__((always_inline)) void mach_switch(struct mach_context *from,
                                                              struct mach_context *to)
{
#ifdef MACH_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
#ifdef MACH_ASAN
    coil__mach_running_low = to->low;
    __sanitizer_start_switch_fiber(&from->fake, to->low, to->size);
#endif
    switch_stacks(&from->sp, to->sp);
#ifdef MACH_ASAN
    __sanitizer_finish_switch_fiber(from->fake, NULL, NULL);
#endif
}

/* The same, but *from has ended: nothing will resume it. */
static inline __attribute__((always_inline)) _Noreturn void
mach_switch_last(struct mach_context *from, struct mach_context *to)
{
    (void)from;
#ifdef MACH_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
#ifdef MACH_ASAN
    coil__mach_running_low = to->low;
    __sanitizer_start_switch_fiber(NULL, to->low, to->size);
#endif
    leave_stack(to->sp);
}

#endif
