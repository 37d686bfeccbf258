#include "mach/switch.h"

#include <pthread.h>

#include "base/check.h"

void coil__stack_begin(void);

/* What switch_stacks leaves on a parked stack, and coil__stack_begin takes. */
struct first_frame {
#if defined(__x86_64__)
    void *frame_pointer;
    void (*resume)(void);
    char red_zone[128];
    void (*entry)(void *arg);
    void *arg;
#elif defined(__aarch64__)
    void (*entry)(void *arg); /* x19 */
    void *arg;                /* x20 */
    void *x21_to_x28[8];
    void *frame_pointer;
    void (*resume)(void);
    double d8_to_d15[8];
#elif defined(__riscv) && __riscv_xlen == 64
    void (*resume)(void);
    void *frame_pointer;
    void (*entry)(void *arg); /* s1 */
    void *arg;                /* s2 */
    void *s3_to_s11[9];
    double fs0_to_fs11[12];
    void *unused;
#else
#error "this processor has no switch yet: switch.h, switch.c and switch_<cpu>.S are what it takes"
#endif
};

#ifdef MACH_ASAN
void __asan_unpoison_memory_region(const volatile void *low, size_t size);

__thread const void *coil__mach_running_low;

/* The first thing on a new stack: ASan learns that the switch to it is over. */
static void enter_under_asan(void *context_arg)
{
    struct mach_context *context = context_arg;

    __sanitizer_finish_switch_fiber(NULL, NULL, NULL);
    context->entry(context->arg);
}

static void describe_to_asan(struct mach_context *context, const void *low, const void *high)
{
    context->fake = NULL;
    context->low = low;
    context->size = (size_t)((const char *)high - (const char *)low);
}
#endif

#ifdef MACH_TSAN
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);

/*
 * TSan has some 8,000 fibers, and what it knows of a destroyed one it never frees. So ours are used
 * again. That orders a coroutine after the one whose fiber it gets, which a loop's thread does
 * anyway. But not for ever: frames that ended by mach_switch_last, or were cut off, are left on its
 * record of calls, which has room for 65,536 and overflows unseen.
 */
enum { FIBER_USES = 1000 };

static struct {
    pthread_mutex_t lock;
    struct {
        void *fiber;
        unsigned uses;
    } unused[8192];
    size_t count;
} fibers = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fiber_get(struct mach_context *context)
{
    context->fiber = NULL;
    context->fiber_uses = 1;
    pthread_mutex_lock(&fibers.lock);
    if (fibers.count > 0) {
        context->fiber = fibers.unused[--fibers.count].fiber;
        context->fiber_uses = fibers.unused[fibers.count].uses + 1;
    }
    pthread_mutex_unlock(&fibers.lock);
    if (context->fiber == NULL)
        context->fiber = __tsan_create_fiber(0);
}

static void fiber_put(struct mach_context *context)
{
    void *worn = context->fiber_uses >= FIBER_USES ? context->fiber : NULL;

    pthread_mutex_lock(&fibers.lock);
    if (worn == NULL && fibers.count < sizeof(fibers.unused) / sizeof(*fibers.unused)) {
        fibers.unused[fibers.count].fiber = context->fiber;
        fibers.unused[fibers.count++].uses = context->fiber_uses;
    }
    pthread_mutex_unlock(&fibers.lock);
    if (worn != NULL)
        __tsan_destroy_fiber(worn);
    context->fiber = NULL;
}
#endif

void coil__mach_context_init(struct mach_context *context, void *low, void *high,
                             void (*entry)(void *arg), void *arg)
{
    struct first_frame *frame = (struct first_frame *)high - 1;

    INVARIANT(((uintptr_t)high & 15) == 0);
    (void)low;
#ifdef MACH_TSAN
    fiber_get(context);
#endif
#ifdef MACH_ASAN
    /* Frames that ended by mach_switch_last left their red zones here. */
    __asan_unpoison_memory_region(low, (size_t)((char *)high - (char *)low));
    describe_to_asan(context, low, high);
    context->entry = entry;
    context->arg = arg;
    entry = enter_under_asan;
    arg = context;
#endif
    frame->entry = entry;
    frame->arg = arg;
    frame->frame_pointer = NULL;
    frame->resume = coil__stack_begin;
    context->sp = frame;
}

void coil__mach_context_fini(struct mach_context *context)
{
#ifdef MACH_TSAN
    fiber_put(context);
#endif
    context->sp = NULL;
}

void coil__mach_context_adopt(struct mach_context *context)
{
    context->sp = NULL;
#ifdef MACH_TSAN
    context->fiber = __tsan_get_current_fiber();
#endif
#ifdef MACH_ASAN
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;

    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
    }
    describe_to_asan(context, low, (char *)low + size);
#endif
}

#ifdef MACH_ASAN
/* Frames that were cut off left their red zones below the one that runs. */
static __attribute__((noinline, no_sanitize_address)) void
return_under_asan(const struct mach_context *context)
{
    const char *here = __builtin_frame_address(0);

    if (coil__mach_running_low != NULL && coil__mach_running_low != context->low) {
        coil__mach_running_low = context->low;
        __sanitizer_start_switch_fiber(NULL, context->low, context->size);
        __sanitizer_finish_switch_fiber(context->fake, NULL, NULL);
    }
    __asan_unpoison_memory_region(context->low, (size_t)(here - (const char *)context->low));
}
#endif

void coil__mach_context_returned(const struct mach_context *context)
{
    (void)context;
#ifdef MACH_TSAN
    if (__tsan_get_current_fiber() != context->fiber)
        __tsan_switch_to_fiber(context->fiber, 0);
#endif
#ifdef MACH_ASAN
    return_under_asan(context);
#endif
}
