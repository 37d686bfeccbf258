/* What the machine itself charges for the primitives every runtime is made of. bench/run divides by
 * these, so that a figure means something on another machine. Nothing of coil is in here. */
#include <errno.h>

#include "bells.h"

enum { RUNS = 3, STACK_BYTES = 64 * 1024, RING_MAX = 1000 };

/* ---- the switch: callee-saved registers and a jump, nothing else ---- */

void raw_switch(void **save, void *load);

#if defined(__x86_64__)
__asm__(".text\n"
        ".type raw_switch, @function\n"
        "raw_switch:\n"
        "  push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
        "  mov %rsp, (%rdi)\n"
        "  mov %rsi, %rsp\n"
        "  pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
        "  pop %rcx\n"
        "  jmp *%rcx\n"
        ".size raw_switch, . - raw_switch\n");
enum { FRAME_WORDS = 8, FRAME_ENTRY = 6 };
#elif defined(__aarch64__)
__asm__(".text\n"
        ".type raw_switch, %function\n"
        "raw_switch:\n"
        "  sub sp, sp, #160\n"
        "  stp x19, x20, [sp, #0]; stp x21, x22, [sp, #16]; stp x23, x24, [sp, #32]\n"
        "  stp x25, x26, [sp, #48]; stp x27, x28, [sp, #64]; stp x29, x30, [sp, #80]\n"
        "  stp d8, d9, [sp, #96]; stp d10, d11, [sp, #112]\n"
        "  stp d12, d13, [sp, #128]; stp d14, d15, [sp, #144]\n"
        "  mov x9, sp; str x9, [x0]; mov sp, x1\n"
        "  ldp x19, x20, [sp, #0]; ldp x21, x22, [sp, #16]; ldp x23, x24, [sp, #32]\n"
        "  ldp x25, x26, [sp, #48]; ldp x27, x28, [sp, #64]; ldp x29, x30, [sp, #80]\n"
        "  ldp d8, d9, [sp, #96]; ldp d10, d11, [sp, #112]\n"
        "  ldp d12, d13, [sp, #128]; ldp d14, d15, [sp, #144]\n"
        "  add sp, sp, #160\n"
        "  br x30\n"
        ".size raw_switch, . - raw_switch\n");
enum { FRAME_WORDS = 20, FRAME_ENTRY = 11 };
#endif

#if defined(__x86_64__) || defined(__aarch64__)
static void *ring_sp[RING_MAX];
static int ring_size;
static int ring_at;
static void *ring_home;
static long ring_left;

static void ring_body(void)
{
    for (;;) {
        int self = ring_at;

        if (ring_left-- <= 0)
            raw_switch(&ring_sp[self], ring_home);
        ring_at = self + 1 < ring_size ? self + 1 : 0;
        raw_switch(&ring_sp[self], ring_sp[ring_at]);
    }
}

/* `size` stacks in one mapping. Their tops are staggered: with all of them at the same offset the
 * frames compete for a few cache sets, and a switch costs twice as much. */
static void ring_build(int size)
{
    size_t bytes = (size_t)size * STACK_BYTES;
    char *slab = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (slab == MAP_FAILED)
        bench_die("mmap");
    madvise(slab, bytes, MADV_NOHUGEPAGE);
    ring_size = size;
    for (int i = 0; i < size; i++) {
        void **frame = (void **)(slab + (size_t)(i + 1) * STACK_BYTES - 256 - i * 7 % 509 * 64);

        frame -= FRAME_WORDS;
        memset(frame, 0, FRAME_WORDS * sizeof *frame);
        frame[FRAME_ENTRY] = (void *)ring_body;
        ring_sp[i] = frame;
    }
}

static void ring_measure(const char *name, int size)
{
    long ops = bench_count(20000000);

    ring_build(size);
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        ring_left = ops;
        raw_switch(&ring_home, ring_sp[ring_at]);
        if (run > 0)
            bench_print_ns(name, bench_now() - start, ops);
    }
}

static void run_switch(const char *name)
{
    ring_measure(name, 2);
}

static void run_switch_1000(const char *name)
{
    ring_measure(name, RING_MAX);
}
#endif

/* ---- memory ---- */

static void run_page_fault(const char *name)
{
    long pages = bench_count(65536);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    for (int run = 0; run <= RUNS; run++) {
        char *memory = mmap(NULL, (size_t)pages * page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        int64_t start;

        if (memory == MAP_FAILED)
            bench_die("mmap");
        madvise(memory, (size_t)pages * page, MADV_NOHUGEPAGE);
        start = bench_now();
        for (long i = 0; i < pages; i++)
            *(volatile char *)(memory + (size_t)i * page) = 1;
        if (run > 0)
            bench_print_ns(name, bench_now() - start, pages);
        munmap(memory, (size_t)pages * page);
    }
}

/* ---- waking another thread ---- */

static void run_futex(const char *name)
{
    bells_measure(name, BELL_FUTEX, BELL_FUTEX, false);
}

static void run_eventfd(const char *name)
{
    bells_measure(name, BELL_EVENTFD, BELL_EVENTFD, false);
}

/* What a bridge needs at the least: an eventfd wakes the loop out of its poll, a futex wakes the
 * thread that waits. */
static void run_wake(const char *name)
{
    bells_measure(name, BELL_EVENTFD, BELL_FUTEX, false);
}

static void run_spin(const char *name)
{
    bells_measure(name, BELL_SPIN, BELL_SPIN, false);
}

/* ---- single calls ---- */

static int call_event;
static int call_poll;

static void call_eventfd_write(void)
{
    uint64_t one = 1;

    if (write(call_event, &one, sizeof one) < 0 && errno == EAGAIN)
        bench_die("write");
}

static void call_clock(void)
{
    bench_now();
}

static void call_getppid(void)
{
    syscall(SYS_getppid);
}

static void call_epoll_wait(void)
{
    struct epoll_event event;

    epoll_wait(call_poll, &event, 1, 0);
}

static void calls_measure(const char *name, void (*call)(void))
{
    long ops = bench_count(1000000);

    call_event = eventfd(0, EFD_NONBLOCK);
    call_poll = epoll_create1(0);
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        for (long i = 0; i < ops; i++)
            call();
        if (run > 0)
            bench_print_ns(name, bench_now() - start, ops);
    }
}

static void run_eventfd_write(const char *name)
{
    calls_measure(name, call_eventfd_write);
}

static void run_clock(const char *name)
{
    calls_measure(name, call_clock);
}

static void run_getppid(const char *name)
{
    calls_measure(name, call_getppid);
}

static void run_epoll_wait(const char *name)
{
    calls_measure(name, call_epoll_wait);
}

static const struct bench_row rows[] = {
#if defined(__x86_64__) || defined(__aarch64__)
    {"switch", run_switch},
    {"switch_1000", run_switch_1000},
#endif
    {"page_fault", run_page_fault},
    {"futex_same", run_futex},
    {"futex_other", run_futex},
    {"eventfd_same", run_eventfd},
    {"eventfd_other", run_eventfd},
    {"wake_same", run_wake},
    {"wake_other", run_wake},
    {"spin_other", run_spin},
    {"eventfd_write", run_eventfd_write},
    {"clock_gettime", run_clock},
    {"getppid", run_getppid},
    {"epoll_wait", run_epoll_wait},
};

BENCH_MAIN(rows)
