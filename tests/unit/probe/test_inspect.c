/* Live control: what coil/inspect.h promises. */
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include <coil/coil.h>
#include <coil/inspect.h>

#include "base/fault.h"
#include "kit.h"

#define LIMIT COIL_SECONDS(8)

static struct coil_thread *thread;
static struct coil_loop *loop;

static void open_loop(void)
{
    thread = coil_thread_open(NULL);
    CHECK(thread != NULL);
    loop = coil_thread_loop(thread);
}

static int64_t finish(struct coil_cfuture *handle)
{
    int64_t status;

    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    status = coil_cfuture_result(handle, 0).status;
    coil_cfuture_unref(handle);
    return status;
}

static struct coil_snapshot *look(void)
{
    struct coil_snapshot *now = NULL;

    CHECK_EQ(coil_snapshot_open(loop, LIMIT, &now), 0);
    return now;
}

/* The task of that name, when it is in that state. */
static struct coil_task_info find(const char *name, enum coil_task_state state)
{
    for (int ms = 0; ms < LIMIT / COIL_MS(1); ms++) {
        struct coil_snapshot *now = look();

        for (size_t i = 0; i < now->count; i++)
            if (strcmp(now->tasks[i].name, name) == 0 && now->tasks[i].state == state) {
                struct coil_task_info found = now->tasks[i];

                coil_snapshot_close(now);
                return found;
            }
        coil_snapshot_close(now);
        usleep(1000);
    }
    FAIL("there is no task %s that is %s", name, coil_task_state_name(state));
}

static coil_async struct coil_result wait_for_ever(void *unused)
{
    struct coil_event never = {0};

    (void)unused;
    return coil_error(coil_event_wait(&never));
}

static coil_async struct coil_result sleep_long(void *unused)
{
    (void)unused;
    return coil_error(coil_sleep(COIL_SECONDS(1000)));
}

/* parent -> child, each by its name. */
static coil_async struct coil_result await_child(void *fn)
{
    struct coil_task_options options = {.name = "child"};
    struct coil_future *child = coil_create_task_with(*(coil_coroutine_fn **)fn, NULL, &options);

    return coil_join(child);
}

static struct coil_cfuture *submit_family(coil_coroutine_fn **fn)
{
    return coil_submit_with(thread, await_child, fn, &(struct coil_task_options){.name = "parent"});
}

TEST(snapshot_tells_who_waits_for_whom_and_who_made_whom)
{
    coil_coroutine_fn *fn = wait_for_ever;
    struct coil_cfuture *handle;
    struct coil_task_info parent, child;
    struct coil_snapshot *now;

    open_loop();
    handle = submit_family(&fn);
    child = find("child", COIL_TASK_WAITING);
    parent = find("parent", COIL_TASK_WAITING);
    CHECK_EQ(parent.id, coil_cfuture_task_id(handle));
    CHECK_EQ(parent.parent_id, 0);
    CHECK_EQ(child.parent_id, parent.id);
    CHECK_EQ(parent.waits_for_id, child.id);
    CHECK_STR(parent.waits_for, "child");
    CHECK_EQ(child.waits_for_id, 0);
    CHECK_HAS(child.waits_for, "vent"); /* an event */
    CHECK_HAS(child.place, "test_inspect.c:");
    CHECK_HAS(parent.place, "await_child");
    CHECK_EQ(parent.deadline_ns, COIL_FOREVER);
    CHECK_EQ(parent.switches, 1);
    CHECK(parent.stack_bytes > 0);
    CHECK(parent.age_ns >= 0 && parent.age_ns < LIMIT);
    now = look();
    CHECK_EQ(now->count, 2);
    CHECK(now->tasks[0].id < now->tasks[1].id);
    CHECK(now->time_ns > 0 || strcmp(coil_loop_driver(loop), "sim") == 0);
    coil_snapshot_close(now);
    coil_thread_close(thread);
    CHECK_EQ(finish(handle), -ECANCELED);
}

static coil_async struct coil_result look_at_myself(void *unused)
{
    struct coil_event event = {0};
    struct coil_future *other, *waiter;
    struct coil_snapshot *now;
    struct coil_future *promise = coil_create_future();

    (void)event;
    (void)unused;
    other = coil_create_task(sleep_long, NULL);
    waiter = coil_create_task((coil_coroutine_fn *)coil_await, promise);
    now = look();
    CHECK_EQ(now->count, 3);
    CHECK_EQ(now->tasks[0].state, COIL_TASK_RUNNING);
    CHECK_EQ(now->tasks[1].state, COIL_TASK_READY); /* has not started */
    CHECK_STR(now->tasks[1].waits_for, "");
    CHECK_EQ(coil_loop_stuck(loop), now->tasks[0].id);
    coil_snapshot_close(now);
    coil_yield();
    coil_future_set_result(promise, coil_number(1), NULL);
    now = look();
    CHECK_EQ(now->tasks[1].state, COIL_TASK_WAITING);
    CHECK_STR(now->tasks[1].waits_for, "sleep");
    CHECK_EQ(now->tasks[2].state, COIL_TASK_READY); /* what it waited for is there */
    CHECK_STR(now->tasks[2].waits_for, "");
    coil_snapshot_close(now);
    coil_future_cancel(other, NULL);
    now = look();
    CHECK_EQ(now->tasks[1].state, COIL_TASK_CANCELLING);
    coil_snapshot_close(now);
    CHECK_EQ(coil_join(other).status, -ECANCELED);
    CHECK_EQ(coil_join(waiter).status, 1);
    coil_future_unref(promise);
    return coil_value(NULL);
}

DRIVER_TEST(states_are_told_as_they_are)
{
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    struct coil_future *task =
        coil_create_task_with(look_at_myself, NULL, &(struct coil_task_options){.loop = loop});
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0);
    CHECK_EQ(coil_loop_stuck(loop), 0);
    coil_future_unref(task);
    coil_loop_close(loop);
}

TEST(states_have_names)
{
    CHECK_STR(coil_task_state_name(COIL_TASK_READY), "ready");
    CHECK_STR(coil_task_state_name(COIL_TASK_RUNNING), "running");
    CHECK_STR(coil_task_state_name(COIL_TASK_WAITING), "waiting");
    CHECK_STR(coil_task_state_name(COIL_TASK_CANCELLING), "cancelling");
}

TEST(snapshot_of_nothing_is_empty_and_closing_null_is_fine)
{
    struct coil_snapshot *now;

    open_loop();
    now = look();
    CHECK_EQ(now->count, 0);
    coil_snapshot_close(now);
    coil_snapshot_close(NULL);
    coil_thread_close(thread);
}

/* ---- cancel and name ---- */

TEST(cancel_by_id_reaches_an_inner_child)
{
    coil_coroutine_fn *fn = wait_for_ever;
    struct coil_cfuture *handle;
    struct coil_task_info child;

    open_loop();
    handle = submit_family(&fn);
    child = find("child", COIL_TASK_WAITING);
    CHECK_EQ(coil_cancel_id(loop, child.id, "by the operator"), 0);
    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    CHECK_EQ(coil_cfuture_result(handle, 0).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(handle)), "by the operator");
    CHECK_EQ(coil_cancel_id(loop, child.id, NULL), -ESRCH); /* it is done */
    CHECK_EQ(coil_cancel_id(loop, 12345, NULL), -ESRCH);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

TEST(name_can_be_given_from_outside)
{
    coil_coroutine_fn *fn = wait_for_ever;
    struct coil_cfuture *handle;
    struct coil_task_info child;
    char name[] = "renamed";

    open_loop();
    handle = submit_family(&fn);
    child = find("child", COIL_TASK_WAITING);
    CHECK_EQ(coil_set_name_id(loop, child.id, name), 0);
    name[0] = 'x'; /* it was copied */
    CHECK_EQ(find("renamed", COIL_TASK_WAITING).id, child.id);
    CHECK_EQ(coil_set_name_id(loop, 999, "nobody"), -ESRCH);
    coil_thread_close(thread);
    CHECK_EQ(finish(handle), -ECANCELED);
}

/* ---- deadlines ---- */

static coil_async struct coil_result limited(void *seconds)
{
    struct coil_timeout outer, inner;
    int64_t status;

    coil_timeout_enter(&outer, COIL_SECONDS(5000));
    coil_timeout_enter(&inner, COIL_SECONDS((intptr_t)seconds));
    status = wait_for_ever(NULL).status;
    status = coil_timeout_exit(&inner, status);
    CHECK_EQ(coil_timeout_exit(&outer, status), status);
    return coil_error(status);
}

TEST(deadline_is_the_nearest_and_can_be_moved_while_it_runs)
{
    struct coil_task_options options = {.name = "limited"};
    struct coil_cfuture *handle;
    struct coil_snapshot *now;
    struct coil_task_info info;

    open_loop();
    if (strcmp(coil_loop_driver(loop), "sim") == 0) {
        coil_thread_close(thread);
        SKIP("virtual time does not wait for the operator");
    }
    handle = coil_submit_with(thread, limited, (void *)1000, &options);
    info = find("limited", COIL_TASK_WAITING);
    now = look();
    CHECK(info.deadline_ns > now->time_ns + COIL_SECONDS(900));
    CHECK(info.deadline_ns <= now->time_ns + COIL_SECONDS(1000));
    coil_snapshot_close(now);
    CHECK_EQ(coil_set_deadline_id(loop, info.id, COIL_FOREVER), 0); /* off: the outer one is left */
    info = find("limited", COIL_TASK_WAITING);
    CHECK(info.deadline_ns > COIL_SECONDS(1000));
    CHECK_EQ(coil_set_deadline_id(loop, info.id, COIL_SECONDS(10)), 0); /* on again */
    CHECK(find("limited", COIL_TASK_WAITING).deadline_ns < info.deadline_ns);
    CHECK_EQ(coil_cfuture_wait(handle, COIL_MS(10)), -ETIMEDOUT);
    CHECK_EQ(coil_set_deadline_id(loop, info.id, COIL_MS(1)), 0);
    CHECK_EQ(finish(handle), -ETIMEDOUT);
    CHECK_EQ(coil_set_deadline_id(loop, info.id, COIL_MS(1)), -ESRCH);
    coil_thread_close(thread);
}

TEST(deadline_in_the_past_fires_at_once)
{
    struct coil_cfuture *handle;

    open_loop();
    if (strcmp(coil_loop_driver(loop), "sim") == 0) {
        coil_thread_close(thread);
        SKIP("virtual time does not wait for the operator");
    }
    handle =
        coil_submit_with(thread, limited, (void *)1000, &(struct coil_task_options){.name = "l"});
    CHECK_EQ(coil_set_deadline_id(loop, find("l", COIL_TASK_WAITING).id, -COIL_SECONDS(1)), 0);
    CHECK_EQ(finish(handle), -ETIMEDOUT);
    coil_thread_close(thread);
}

TEST(deadline_of_a_task_without_a_scope_is_refused)
{
    struct coil_cfuture *handle;

    open_loop();
    handle =
        coil_submit_with(thread, wait_for_ever, NULL, &(struct coil_task_options){.name = "w"});
    CHECK_EQ(coil_set_deadline_id(loop, find("w", COIL_TASK_WAITING).id, COIL_MS(1)), -ENOENT);
    coil_thread_close(thread);
    CHECK_EQ(finish(handle), -ECANCELED);
}

/* ---- stuck, stopped, out of memory ---- */

struct stuck {
    sem_t in, out;
};

static struct coil_result be_stuck(void *arg)
{
    struct stuck *stuck = arg;

    sem_post(&stuck->in);
    sem_wait(&stuck->out);
    return coil_value(NULL);
}

TEST(stuck_loop_gives_a_timeout_and_tells_which_task_it_is)
{
    struct coil_snapshot *now = (struct coil_snapshot *)&now;
    struct coil_cfuture *handle;
    struct stuck stuck;

    open_loop();
    CHECK_EQ(coil_loop_stuck(loop), 0);
    sem_init(&stuck.in, 0, 0);
    sem_init(&stuck.out, 0, 0);
    handle = coil_submit(thread, be_stuck, &stuck);
    sem_wait(&stuck.in);
    CHECK_EQ(coil_snapshot_open(loop, COIL_MS(10), &now), -ETIMEDOUT);
    CHECK_PTR(now, NULL);
    CHECK(coil_loop_stuck(loop) != 0);
    CHECK_EQ(coil_loop_stuck(loop), coil_cfuture_task_id(handle));
    sem_post(&stuck.out);
    CHECK_EQ(finish(handle), 0);
    coil_snapshot_close(look());
    CHECK_EQ(coil_loop_stuck(loop), 0);
    coil_thread_close(thread);
}

TEST(stopped_loop_answers_nothing)
{
    struct coil_snapshot *now;

    open_loop();
    coil_thread_stop(thread, NULL);
    CHECK_EQ(coil_snapshot_open(loop, LIMIT, &now), -COIL_ESTOPPED);
    CHECK_PTR(now, NULL);
    CHECK_EQ(coil_cancel_id(loop, 1, NULL), -COIL_ESTOPPED);
    CHECK_EQ(coil_set_deadline_id(loop, 1, 0), -COIL_ESTOPPED);
    CHECK_EQ(coil_set_name_id(loop, 1, "x"), -COIL_ESTOPPED);
    coil_thread_close(thread);
}

TEST(out_of_memory_is_told_and_leaks_nothing)
{
    struct coil_snapshot *now;
    int err = -ENOMEM;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    for (uint64_t k = 1; err != 0; k++) {
        CHECK_EQ(err, -ENOMEM);
        CHECK(k < 10);
        coil__fault_arm(FAULT_ALLOC, k, true);
        err = coil_snapshot_open(loop, LIMIT, &now);
        coil__fault_arm(FAULT_ALLOC, 0, false);
    }
    coil_snapshot_close(now);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(coil_cancel_id(loop, 1, NULL), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_loop_close(loop);
}

/* Asked all the time while it stops, the loop's thread alone looks at its tasks. */
static void *keep_asking(void *unused)
{
    struct coil_snapshot *now;
    int err;

    (void)unused;
    do {
        err = coil_snapshot_open(loop, LIMIT, &now);
        coil_snapshot_close(now);
    } while (err == 0);
    CHECK_EQ(err, -COIL_ESTOPPED);
    return NULL;
}

TEST(snapshots_may_be_taken_while_it_stops)
{
    for (int round = 0; round < kit_effort(30); round++) {
        struct coil_cfuture *handle[20];
        pthread_t asker;

        open_loop();
        pthread_create(&asker, NULL, keep_asking, NULL);
        for (int i = 0; i < 20; i++)
            handle[i] = coil_submit(thread, wait_for_ever, NULL);
        coil_thread_stop(thread, NULL);
        pthread_join(asker, NULL);
        for (int i = 0; i < 20; i++)
            coil_cfuture_unref(handle[i]);
        coil_thread_close(thread);
    }
}
