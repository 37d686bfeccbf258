/* Waiting on several words at once. */
#include "mach/sys_futex.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coil/result.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/clock.h"
#include "mach/sys.h"

static uint32_t own;

static bool can_wait(void)
{
    struct sys_futex word = {&own, 1, false};

    return coil__sys_futex_wait_several(&word, 1, COIL_FOREVER) != -ENOSYS;
}

TEST(word_that_is_not_as_expected_ends_the_wait)
{
    uint32_t other = 5;
    struct sys_futex words[] = {{&own, 0, false}, {&other, 4, false}};

    if (!can_wait())
        SKIP("the kernel cannot wait on several words");
    CHECK_EQ(coil__sys_futex_wait_several(words, 2, COIL_FOREVER), 0);
}

TEST(wait_ends_at_its_deadline)
{
    struct sys_futex words[] = {{&own, 0, false}};

    if (!can_wait())
        SKIP("the kernel cannot wait on several words");
    CHECK_EQ(coil__sys_futex_wait_several(words, 1, mach_now() + COIL_MS(1)), -ETIMEDOUT);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_futex_wait_several(words, 1, COIL_FOREVER), -EINTR);
}

TEST(another_process_wakes_a_shared_word)
{
    uint32_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct sys_futex words[] = {{&own, 0, false}, {shared, 0, true}};
    int status;

    if (!can_wait())
        SKIP("the kernel cannot wait on several words");
    if (fork() == 0) {
        while (coil__sys_futex_wake_shared(shared, 1) == 0)
            sched_yield();
        _exit(0);
    }
    CHECK_EQ(coil__sys_futex_wait_several(words, 2, COIL_FOREVER), 0);
    CHECK(wait(&status) > 0);
    CHECK_EQ(status, 0);
    munmap(shared, 4096);
}
