/*
 * Loop pools under load, for the thread sanitizer above all: several threads submit with and
 * without keys, batches too, cancel, wait and give up, while pools are shut down at random moments.
 * Then all is counted.
 */
#include <pthread.h>
#include <stdlib.h>

#include <coil/coil.h>
#include <coil/loop_pool.h>

#include "kit.h"
#include "mach/switch.h"

#define LIMIT COIL_SECONDS(20)

enum { USERS = 3, HANDLES = 16, LOOPS = 2, ROUNDS = 12, STEPS = 400, ITEMS = 8 };

static int steps_taken, arguments_made, arguments_dropped, values_made, values_dropped;

struct user {
    pthread_t thread;
    unsigned seed;
    struct coil_executor *pool;
    struct coil_cfuture *handles[HANDLES];
};

static void count(int *number)
{
    __atomic_add_fetch(number, 1, __ATOMIC_SEQ_CST);
}

static unsigned roll(struct user *user, unsigned sides)
{
    return (unsigned)rand_r(&user->seed) % sides;
}

/* ---- jobs ---- */

static void drop_argument(void *argument)
{
    count(&arguments_dropped);
    free(argument);
}

static void drop_value(void *value)
{
    if (value != NULL)
        count(&values_dropped);
    free(value);
}

static coil_async struct coil_result work(void *argument)
{
    int turns = *(const int *)argument, err = 0;

    while (turns-- > 0 && err == 0)
        err = coil_yield();
    if (err != 0)
        return coil_error(err);
    count(&values_made);
    return coil_value(malloc(16));
}

static coil_async struct coil_result linger(void *argument)
{
    int err = coil_sleep(COIL_MS(*(const int *)argument));

    return coil_error(err);
}

/* Awaits a job of the same pool, on whatever loop. */
struct relay {
    int turns;
    struct coil_executor *pool;
};

static coil_async struct coil_result relay(void *argument)
{
    struct relay *self = argument;
    struct coil_job_options options = {.drop_result = drop_value};
    struct coil_cfuture *job =
        coil_executor_submit_batch_with(self->pool, work, &self->turns, 1, &options);
    struct coil_future *wrap = coil_wrap_future(job);
    struct coil_result result = coil_await(wrap);

    coil_future_unref(wrap);
    coil_cfuture_unref(job);
    return coil_error(result.status < 0 ? result.status : 0);
}

/* ---- what users do ---- */

static struct coil_cfuture *submit_one(struct user *user)
{
    static coil_coroutine_fn *const jobs[] = {work, linger, relay};
    struct coil_job_options options = {
        .key = roll(user, 4), .drop_arg = drop_argument, .drop_result = drop_value};
    struct relay *argument = malloc(sizeof(*argument));

    *argument = (struct relay){(int)roll(user, 4), user->pool};
    count(&arguments_made);
    return coil_executor_submit_with(user->pool, jobs[roll(user, 3)], argument, &options);
}

static struct coil_cfuture *submit_batch(struct user *user)
{
    struct coil_job_options options = {.key = roll(user, 4), .drop_result = drop_value};
    int items[ITEMS];

    for (int i = 0; i < ITEMS; i++)
        items[i] = (int)roll(user, 4);
    return coil_executor_submit_batch_with(user->pool, work, items, ITEMS, &options);
}

static void take_away(struct coil_cfuture *handle)
{
    int64_t status;

    if (coil_cfuture_wait(handle, LIMIT) != 0)
        FAIL("a handle stays pending");
    status = coil_cfuture_result(handle, 0).status;
    CHECK(status >= 0 || status == -ECANCELED || status == -COIL_ESTOPPED);
    coil_cfuture_unref(handle);
}

static void step(struct user *user)
{
    struct coil_cfuture **handle = &user->handles[roll(user, HANDLES)];

    if (*handle == NULL) {
        *handle = roll(user, 4) > 0 ? submit_one(user) : submit_batch(user);
        return;
    }
    if (roll(user, 3) == 0)
        coil_cfuture_cancel(*handle);
    if (roll(user, 2) == 0)
        take_away(*handle);
    else
        coil_cfuture_unref(*handle);
    *handle = NULL;
}

static void *use(void *arg)
{
    struct user *user = arg;

    for (int i = 0; i < kit_effort(STEPS); i++) {
        step(user);
        count(&steps_taken);
    }
    for (int i = 0; i < HANDLES; i++)
        if (user->handles[i] != NULL)
            take_away(user->handles[i]);
    return NULL;
}

/* One pool's life, from open to close, with the shutdown somewhere in it. */
static void live(unsigned round)
{
    struct coil_loop_pool_options options = {
        .loops = LOOPS, .placement = round % 2 ? COIL_LEAST_LOADED : COIL_ROUND_ROBIN};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    struct user users[USERS];
    unsigned seed = 7 * round + 1;
    int moment = rand_r(&seed) % (USERS * kit_effort(STEPS)); /* in steps of all users */

    CHECK(pool != NULL);
    __atomic_store_n(&steps_taken, 0, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < USERS; i++) {
        users[i] = (struct user){.seed = USERS * round + i, .pool = pool};
        pthread_create(&users[i].thread, NULL, use, &users[i]);
    }
    while (__atomic_load_n(&steps_taken, __ATOMIC_SEQ_CST) < moment)
        sched_yield();
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    for (unsigned i = 0; i < USERS; i++)
        pthread_join(users[i].thread, NULL);
    CHECK_EQ(coil_executor_jobs(pool), 0);
    coil_executor_close(pool); /* not in a task */
}

SLOW_TEST(jobs_are_settled_and_dropped_once_whenever_the_pool_ends, 120)
{
    for (unsigned round = 0; round < (unsigned)kit_effort(ROUNDS); round++)
        live(round);
    CHECK(arguments_made > 0 && values_made > 0);
    CHECK_EQ(arguments_dropped, arguments_made);
    CHECK_EQ(values_dropped, values_made);
}

/* ---- cancel while it completes ---- */

static coil_async struct coil_result yield_once(void *unused)
{
    (void)unused;
    coil_yield();
    return coil_number(1);
}

/* How often; a million times where the thread sanitizer looks on. */
#if defined(MACH_TSAN)
enum { MEETINGS = 1000000 };
#else
enum { MEETINGS = 20000 };
#endif

SLOW_TEST(cancel_and_completion_meet_often, 400)
{
    struct coil_loop_pool_options options = {.loops = LOOPS};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    int done = 0, cancelled = 0, rounds = kit_effort(MEETINGS);

    for (int i = 0; i < rounds; i++) {
        struct coil_cfuture *job = coil_executor_submit(pool, yield_once, NULL);
        struct coil_result result;

        for (int spin = i % 512; spin > 0; spin--)
            coil_cfuture_done(job);
        coil_cfuture_cancel(job);
        result = coil_cfuture_result(job, LIMIT);
        CHECK(result.status == 1 || result.status == -ECANCELED);
        done += result.status == 1;
        cancelled += result.status < 0;
        coil_cfuture_unref(job);
    }
    CHECK_EQ(done + cancelled, rounds);
    CHECK(cancelled > 0);
    coil_executor_close(pool); /* not in a task */
}
