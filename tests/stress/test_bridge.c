/*
 * The bridge under load, for the thread sanitizer above all: many threads submit, wait, cancel, add
 * callbacks, ask for descriptors and snapshots, wrap, and give up, while loops are stopped at
 * random moments. Some seconds, then all is counted.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <coil/coil.h>
#include <coil/inspect.h>

#include "kit.h"

#define LIMIT COIL_SECONDS(20)

enum { USERS = 4, HANDLES = 16, LOOPS = 2 };

struct user {
    pthread_t thread;
    unsigned seed;
    struct coil_thread **loops;
    struct coil_cfuture *handles[HANDLES];
    struct coil_cfuture_callback callbacks[HANDLES];
    int waiting_callbacks; /* those that have not been called */
    uint64_t made, done;
};

static unsigned roll(struct user *user, unsigned sides)
{
    return (unsigned)rand_r(&user->seed) % sides;
}

/* ---- jobs ---- */

static coil_async struct coil_result nap(void *ms)
{
    return coil_error(coil_sleep(COIL_MS((intptr_t)ms)));
}

static coil_async struct coil_result yield_often(void *times)
{
    int err = 0;

    for (intptr_t i = 0; err == 0 && i < (intptr_t)times; i++)
        err = coil_yield();
    return coil_error(err);
}

static coil_async struct coil_result refuse_cancel(void *ms)
{
    while (coil_sleep(COIL_MS((intptr_t)ms)) == -ECANCELED)
        ;
    return coil_number(1);
}

static coil_async struct coil_result await_child(void *ms)
{
    return coil_join(coil_create_task(nap, ms));
}

static struct coil_result compute(void *number)
{
    return coil_number((intptr_t)number * 2);
}

static coil_async struct coil_result allocate(void *unused)
{
    coil_yield();
    (void)unused;
    return coil_value(malloc(32));
}

static coil_async struct coil_result await_other_loop(void *handle)
{
    struct coil_future *future = coil_wrap_future((struct coil_cfuture *)handle);
    struct coil_result result = coil_await(future);

    coil_future_unref(future);
    return coil_error(result.status < 0 ? result.status : 0);
}

static void give_up(void *handle)
{
    coil_cfuture_unref(handle);
}

/* ---- what users do ---- */

static void submit(struct user *user, int slot)
{
    static coil_coroutine_fn *const jobs[] = {nap, yield_often, refuse_cancel, await_child,
                                              allocate};
    struct coil_task_options freed = {.drop_result = free};
    struct coil_task_options wrapped = {.drop_arg = give_up};
    struct coil_thread *loop = user->loops[roll(user, LOOPS)];
    void *number = (void *)(intptr_t)(roll(user, 3) + 1);
    unsigned kind = roll(user, 7);
    struct coil_cfuture *other = user->handles[roll(user, HANDLES)];

    user->made++;
    if (kind == 6 && other != NULL)
        user->handles[slot] =
            coil_submit_with(loop, await_other_loop, coil_cfuture_ref(other), &wrapped);
    else if (kind >= 5)
        user->handles[slot] = coil_submit_call(loop, compute, number);
    else
        user->handles[slot] =
            coil_submit_with(loop, jobs[kind], number, jobs[kind] == allocate ? &freed : NULL);
}

static void count_callback(struct coil_cfuture *future, void *waiting)
{
    CHECK(coil_cfuture_done(future));
    __atomic_sub_fetch((int *)waiting, 1, __ATOMIC_SEQ_CST);
}

static void finish(struct user *user, int slot)
{
    if (coil_cfuture_wait(user->handles[slot], LIMIT) != 0)
        FAIL("a handle stays pending");
    coil_cfuture_result(user->handles[slot], 0);
    coil_cfuture_unref(user->handles[slot]);
    user->handles[slot] = NULL;
    user->done++;
}

static void look_around(struct user *user)
{
    struct coil_snapshot *now = NULL;
    struct coil_loop *loop = coil_thread_loop(user->loops[roll(user, LOOPS)]);

    if (coil_snapshot_open(loop, LIMIT, &now) == 0 && now->count > 0)
        coil_cancel_id(loop, now->tasks[roll(user, (unsigned)now->count)].id, "by chance");
    coil_loop_stuck(loop);
    coil_snapshot_close(now);
}

static void act(struct user *user, int slot)
{
    struct coil_cfuture *handle = user->handles[slot];

    switch (roll(user, 8)) {
    case 0: coil_cfuture_wait(handle, COIL_US(roll(user, 2000))); break;
    case 1:
    case 2: coil_cfuture_cancel(handle); break;
    case 3: coil_cfuture_cancel_and_wait(handle, COIL_US(roll(user, 500))); break;
    case 4: CHECK(coil_cfuture_fd(handle) >= 0); break;
    case 5: look_around(user); break;
    case 6:
        coil_cfuture_state(handle);
        coil_cfuture_task_id(handle);
        coil_cfuture_exception(handle);
        break;
    default: finish(user, slot);
    }
}

static void *use(void *arg)
{
    struct user *user = arg;
    bool hung_on[HANDLES] = {false};

    for (int i = 0; i < 400; i++) {
        int slot = (int)roll(user, HANDLES);

        if (user->handles[slot] == NULL) {
            submit(user, slot);
        } else if (!hung_on[slot] && roll(user, 4) == 0) {
            __atomic_add_fetch(&user->waiting_callbacks, 1, __ATOMIC_SEQ_CST);
            hung_on[slot] = true; /* one use for each: it is in the user's memory */
            coil_cfuture_add_done_callback(user->handles[slot], &user->callbacks[slot],
                                           count_callback, &user->waiting_callbacks);
        } else {
            act(user, slot);
        }
    }
    for (int slot = 0; slot < HANDLES; slot++)
        if (user->handles[slot] != NULL)
            finish(user, slot);
    return NULL;
}

static void wait_for_callbacks(const struct user *user)
{
    for (int ms = 0; __atomic_load_n(&user->waiting_callbacks, __ATOMIC_SEQ_CST) != 0; ms++) {
        if (ms > LIMIT / COIL_MS(1))
            FAIL("a callback was not called");
        usleep(1000);
    }
}

/* Some users, some loops; with `stops` the loops are stopped under them. */
static void storm(unsigned seed, bool stops)
{
    struct coil_thread *loops[LOOPS];
    struct user users[USERS];
    struct coil_stop_options options = {.drain_ns = seed % 3 == 0 ? COIL_MS(5) : 0};

    memset(users, 0, sizeof(users));
    for (int i = 0; i < LOOPS; i++) {
        loops[i] = coil_thread_open(NULL);
        CHECK(loops[i] != NULL);
    }
    for (unsigned i = 0; i < USERS; i++) {
        users[i].seed = seed * USERS + i + 1;
        users[i].loops = loops;
        pthread_create(&users[i].thread, NULL, use, &users[i]);
    }
    if (stops) {
        usleep(seed % 17 * 1000);
        for (int i = 0; i < LOOPS; i++)
            CHECK_EQ(coil_thread_stop(loops[i], &options), 0); /* all unwind in their grace */
    }
    for (int i = 0; i < USERS; i++)
        pthread_join(users[i].thread, NULL);
    for (int i = 0; i < USERS; i++) {
        wait_for_callbacks(&users[i]);
        CHECK_EQ(users[i].made, users[i].done);
    }
    for (int i = 0; i < LOOPS; i++)
        coil_thread_close(loops[i]);
}

SLOW_TEST(threads_use_loops_in_every_way_at_once, 60)
{
    int rounds = kit_effort(20) / kit_slowness();

    for (int round = 0; round <= rounds; round++)
        storm((unsigned)round, false);
}

SLOW_TEST(threads_use_loops_that_are_stopped_under_them, 60)
{
    int rounds = kit_effort(40) / kit_slowness();

    for (int round = 0; round <= rounds; round++)
        storm((unsigned)round, true);
}

/* ---- plain posting, as fast as it goes ---- */

struct sender {
    pthread_t thread;
    struct coil_thread *loop;
    int posted, ran, last;
};

struct message {
    struct sender *sender;
    int number;
};

static struct coil_result receive(void *arg)
{
    struct message *message = arg;

    CHECK(message->number > message->sender->last); /* in the order of sending */
    message->sender->last = message->number;
    message->sender->ran++;
    free(message);
    return coil_value(NULL);
}

static void *send_many(void *arg)
{
    struct sender *self = arg;
    struct coil_cfuture *last = NULL;

    for (int i = 0; i < self->posted; i++) {
        struct message *message = malloc(sizeof(*message));

        *message = (struct message){self, i};
        coil_cfuture_unref(last);
        last = coil_submit_call(self->loop, receive, message);
        if (i % 64 == 0)
            CHECK_EQ(coil_cfuture_wait(last, LIMIT), 0); /* let it fall asleep */
    }
    CHECK_EQ(coil_cfuture_wait(last, LIMIT), 0);
    coil_cfuture_unref(last);
    return NULL;
}

SLOW_TEST(every_function_of_many_senders_runs_once_and_in_order, 60)
{
    struct coil_thread *loop = coil_thread_open(NULL);
    struct sender senders[6];

    for (int i = 0; i < 6; i++) {
        senders[i] = (struct sender){
            .loop = loop, .posted = kit_effort(10000) / kit_slowness() + 1, .last = -1};
        pthread_create(&senders[i].thread, NULL, send_many, &senders[i]);
    }
    for (int i = 0; i < 6; i++)
        pthread_join(senders[i].thread, NULL);
    coil_thread_close(loop);
    for (int i = 0; i < 6; i++)
        CHECK_EQ(senders[i].ran, senders[i].posted);
}
