/*
 * No handle is ever left pending, by a loop that is run by hand either: never run, stopped, closed,
 * or cut short because its thread ends inside it.
 */
#include "jobs.h"

static void submit_by_hand(struct coil_loop *loop, struct coil_cfuture **handle, int n)
{
    for (int i = 0; i < n; i++)
        handle[i] = coil_run_coroutine_threadsafe(loop, wait_for_ever, NULL);
    coil_cfuture_cancel(handle[0]);
}

static void check_by_hand(struct coil_cfuture **handle, int n)
{
    for (int i = 0; i < n; i++) {
        int64_t status = finish(handle[i]);

        CHECK(status == -COIL_ESTOPPED || status == -ECANCELED);
    }
}

DRIVER_TEST(no_handle_is_left_pending_by_a_loop_that_never_ran)
{
    struct coil_cfuture *handle[3];
    struct coil_loop *loop;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    submit_by_hand(loop, handle, 3);
    CHECK(!coil_cfuture_done(handle[1]));
    coil_loop_close(loop);
    check_by_hand(handle, 3);
}

DRIVER_TEST(no_handle_is_left_pending_by_a_loop_that_was_stopped_by_hand)
{
    struct coil_cfuture *handle[6];
    struct coil_loop *loop;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    submit_by_hand(loop, handle, 3);
    coil_loop_stop(loop);
    CHECK_EQ(coil_loop_run_forever(loop), 0); /* one turn */
    coil_loop_stop(loop);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    submit_by_hand(loop, handle + 3, 3);
    errors_begin();
    coil_loop_close(loop);
    free(errors_end());
    check_by_hand(handle, 6);
}

static struct coil_cfuture *of_main[3];

static coil_async struct coil_result submit_to_myself(void *unused)
{
    (void)unused;
    submit_by_hand(coil_loop_current(), of_main, 3);
    coil_yield();
    return coil_value(NULL);
}

DRIVER_TEST(no_handle_is_left_pending_when_a_program_ends)
{
    CHECK_EQ(coil_run(submit_to_myself, NULL).status, 0);
    check_by_hand(of_main, 3);
}

/*
 * ---- the thread ends while its loop runs ----
 *
 * A way is a function that runs in a thread of its own and does not come back. Whoever opened the
 * loop closes it afterwards.
 */

static struct coil_loop *doomed;
static sem_t about_to;

static int unwound; /* frames of the thread that were left as they should be */

static void count_unwound(void *unused)
{
    (void)unused;
    unwound++;
}

static void die(void *unused)
{
    end_thread(unused);
}

static void run_forever_with(coil_call_fn *fn)
{
    struct coil_call call;

    coil_call_init(&call, fn, NULL);
    coil_call_soon(doomed, &call);
    coil_loop_run_forever(doomed);
}

static struct coil_future *make_deadly(void)
{
    struct coil_task_options options = {.loop = doomed};

    return coil_create_task_with(end_thread, NULL, &options);
}

static void in_a_coroutine(void)
{
    coil_future_unref(make_deadly());
    coil_loop_run_forever(doomed);
}

static void in_run_until_complete(void)
{
    struct coil_future *deadly = make_deadly();

    pthread_cleanup_push((void (*)(void *))coil_future_unref, deadly);
    coil_loop_run_until_complete(doomed, deadly); /* not in a task */
    pthread_cleanup_pop(0);
}

static void in_a_callback(void)
{
    run_forever_with(die);
}

/* Has something of its own in the loop's queues, on the frame around the inner run. */
static void turn_inside(void *unused)
{
    struct coil_future *deadly = make_deadly();
    struct coil_call soon, later;

    (void)unused;
    coil_call_init(&soon, die, NULL);
    coil_call_init(&later, die, NULL);
    coil_call_later(doomed, &later, COIL_SECONDS(600));
    pthread_cleanup_push((void (*)(void *))coil_future_unref, deadly);
    coil_loop_run_until_complete(doomed, deadly); /* not in a task */
    pthread_cleanup_pop(0);
}

static void in_a_nested_run(void)
{
    run_forever_with(turn_inside);
}

static struct coil_var colour = COIL_VAR("colour", "none");

/* It has set a variable: its context is not the one it was parked with. */
static coil_async struct coil_result die_with_context(void *unused)
{
    coil_yield();
    coil_var_set(&colour, "red");
    coil_yield();
    coil_var_set(&colour, "blue");
    return end_thread(unused);
}

static void with_a_context(void)
{
    struct coil_task_options options = {.loop = doomed};

    coil_future_unref(coil_create_task_with(die_with_context, NULL, &options));
    coil_loop_run_forever(doomed);
}

static coil_async struct coil_result die_when_cancelled(void *unused)
{
    wait_for_ever(NULL);
    return end_thread(unused);
}

/* Several, each when it is told that the thread ends. */
static void again_and_again(void)
{
    struct coil_task_options options = {.loop = doomed};

    for (int i = 0; i < 3; i++)
        coil_future_unref(coil_create_task_with(die_when_cancelled, NULL, &options));
    in_a_coroutine();
}

static void leave_run(void *unused)
{
    (void)unused;
    coil_loop_stop(doomed);
}

static void while_it_is_closed(void)
{
    struct coil_task_options options = {.loop = doomed};

    coil_future_unref(coil_create_task_with(die_when_cancelled, NULL, &options));
    run_forever_with(leave_run);
    coil_loop_close(doomed);
}

static const struct way {
    const char *name;
    void (*end)(void);
    bool on_its_stack; /* pthread_exit on a coroutine's */
    bool closed;       /* by itself */
} ways[] = {
    {"in a coroutine", in_a_coroutine, true, false},
    {"in run_until_complete", in_run_until_complete, true, false},
    {"in a callback", in_a_callback, false, false},
    {"in a nested run", in_a_nested_run, true, false},
    {"with a context", with_a_context, true, false},
    {"again and again", again_and_again, true, false},
    {"while it is closed", while_it_is_closed, true, true},
};

static void *live_and_die(void *arg)
{
    const struct way *way = arg;

    await_post(&about_to);
    pthread_cleanup_push(count_unwound, NULL);
    way->end();
    pthread_cleanup_pop(0);
    FAIL("the thread goes on");
}

static void try_way(const struct way *way)
{
    struct coil_cfuture *handle[6];
    struct coil_call late;
    pthread_t thread;

    unwound = 0;
    CHECK_EQ(coil_loop_open(NULL, &doomed), 0);
    sem_init(&about_to, 0, 0);
    pthread_create(&thread, NULL, live_and_die, (void *)(uintptr_t)way);
    submit_by_hand(doomed, handle, 6);
    sem_post(&about_to);
    for (int i = 0; i < 6; i++) {
        int64_t status = finish(handle[i]);

        if (status != -COIL_EDIED && status != -ECANCELED)
            FAIL("%s: a handle ended with %s", way->name, coil_strerror(status));
    }
    pthread_join(thread, NULL);
    CHECK_EQ(unwound, 1);
    if (!way->closed) {
        coil_call_init(&late, die, NULL);
        CHECK_EQ(coil_call_soon_threadsafe(doomed, &late), -COIL_ESTOPPED);
        CHECK_EQ(finish(coil_run_coroutine_threadsafe(doomed, give_number, NULL)), -COIL_ESTOPPED);
        CHECK_EQ(coil_loop_run_forever(doomed), -COIL_EDIED);
        CHECK(coil_loop_driver(doomed) != NULL);
        coil_loop_stop(doomed);
        coil_loop_close(doomed);
    }
    sem_destroy(&about_to);
}

DRIVER_TEST(no_handle_is_left_pending_when_a_thread_ends_in_a_loop_run_by_hand)
{
    errors_begin(); /* tasks that are pending are reported */
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (!(UNDER_TSAN && ways[i].on_its_stack))
            try_way(&ways[i]);
    free(errors_end());
}

/* What a thread held of its loop outlives it, and has an end. */
static struct coil_future *held[2];

static void *hold_and_die(void *unused)
{
    held[0] = coil_loop_create_future(doomed);
    held[1] = make_deadly();
    coil_loop_run_until_complete(doomed, held[0]); /* not in a task */
    return unused;
}

DRIVER_TEST(futures_of_a_loop_whose_thread_ended_fail_with_that)
{
    pthread_t thread;

    if (UNDER_TSAN)
        SKIP("the thread sanitizer allows no pthread_exit on a coroutine's stack");
    CHECK_EQ(coil_loop_open(NULL, &doomed), 0);
    errors_begin();
    pthread_create(&thread, NULL, hold_and_die, NULL);
    pthread_join(thread, NULL);
    free(errors_end());
    coil_loop_close(doomed);
    for (int i = 0; i < 2; i++) {
        CHECK(coil_future_done(held[i]));
        CHECK_EQ(coil_future_result(held[i]).status, -COIL_EDIED);
        coil_future_unref(held[i]);
    }
}

static struct coil_cfuture *of_program[3];

static coil_async struct coil_result submit_and_die(void *unused)
{
    submit_by_hand(coil_loop_current(), of_program, 3);
    coil_yield();
    sem_post(&about_to);
    return end_thread(unused);
}

static void *run_program(void *unused)
{
    coil_run(submit_and_die, NULL);
    return unused;
}

DRIVER_TEST(no_handle_is_left_pending_when_a_thread_ends_in_coil_run)
{
    pthread_t thread;

    if (UNDER_TSAN)
        SKIP("the thread sanitizer allows no pthread_exit on a coroutine's stack");
    sem_init(&about_to, 0, 0);
    errors_begin();
    pthread_create(&thread, NULL, run_program, NULL);
    await_post(&about_to);
    for (int i = 0; i < 3; i++) {
        int64_t status = finish(of_program[i]);

        CHECK(status == -COIL_EDIED || status == -ECANCELED);
    }
    pthread_join(thread, NULL);
    free(errors_end());
}
