/* What is taken away is missing, and the debug log says what is there. */
#include "drive/uring_setup.h"

#include <stdio.h>

#include "world.h"

static void set_up(struct uring_driver *self, const char *without)
{
    memset(self, 0, sizeof(*self));
    setenv("COIL_URING_WITHOUT", without, 1);
    CHECK_EQ(coil__uring_setup(self), 0);
    coil__ring_close(&self->ring);
}

URING_TEST(what_is_named_is_taken_away_and_nothing_else)
{
    struct uring_driver all, some;

    set_up(&all, "");
    set_up(&some, "recv,nonsense,waitid");
    CHECK(knows(&all, URING_OP_RECV));
    CHECK(!knows(&some, URING_OP_RECV));
    CHECK(!knows(&some, URING_OP_WAITID));
    CHECK_EQ(all.operations & ~(UINT64_C(1) << URING_OP_RECV | UINT64_C(1) << URING_OP_WAITID),
             some.operations);
    CHECK_EQ(all.modern, some.modern);
}

URING_TEST(all_leaves_polls)
{
    struct uring_driver none;

    set_up(&none, "all,multishot");
    CHECK(knows(&none, URING_OP_POLL_ADD));
    CHECK(!knows(&none, URING_OP_READ));
    CHECK(!knows(&none, URING_OP_ACCEPT));
    CHECK(!none.modern);
}

URING_TEST(flags_of_the_ring_are_taken_away)
{
    struct uring_driver self;

    set_up(&self, "defer");
    CHECK_EQ(self.ring.setup & URING_SETUP_DEFER_TASKRUN, 0);
    set_up(&self, "defer,coop");
    CHECK_EQ(self.ring.setup & URING_SETUP_COOP_TASKRUN, 0);
}

URING_TEST(the_log_says_what_there_is)
{
    struct uring_driver self;
    char text[300] = "";
    int saved = dup(STDERR_FILENO);
    int ends[2];

    open_pipe(ends);
    setenv("COIL_DEBUG", "1", 1);
    dup2(ends[1], STDERR_FILENO);
    set_up(&self, "mkdirat");
    dup2(saved, STDERR_FILENO);
    close(saved);
    CHECK(read(ends[0], text, sizeof(text) - 1) > 0);
    CHECK_HAS(text, "io_uring");
    CHECK_HAS(text, "mkdirat");
    close_both(ends);
}
