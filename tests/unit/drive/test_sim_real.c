/* What the simulator waits for in the real world: the ends of children, words in memory. */
#include "sim_world.h"

#include <limits.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "drive/serve.h"
#include "mach/sys.h"

enum { CHILDREN = 8 };

/* Children that have all ended, and nobody has waited for. */
struct family {
    struct world world;
    struct probe probes[CHILDREN];
    siginfo_t infos[CHILDREN];
    pid_t pids[CHILDREN];
    int fds[CHILDREN];
    char order[CHILDREN + 1];
};

static void give_birth(struct family *family)
{
    siginfo_t info;

    if (kit_under_valgrind())
        SKIP("valgrind knows no pidfds");
    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(i);
        family->pids[i] = pid;
        family->fds[i] = (int)syscall(SYS_pidfd_open, pid, 0);
        CHECK(family->fds[i] >= 0);
        CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    }
}

static void wait_for(struct family *family, int i)
{
    probe_op(&family->probes[i], &family->world, OP_WAITID, family->fds[i])->waitid.info =
        &family->infos[i];
    probe_go(&family->probes[i]);
}

static void bury(struct family *family)
{
    for (int i = 0; i < CHILDREN; i++) {
        family->world.driver->ops->forget(family->world.driver, family->fds[i]);
        close(family->fds[i]);
        waitpid(family->pids[i], NULL, WNOHANG); /* who has been canceled */
    }
}

/* Which child was told of first, and so on. */
static const char *order_of_ends(struct family *family, uint64_t seed)
{
    sim_open(&family->world, seed);
    give_birth(family);
    for (int i = 0; i < CHILDREN; i++)
        wait_for(family, i);
    for (int i = 0; i < CHILDREN; i++)
        CHECK_EQ(world_finish(&family->world, &family->probes[i]), 0);
    for (int i = 0; i < CHILDREN; i++) {
        CHECK_EQ(family->infos[i].si_pid, family->pids[i]);
        CHECK_EQ(family->infos[i].si_status, i);
        family->order[family->probes[i].place - 1] = (char)('0' + i);
    }
    bury(family);
    world_close(&family->world);
    return family->order;
}

TEST(without_a_seed_children_are_told_of_in_the_order_in_which_they_were_asked_for)
{
    struct family family = {.order = ""};

    CHECK_STR(order_of_ends(&family, 0), "01234567");
}

TEST(a_seed_puts_the_ends_of_children_in_an_order_of_its_own_and_repeats_it)
{
    int orders = 0;

    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct family first = {.order = ""};
        struct family second = {.order = ""};

        CHECK_STR(order_of_ends(&first, seed), order_of_ends(&second, seed));
        orders += strcmp(first.order, "01234567") != 0;
    }
    CHECK(orders > 5);
}

TEST(the_end_of_a_child_takes_simulated_time_if_there_is_a_seed)
{
    int64_t latest = 0;

    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct family family = {.order = ""};
        int64_t begin;

        sim_open(&family.world, seed);
        begin = world_now(&family.world);
        give_birth(&family);
        wait_for(&family, 0);
        CHECK_EQ(world_finish(&family.world, &family.probes[0]), 0);
        latest = world_now(&family.world) > latest ? world_now(&family.world) : latest;
        CHECK(world_now(&family.world) - begin < COIL_MS(20));
        bury(&family);
        world_close(&family.world);
    }
    CHECK(latest > COIL_SECONDS(1000));
}

/* Canceled between its end and the time at which that is told. */
TEST(a_canceled_wait_for_a_child_has_reaped_it_or_not)
{
    int canceled = 0, late = 0;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct family family = {.order = ""};

        sim_open(&family.world, seed);
        give_birth(&family);
        for (int i = 0; i < CHILDREN; i++)
            wait_for(&family, i);
        world_wait(&family.world, 0); /* their ends are seen, and those without delay told */
        for (int i = 0; i < CHILDREN; i++) {
            bool told = family.probes[i].done;
            siginfo_t info;
            bool reaped;

            if (!told)
                probe_cancel(&family.probes[i]);
            reaped = waitid(P_PID, (id_t)family.pids[i], &info, WEXITED | WNOWAIT) != 0;
            CHECK_EQ(world_finish(&family.world, &family.probes[i]), reaped ? 0 : -ECANCELED);
            canceled += !reaped;
            late += !told && reaped;
        }
        bury(&family);
        world_close(&family.world);
    }
    CHECK(canceled > 5 && late > 5);
}

TEST(in_a_world_full_of_trouble_somebody_else_has_waited_for_the_child)
{
    struct family family = {.order = ""};

    setenv("COIL_SIM_FAULTS", "1000000", 1);
    sim_open(&family.world, 1);
    give_birth(&family);
    for (int i = 0; i < CHILDREN; i++) {
        wait_for(&family, i);
        CHECK_EQ(world_finish(&family.world, &family.probes[i]), -ECHILD);
        CHECK_EQ(waitpid(family.pids[i], NULL, WNOHANG), -1); /* and left no zombie */
    }
    bury(&family);
    world_close(&family.world);
}

/* --- words --- */

static uint32_t word;

static void begin_wait(struct probe *probe, struct world *world)
{
    struct op *op = probe_op(probe, world, OP_FUTEX, -1);

    op->futex.word = &word;
    op->futex.expected = 0;
    probe_go(probe);
}

static void wake_one(void *arg)
{
    (void)arg;
    while (coil__sys_futex_wake_shared(&word, 1) == 0)
        ;
}

TEST(waiting_alone_for_a_word_is_no_deadlock_for_others_may_wake_it)
{
    struct world world;
    struct probe probe;
    struct later waker;
    int64_t begin;

    sim_open(&world, 0);
    begin = world_now(&world);
    begin_wait(&probe, &world);
    later(&waker, 2, wake_one, NULL);
    while (!probe.done)
        CHECK_EQ(wait_alone(&world, begin + COIL_SECONDS(3600)), 0);
    CHECK_EQ(probe.op.result, 0);
    CHECK_EQ(world_now(&world), begin); /* it has not run ahead of who wakes */
    later_join(&waker);
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), -EDEADLK);
    world_close(&world);
}

TEST(by_a_seed_some_are_woken_for_nothing)
{
    struct world world;
    struct probe probe;
    int for_nothing = 0;

    sim_open(&world, 5);
    for (int i = 0; i < 100; i++) {
        begin_wait(&probe, &world);
        for (int look = 0; look < 3 && !probe.done; look++)
            world_wait(&world, world_now(&world) + COIL_MS(1));
        if (!probe.done)
            probe_cancel(&probe);
        for_nothing += world_finish(&world, &probe) == 0;
    }
    CHECK(for_nothing > 2 && for_nothing < 40);
    world_close(&world);
}

TEST(a_wake_up_that_is_due_is_told_though_it_is_canceled)
{
    struct world world;
    struct probe probe;
    int due = 0;

    for (uint64_t seed = 1; seed <= 30; seed++) {
        sim_open(&world, seed);
        begin_wait(&probe, &world);
        while (!probe.done && probe.op.stage != STAGE_DUE) {
            coil__sys_futex_wake_shared(&word, 1);
            world_wait(&world, 0);
        }
        due += !probe.done;
        if (!probe.done)
            probe_cancel(&probe);
        CHECK_EQ(world_finish(&world, &probe), 0);
        world_close(&world);
    }
    CHECK(due > 3);
}
