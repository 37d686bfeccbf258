#include "mach/stack_slab.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kit.h>

static sigjmp_buf out;

static void leave(int number)
{
    siglongjmp(out, number);
}

/* Whether this byte can be written; asked of the processor. */
static bool writable(volatile char *byte)
{
    signal(SIGSEGV, leave);
    if (sigsetjmp(out, 1) != 0)
        return false;
    *byte = 1;
    return true;
}

static struct mach_slab *open_slab(unsigned cls, uint32_t count)
{
    const char *why;
    struct mach_slab *slab = coil__slab_open(cls, count, &why);

    if (slab == NULL)
        FAIL("%s", why);
    return slab;
}

TEST(below_each_stack_is_a_guard)
{
    struct mach_slab *slab = open_slab(0, 100);
    const char *why;

    for (uint32_t i = 0; i < 100; i++) {
        char *high = coil__slab_carve(slab, &why);
        char *low = mach_stack_low(high, 0);

        CHECK(high != NULL);
        CHECK(writable(high - 1));
        CHECK(writable(low));
        for (size_t below = 1; below <= SLAB_GUARD; below += below == 1 ? 4095 : 4096)
            CHECK(!writable(low - below));
    }
    coil__slab_close(slab);
}

TEST(stacks_are_an_odd_number_of_pages_apart)
{
    for (unsigned cls = 0; cls < MACH_STACK_CLASSES && SLAB_GUARD < 65536; cls++)
        CHECK_EQ(slab_stride(cls) / 4096 % 2, 1);
}

TEST(an_address_leads_to_its_slab_and_stack)
{
    struct mach_slab *a = open_slab(2, 16);
    struct mach_slab *b = open_slab(3, 16);
    char *high = NULL;
    const char *why;

    for (int i = 0; i < 5; i++)
        high = coil__slab_carve(b, &why);
    CHECK_PTR(coil__slab_at((uintptr_t)high - 1), b);
    CHECK_EQ(coil__slab_index(b, high - 1), 4);
    CHECK_EQ(coil__slab_index(b, (char *)mach_stack_low(high, 3) - 1), 4);
    CHECK_PTR(coil__slab_high(b, 4), high);
    CHECK_PTR(coil__slab_at((uintptr_t)&why), NULL);
    coil__slab_close(a);
    coil__slab_close(b);
    CHECK_PTR(coil__slab_at((uintptr_t)high - 1), NULL);
}

TEST(records_serve_again)
{
    struct mach_slab *first = open_slab(2, 16);

    coil__slab_close(first);
    for (int i = 0; i < 100; i++) {
        struct mach_slab *again = open_slab(2, 16);

        CHECK_PTR(again, first);
        coil__slab_close(again);
    }
}

TEST(neighbouring_tops_differ_within_their_pages)
{
    struct mach_slab *slab = open_slab(2, 16);

    CHECK((uintptr_t)coil__slab_high(slab, 0) % 4096 != (uintptr_t)coil__slab_high(slab, 1) % 4096);
    CHECK_EQ((uintptr_t)coil__slab_high(slab, 3) % 64, 0);
    coil__slab_close(slab);
}

TEST(a_child_process_has_the_guards)
{
    struct mach_slab *slab = open_slab(2, 16);
    const char *why;
    char *high = coil__slab_carve(slab, &why);
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(writable(high - 1) && !writable((char *)mach_stack_low(high, 2) - 1) ? 7 : 8);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(WEXITSTATUS(status), 7);
    coil__slab_close(slab);
}
