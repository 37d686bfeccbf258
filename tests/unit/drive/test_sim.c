/* The simulator: its clock, its order, its seeds. */
#include "sim_world.h"

#include <stdio.h>

#define BEGINNING COIL_SECONDS(1000)

TEST(the_clock_begins_at_1000_s_and_moves_in_wait_only)
{
    struct world world;

    sim_open(&world, 0);
    CHECK_EQ(world_now(&world), BEGINNING);
    usleep(1000);
    CHECK_EQ(world_now(&world), BEGINNING);
    world_wait(&world, 0);
    CHECK_EQ(world_now(&world), BEGINNING);
    wait_alone(&world, BEGINNING + COIL_SECONDS(3600));
    CHECK_EQ(world_now(&world), BEGINNING + COIL_SECONDS(3600));
    world_close(&world);
}

TEST(waiting_for_ever_alone_with_nothing_out_is_edeadlk)
{
    struct world world;

    sim_open(&world, 0);
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), -EDEADLK);
    CHECK_EQ(world_now(&world), BEGINNING);
    CHECK_EQ(wait_alone(&world, BEGINNING + 1), 0);
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), -EDEADLK);
    world_close(&world);
}

static void wake_later(void *arg)
{
    wake(arg);
}

TEST(waiting_for_ever_not_alone_sleeps_until_the_wake)
{
    struct world world;
    struct later waker;

    sim_open(&world, 0);
    later(&waker, 5, wake_later, &world);
    CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
    CHECK_EQ(world_now(&world), BEGINNING);
    later_join(&waker);
    world_close(&world);
}

TEST(a_wake_is_noticed_before_time_moves)
{
    struct world world;

    sim_open(&world, 0);
    wake(&world);
    CHECK_EQ(world_wait(&world, BEGINNING + COIL_SECONDS(5)), 0);
    CHECK_EQ(world_now(&world), BEGINNING);
    CHECK_EQ(world_wait(&world, BEGINNING + COIL_SECONDS(5)), 0);
    CHECK_EQ(world_now(&world), BEGINNING + COIL_SECONDS(5));
    world_close(&world);
}

TEST(a_ready_descriptor_comes_before_any_timer_and_one_that_is_not_after_it)
{
    struct world world;
    struct probe probe;
    int ends[2];

    sim_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, BEGINNING + COIL_SECONDS(5));
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(world_now(&world), BEGINNING + COIL_SECONDS(5));
    put_byte(ends[1]);
    world_wait(&world, BEGINNING + COIL_SECONDS(9));
    CHECK_EQ(probe.done, 1);
    CHECK_EQ(world_now(&world), BEGINNING + COIL_SECONDS(5));
    close_both(ends);
    world_close(&world);
}

TEST(a_descriptor_is_waited_for_really_when_nothing_else_is_to_come)
{
    struct world world;
    struct probe probe;
    struct later writer;
    int ends[2];

    sim_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    later(&writer, 5, put_byte_later, &ends[1]);
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), 0);
    CHECK_EQ(probe.done, 1);
    CHECK_EQ(world_now(&world), BEGINNING);
    later_join(&writer);
    close_both(ends);
    world_close(&world);
}

/* --- order --- */

enum { CALLS = 24, PIPES = 8 };

/* A small program of calls, polls and cancels, and what became of it, as text. */
struct story {
    struct world world;
    struct op_call blocks[CALLS];
    struct probe calls[CALLS];
    struct probe polls[PIPES];
    char text[4096];
    size_t length;
    int64_t took_ns;
};

static struct story *telling;

static void tell(const char *what, long which, int64_t result)
{
    struct story *story = telling;

    story->length += (size_t)snprintf(
        story->text + story->length, sizeof(story->text) - story->length, "%lld %s %ld %lld\n",
        (long long)(world_now(&story->world) - BEGINNING), what, which, (long long)result);
}

static void tell_run(struct op_call *block)
{
    tell("run", (long)(block - telling->blocks), 0);
}

static void tell_free(struct op_call *block)
{
    tell("free", (long)(block - telling->blocks), 0);
}

static void tell_done(struct probe *probe)
{
    if (probe->op.kind == OP_CALL)
        tell("call", (long)(probe - telling->calls), probe->op.result);
    else
        tell("poll", (long)(probe - telling->polls), probe->op.result);
}

static void submit_call(struct story *story, int i)
{
    struct probe *probe = &story->calls[i];

    story->blocks[i].run = tell_run;
    story->blocks[i].free = tell_free;
    probe_init(probe, &story->world);
    probe->then = tell_done;
    probe->op.kind = OP_CALL;
    probe->op.call.block = &story->blocks[i];
    coil__drive_submit(story->world.driver, &probe->op);
}

static void story_tell(struct story *story, uint64_t seed)
{
    int ends[2];

    memset(story, 0, sizeof(*story));
    telling = story;
    sim_open(&story->world, seed);
    open_pipe(ends);
    put_byte(ends[1]);
    for (int i = 0; i < CALLS; i++)
        submit_call(story, i);
    for (int i = 0; i < PIPES; i++) {
        probe_poll(&story->polls[i], &story->world, ends[0], POLLIN);
        story->polls[i].then = tell_done;
    }
    for (int i = 0; i < CALLS; i += 4)
        probe_cancel(&story->calls[i]);
    while (story->world.done < CALLS + PIPES)
        CHECK_EQ(wait_alone(&story->world, COIL_FOREVER), 0);
    CHECK_EQ(wait_alone(&story->world, COIL_FOREVER), -EDEADLK);
    for (int i = 0; i < CALLS; i++)
        CHECK_EQ(story->calls[i].done, 1);
    story->took_ns = world_now(&story->world) - BEGINNING;
    close_both(ends);
    world_close(&story->world);
}

TEST(without_a_seed_all_is_in_order_and_takes_no_time)
{
    static struct story story;

    story_tell(&story, 0);
    for (int i = 0; i < CALLS; i++) {
        CHECK_EQ(story.calls[i].op.result, i % 4 ? 0 : -ECANCELED);
        if (i % 4 > 1)
            CHECK(story.calls[i].place > story.calls[i - 1].place);
    }
    CHECK_EQ(story.took_ns, 0);
    for (int i = 1; i < PIPES; i++)
        CHECK_EQ(story.polls[i].place, story.polls[i - 1].place + 1);
    CHECK(strncmp(story.text, "0 run 1 0\n", 10) == 0);
    CHECK(strstr(story.text, "run 0 0") == NULL);
    CHECK(strstr(story.text, "run 4 0") == NULL);
}

TEST(a_seed_repeats_exactly_and_seeds_differ)
{
    static struct story first;
    static struct story again;
    static struct story other;
    int same = 0;

    for (uint64_t seed = 1; seed <= 100; seed++) {
        story_tell(&first, seed);
        story_tell(&again, seed);
        CHECK_STR(first.text, again.text);
        story_tell(&other, seed + 1);
        same += strcmp(first.text, other.text) == 0;
    }
    CHECK_EQ(same, 0);
}

/* Over the seeds, everything that may happen does. */
TEST(seeds_explore_delays_late_cancels_and_orders)
{
    static struct story story;
    int ran_though_canceled = 0;
    int delayed = 0;
    int never_ran = 0;
    int backwards = 0;

    for (uint64_t seed = 1; seed <= 50; seed++) {
        story_tell(&story, seed);
        CHECK(story.calls[0].op.result == -ECANCELED);
        if (strstr(story.text, " run 0 0\n"))
            ran_though_canceled++;
        else
            never_ran++;
        delayed += story.took_ns > COIL_US(100);
        backwards += story.calls[2].place < story.calls[1].place;
        CHECK(strstr(story.text, " free 0 0\n") != NULL);
    }
    CHECK(ran_though_canceled > 5);
    CHECK(never_ran > 5);
    CHECK(backwards > 5);
    CHECK(delayed > 40);
}

TEST(with_a_seed_ops_due_at_the_same_time_come_in_any_order)
{
    static struct story story;
    int ties = 0;
    int reversed = 0;

    telling = &story;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        memset(&story, 0, sizeof(story));
        sim_open(&story.world, seed);
        submit_call(&story, 0);
        submit_call(&story, 1);
        while (story.world.done < 2)
            CHECK_EQ(wait_alone(&story.world, COIL_FOREVER), 0);
        if (world_now(&story.world) == BEGINNING) {
            ties++;
            reversed += story.calls[0].place == 2;
        }
        world_close(&story.world);
    }
    CHECK(ties > 20);
    CHECK(reversed > ties / 4 && reversed < ties * 3 / 4);
}

TEST(with_a_seed_an_attempt_may_find_nothing)
{
    struct world world;
    struct probe probe;
    int ends[2];
    int found = 0;

    sim_open(&world, 3);
    open_pipe(ends);
    put_byte(ends[1]);
    probe_init(&probe, &world);
    probe.op.fd = ends[0];
    probe.op.poll.events = POLLIN;
    for (int i = 0; i < 100; i++)
        found += world.driver->ops->attempt(world.driver, &probe.op) == POLLIN;
    CHECK(found > 20 && found < 80);
    close_both(ends);
    world_close(&world);
}
