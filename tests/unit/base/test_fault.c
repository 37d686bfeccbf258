/* Fault injection fails the one it was armed for. */
#include "base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "kit.h"

static uint64_t failed_of(enum fault_kind kind, int n)
{
    uint64_t bits = 0;

    for (int i = 0; i < n; i++)
        bits |= (uint64_t)fault(kind) << i;
    return bits;
}

TEST(nothing_fails_unless_armed)
{
    CHECK_EQ(failed_of(FAULT_ALLOC, 60), 0);
    CHECK_EQ(failed_of(FAULT_SYS, 60), 0);
    CHECK_EQ(coil__fault_armed, 0);
}

TEST(the_kth_fails_and_no_other)
{
    for (int k = 1; k <= 20; k++) {
        coil__fault_arm(FAULT_ALLOC, (uint64_t)k, false);
        CHECK_EQ(failed_of(FAULT_ALLOC, 40), 1 << (k - 1));
        CHECK_EQ(coil__fault_count(FAULT_ALLOC), 40);
    }
}

TEST(sticky_fails_all_that_follow)
{
    coil__fault_arm(FAULT_SYS, 3, true);
    CHECK_EQ(failed_of(FAULT_SYS, 6), 0x3c);
    coil__fault_arm(FAULT_SYS, 3, false);
    CHECK_EQ(failed_of(FAULT_SYS, 6), 0x04);
}

TEST(the_kinds_are_counted_apart)
{
    coil__fault_arm(FAULT_ALLOC, 2, false);
    coil__fault_arm(FAULT_SYS, 3, false);
    CHECK_EQ(failed_of(FAULT_SYS, 2), 0);
    CHECK_EQ(failed_of(FAULT_ALLOC, 3), 2);
    CHECK_EQ(failed_of(FAULT_SYS, 2), 1);
}

TEST(disarmed_nothing_fails_and_nothing_is_counted)
{
    coil__fault_arm(FAULT_ALLOC, 1, true);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil__fault_armed, 0);
    CHECK_EQ(failed_of(FAULT_ALLOC, 10), 0);
    CHECK_EQ(coil__fault_count(FAULT_ALLOC), 0);
}

TEST(disarming_one_kind_leaves_the_other_armed)
{
    coil__fault_arm(FAULT_ALLOC, 1, false);
    coil__fault_arm(FAULT_SYS, 1, false);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(failed_of(FAULT_ALLOC, 3), 0);
    CHECK_EQ(failed_of(FAULT_SYS, 3), 1);
}

TEST(every_way_to_allocate_fails_when_its_turn_comes)
{
    char *old = mem_alloc(4);
    char *text;

    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_PTR(mem_alloc(1), NULL);
    CHECK_PTR(mem_zalloc(1), NULL);
    CHECK_PTR(mem_realloc(old, 100), NULL);
    CHECK_PTR(mem_strdup("a"), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    text = mem_strdup("abc");
    CHECK_STR(text, "abc");
    mem_free(text);
    mem_free(old);
}

/* The same test again in a new process, with the variable set. */
static void run_with(const char *wish, const char *name)
{
    int status;
    pid_t child;

    setenv("COIL_FAULT", wish, 1);
    child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "test", "--here", name, (char *)NULL);
        _exit(3);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

TEST(the_environment_arms_an_allocation)
{
    if (getenv("COIL_FAULT") == NULL) {
        run_with("alloc:3", "the_environment_arms_an_allocation");
        return;
    }
    CHECK_EQ(failed_of(FAULT_ALLOC, 8), 4);
    CHECK_EQ(failed_of(FAULT_SYS, 8), 0);
}

TEST(the_environment_arms_a_system_call)
{
    if (getenv("COIL_FAULT") == NULL) {
        run_with("sys:1000", "the_environment_arms_a_system_call");
        return;
    }
    CHECK(coil__fault_armed != 0);
    while (!fault(FAULT_SYS))
        CHECK(coil__fault_count(FAULT_SYS) < 1000);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 1000);
}

TEST(counting_tells_at_the_end_how_many_there_were)
{
    static const char name[] = "counting_tells_at_the_end_how_many_there_were";
    char self[512], command[1024], said[256] = "";
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    FILE *output;

    if (getenv("COIL_FAULT") != NULL) {
        CHECK_EQ(failed_of(FAULT_ALLOC, 5), 0);
        CHECK_EQ(failed_of(FAULT_SYS, 3), 0);
        return;
    }
    CHECK(length > 0);
    self[length] = '\0';
    snprintf(command, sizeof(command), "COIL_FAULT=count '%s' --here %s 2>&1", self, name);
    output = popen(command, "r");
    CHECK(fread(said, 1, sizeof(said) - 1, output) > 0);
    CHECK_EQ(pclose(output), 0);
    CHECK_HAS(said, "coil: 5 allocations, ");
    CHECK_HAS(said, " system calls\n");
}

TEST(an_unknown_wish_arms_nothing)
{
    if (getenv("COIL_FAULT") == NULL) {
        run_with("bananas:1", "an_unknown_wish_arms_nothing");
        return;
    }
    CHECK_EQ(coil__fault_armed, 0);
}
