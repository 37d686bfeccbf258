#include "mach/stack_slab.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "base/alloc.h"
#include "mach/sys.h"
#include "mach/valgrind.h"

/* Linux 6.13; newer than most headers. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum {
    LOW_CLAIMED = 1, /* of a record: taken, not mapped yet */
    GUARDS_AT_ONCE = 64,
    COLOURS = 8,
    COLOUR_BYTES = 128,
};

static struct word records;

/* A record that nobody uses: an old one, or a new one on the list. */
static struct mach_slab *claim_record(void)
{
    struct mach_slab *slab;
    uintptr_t head;

    for (slab = (void *)word_load(&records); slab != NULL; slab = slab->registered) {
        uintptr_t unused = 0;

        if (word_load(&slab->low) == 0 && word_cas(&slab->low, &unused, LOW_CLAIMED))
            return slab;
    }
    slab = mem_zalloc(sizeof(*slab));
    if (slab == NULL)
        return NULL;
    slab->low.value = LOW_CLAIMED;
    head = word_load(&records);
    do {
        slab->registered = (void *)head;
    } while (!word_cas(&records, &head, (uintptr_t)slab));
    return slab;
}

struct mach_slab *coil__slab_at(uintptr_t address)
{
    struct mach_slab *slab;

    for (slab = (void *)word_load(&records); slab != NULL; slab = slab->registered) {
        uintptr_t low = word_load(&slab->low);

        if (low > LOW_CLAIMED && address >= low &&
            address - low < slab->count * slab_stride(slab->cls))
            return slab;
    }
    return NULL;
}

static char *slab_low(const struct mach_slab *slab)
{
    return (char *)word_load(
        &slab->low); /* others look at it while they search for a free record */
}

uint32_t coil__slab_index(const struct mach_slab *slab, const void *address)
{
    return (uint32_t)((size_t)((const char *)address - slab_low(slab)) / slab_stride(slab->cls));
}

void *coil__slab_high(const struct mach_slab *slab, uint32_t i)
{
    return slab_low(slab) + (i + 1) * slab_stride(slab->cls) - i % COLOURS * COLOUR_BYTES;
}

/* Reserves addresses; memory comes page by page as stacks are touched, never as huge pages. */
static void *map_stacks(unsigned cls, uint32_t *count)
{
    void *low;

    while (coil__sys_mmap(&low, *count * slab_stride(cls), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0) < 0) {
        *count /= 2;
        if (*count == 0)
            return NULL;
    }
    coil__sys_madvise(low, *count * slab_stride(cls), MADV_NOHUGEPAGE);
    return low;
}

struct mach_slab *coil__slab_open(unsigned cls, uint32_t count, const char **why)
{
    struct mach_slab *slab = claim_record();
    void *low;

    *why = "no memory for a stack";
    if (slab == NULL)
        return NULL;
    low = map_stacks(cls, &count);
    if (low == NULL) {
        *why = "no address space for a stack: see `ulimit -v`, and vm.max_map_count (sysctl)";
        word_store(&slab->low, 0);
        return NULL;
    }
    slab->valgrind = NULL;
    if (valgrind_runs() && (slab->valgrind = mem_zalloc(count * sizeof(*slab->valgrind))) == NULL) {
        coil__sys_munmap(low, count * slab_stride(cls)); /* it must know of each stack */
        word_store(&slab->low, 0);
        return NULL;
    }
    slab->cls = cls;
    slab->count = count;
    slab->guarded = 0;
    slab->carved = 0;
    slab->cold = 0;
    memset(slab->cold_bits, 0, sizeof(slab->cold_bits));
    word_store(&slab->low, (uintptr_t)low);
    return slab;
}

void coil__slab_close(struct mach_slab *slab)
{
    if (slab->valgrind != NULL) {
        for (uint32_t i = 0; i < slab->carved; i++)
            valgrind_stack_goes(slab->valgrind[i]);
        mem_free(slab->valgrind);
    }
    coil__sys_munmap(slab_low(slab), slab->count * slab_stride(slab->cls));
    word_store(&slab->low, 0);
}

/* In one call, if the kernel has guards and lets us advise ourselves. */
static bool guard_batch(const struct mach_slab *slab, uint32_t n)
{
    struct iovec guards[GUARDS_AT_ONCE];

    for (uint32_t i = 0; i < n; i++) {
        guards[i].iov_base = slab_low(slab) + (slab->guarded + i) * slab_stride(slab->cls);
        guards[i].iov_len = SLAB_GUARD;
    }
    return coil__sys_process_madvise(guards, n, MADV_GUARD_INSTALL) == (int64_t)(n * SLAB_GUARD);
}

/* MADV_GUARD_INSTALL is refused by older kernels and for locked memory. */
static int guard_one(char *guard)
{
    if (coil__sys_madvise(guard, SLAB_GUARD, MADV_GUARD_INSTALL) == 0)
        return 0;
    return coil__sys_mprotect(guard, SLAB_GUARD, PROT_NONE);
}

/* Puts guards below some of the stacks that have none. */
static int guard_more(struct mach_slab *slab)
{
    uint32_t n = slab->count - slab->guarded;
    uint32_t before = slab->guarded;

    if (n > GUARDS_AT_ONCE)
        n = GUARDS_AT_ONCE;
    if (guard_batch(slab, n)) {
        slab->guarded += n;
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        int err = guard_one(slab_low(slab) + slab->guarded * slab_stride(slab->cls));

        if (err < 0)
            return slab->guarded > before ? 0 : err;
        slab->guarded++;
    }
    return 0;
}

void *coil__slab_carve(struct mach_slab *slab, const char **why)
{
    char *low;
    uint32_t i = slab->carved;

    if (i == slab->guarded && guard_more(slab) < 0) {
        *why = "a stack's guard takes two mappings here, and there are too many: raise "
               "vm.max_map_count (sysctl), or use a kernel with MADV_GUARD_INSTALL (Linux 6.13)";
        return NULL;
    }
    low = slab_low(slab) + i * slab_stride(slab->cls) + SLAB_GUARD;
    if (slab->valgrind != NULL)
        slab->valgrind[i] = valgrind_stack_comes(low, low + mach_stack_bytes(slab->cls));
    slab->carved++;
    return coil__slab_high(slab, i);
}
