#include "mach/stack.h"

#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/atomic.h"
#include "mach/stack_slab.h"
#include "mach/sys.h"
#include "mach/valgrind.h"

#define HANDLER_BYTES ((size_t)65536)

typedef void describe_fn(void *high, char *buffer, size_t size);

static struct word installed;
static describe_fn *describe_stack;
static struct sigaction previous_segv;
static struct sigaction previous_bus;

static struct sigaction *previous_of(int number)
{
    return number == SIGSEGV ? &previous_segv : &previous_bus;
}

static uintptr_t stack_pointer(const void *context)
{
    const ucontext_t *at = context;

#if defined(__x86_64__)
    return (uintptr_t)at->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t)at->uc_mcontext.sp;
#elif defined(__riscv)
    return (uintptr_t)at->uc_mcontext.__gregs[REG_SP];
#endif
}

/*
 * Whether this fault is the overflow of the stack that was running: it hit the guard, and the stack
 * pointer is near it. A wild pointer into somebody's guard is no overflow.
 */
static bool is_overflow(const struct mach_slab *slab, uintptr_t address, uintptr_t sp)
{
    size_t stride = slab_stride(slab->cls);
    uintptr_t guard = slab->low.value + coil__slab_index(slab, (void *)address) * stride;

    return address - guard < SLAB_GUARD && sp + stride > guard && sp < guard + stride;
}

/* Text is put together and written without the C library: the fault may have been inside it. */
static char *put_text(char *at, const char *end, const char *text)
{
    while (*text != '\0' && at < end)
        *at++ = *text++;
    return at;
}

static char *put_number(char *at, const char *end, size_t n)
{
    char digits[24];
    char *first = digits + sizeof(digits) - 1;

    *first = '\0';
    do {
        *--first = (char)('0' + n % 10);
    } while ((n /= 10) > 0);
    return put_text(at, end, first);
}

static void report(const struct mach_slab *slab, uint32_t i)
{
    char who[256] = "a coroutine";
    char line[512];
    const char *end = line + sizeof(line);
    char *at = line;

    if (describe_stack != NULL)
        describe_stack(coil__slab_high(slab, i), who, sizeof(who));
    who[sizeof(who) - 1] = '\0';
    at = put_text(at, end, "coil: stack overflow in ");
    at = put_text(at, end, who);
    at = put_text(at, end, ": its ");
    at = put_number(at, end, mach_stack_bytes(slab->cls));
    at =
        put_text(at, end, " bytes are used up; give it more by stack_bytes in coil_task_options\n");
    if (write(STDERR_FILENO, line, (size_t)(at - line)) < 0)
        return; /* nobody to tell; the signal still kills us */
}

/* The signal as if we had no handler: a fault happens again when we return; one that was sent is
 * sent again. */
static void die_of(int number, const siginfo_t *info)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};

    coil__sys_sigaction(number, &usual, NULL);
    if (info->si_code <= 0)
        raise(number);
}

static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction *previous = previous_of(number);

    if (previous->sa_handler == SIG_DFL || (previous->sa_handler == SIG_IGN && info->si_code > 0))
        die_of(number, info);
    else if (previous->sa_handler == SIG_IGN)
        return;
    else if (previous->sa_flags & SA_SIGINFO)
        previous->sa_sigaction(number, info, context);
    else
        previous->sa_handler(number);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    struct mach_slab *slab = info->si_code > 0 ? coil__slab_at(address) : NULL;

    if (slab == NULL || !is_overflow(slab, address, stack_pointer(context))) {
        pass_on(number, info, context);
        return;
    }
    report(slab, coil__slab_index(slab, info->si_addr));
    die_of(number, info);
}

static int install_for(int number)
{
    struct sigaction ours = {.sa_sigaction = on_fault};
    struct sigaction previous;
    int err = coil__sys_sigaction(number, NULL, &previous);

    if (err < 0 || previous.sa_sigaction == on_fault)
        return err;
    *previous_of(number) = previous;
    /* What the previous handler counts on when it is passed a fault. */
    ours.sa_mask = previous.sa_mask;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (previous.sa_flags & SA_NODEFER);
    return coil__sys_sigaction(number, &ours, NULL);
}

int coil__mach_overflow_install(describe_fn *describe)
{
    int err;

    describe_stack = describe;
    if (word_exchange(&installed, 1) != 0)
        return 0;
    err = install_for(SIGSEGV);
    if (err == 0)
        err = install_for(SIGBUS);
    if (err < 0)
        word_store(&installed, 0);
    return err;
}

/* This thread's stack for signals, if it is ours, and how often it was entered. */
static _Thread_local struct {
    void *memory;
    unsigned depth;
} handler_stack;

static size_t handler_bytes(void)
{
    return HANDLER_BYTES + (size_t)getauxval(AT_MINSIGSTKSZ);
}

static int give_handler_stack(void)
{
    stack_t stack;
    int err = coil__sys_sigaltstack(NULL, &stack);

    if (err < 0 || !(stack.ss_flags & SS_DISABLE))
        return err; /* somebody gave it one, which will do */
    if (handler_stack.memory == NULL)
        err = coil__sys_mmap(&handler_stack.memory, handler_bytes(), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (err < 0)
        return err;
    stack.ss_sp = handler_stack.memory;
    stack.ss_size = handler_bytes();
    stack.ss_flags = 0;
    err = coil__sys_sigaltstack(&stack, NULL);
    if (err < 0) {
        coil__sys_munmap(handler_stack.memory, handler_bytes());
        handler_stack.memory = NULL;
    }
    return err;
}

int coil__mach_overflow_thread_enter(void)
{
    int err = handler_stack.depth > 0 ? 0 : give_handler_stack();

    if (err == 0)
        handler_stack.depth++;
    return err;
}

void coil__mach_overflow_thread_leave(void)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    stack_t now;

    if (--handler_stack.depth > 0 || handler_stack.memory == NULL)
        return;
    /* Unless another one took its place. If the kernel keeps ours, it stays mapped. */
    if (coil__sys_sigaltstack(NULL, &now) == 0 && now.ss_sp == handler_stack.memory &&
        coil__sys_sigaltstack(&none, NULL) < 0)
        return;
    if (valgrind_runs())
        return; /* its handlers go on using what was given back: it stays, for the next time */
    coil__sys_munmap(handler_stack.memory, handler_bytes());
    handler_stack.memory = NULL;
}
