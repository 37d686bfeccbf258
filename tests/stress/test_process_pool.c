/* Process pools under fire: threads and loops submit and cancel, while workers are killed at any
 * time. Each job is done once, with its result, as cancelled, or by the death of its worker. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <coil/coil.h>
#include <coil/process_pool.h>

#include "kit.h"

enum { IN_FLIGHT = 64, LIMIT_S = 100, JOBS_A_KILL = 400 };

static struct coil_executor *pool;
static int jobs_each;
static bool over;
static int ended; /* jobs, of all users */

struct user {
    pthread_t thread;
    unsigned seed;
    bool loops, cancels;
    int done, died, cancelled;
};

static struct coil_result add_one(void *number)
{
    return coil_number(*(int64_t *)number + 1);
}

static coil_async struct coil_result add_one_later(void *number)
{
    coil_yield();
    return coil_number(*(int64_t *)number + 1);
}

/* In a slot, as a packet, in a file. */
static struct coil_cfuture *submit(struct user *user, int64_t number)
{
    static const size_t sizes[] = {8, 8, 8, 8, 8, 300, 2000, 50000};
    int64_t data[50000 / 8] = {number};
    int choice = rand_r(&user->seed);

    return coil_executor_submit_bytes(pool, choice & 1 ? add_one : add_one_later, data,
                                      sizes[choice / 2 % 8]);
}

static void count(struct user *user, int64_t number, int64_t status)
{
    if (status == -COIL_EDIED)
        user->died++;
    else if (status == -ECANCELED && user->cancels)
        user->cancelled++;
    else
        CHECK_EQ(status, number + 1);
    user->done++;
    __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
}

static void *submit_from_thread(void *arg)
{
    struct coil_cfuture *flying[IN_FLIGHT];
    struct user *user = arg;

    for (int64_t i = 0; i < jobs_each + IN_FLIGHT; i++) {
        struct coil_cfuture **oldest = &flying[i % IN_FLIGHT];

        if (i >= IN_FLIGHT && i - IN_FLIGHT < jobs_each) {
            count(user, i - IN_FLIGHT, coil_cfuture_result(*oldest, COIL_SECONDS(LIMIT_S)).status);
            coil_cfuture_unref(*oldest);
        }
        if (i >= jobs_each)
            continue;
        *oldest = submit(user, i);
        if (user->cancels && rand_r(&user->seed) % 4 == 0)
            coil_cfuture_cancel(flying[rand_r(&user->seed) % (i < IN_FLIGHT ? i + 1 : IN_FLIGHT)]);
    }
    return NULL;
}

struct part {
    struct user *user;
    int first;
};

static coil_async struct coil_result submit_in_turn(void *arg)
{
    const struct part *part = arg;

    for (int64_t i = part->first; i < jobs_each; i += IN_FLIGHT) {
        struct coil_cfuture *job = submit(part->user, i);
        struct coil_future *future = coil_wrap_future(job);

        if (part->user->cancels && rand_r(&part->user->seed) % 8 == 0)
            coil_cfuture_cancel(job);
        count(part->user, i, coil_await(future).status);
        coil_future_unref(future);
        coil_cfuture_unref(job);
    }
    return coil_number(0);
}

static coil_async struct coil_result submit_from_loop(void *user)
{
    struct coil_future *tasks[IN_FLIGHT];
    struct part parts[IN_FLIGHT];

    for (int i = 0; i < IN_FLIGHT; i++) {
        parts[i] = (struct part){user, i};
        tasks[i] = coil_create_task(submit_in_turn, &parts[i]);
    }
    for (int i = 0; i < IN_FLIGHT; i++) {
        CHECK_EQ(coil_await(tasks[i]).status, 0);
        coil_future_unref(tasks[i]);
    }
    return coil_number(0);
}

static void *run_user(void *arg)
{
    struct user *user = arg;

    if (!user->loops)
        return submit_from_thread(user);
    CHECK_EQ(coil_run(submit_from_loop, user).status, 0);
    return NULL;
}

/* As often as jobs end, whatever the machine does beside: new workers have to come to their jobs.
 */
static void *kill_workers(void *unused)
{
    unsigned seed = 7;
    int next = 0, pids[8];

    (void)unused;
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        struct timespec nap = {0, rand_r(&seed) % 1000000};
        size_t n = 0;

        if (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) >= next)
            n = coil_process_pool_pids(pool, pids, 8);
        if (n > 0) {
            kill(pids[(size_t)rand_r(&seed) % n], SIGKILL);
            next = __atomic_load_n(&ended, __ATOMIC_SEQ_CST) + rand_r(&seed) % JOBS_A_KILL;
        }
        nanosleep(&nap, NULL);
    }
    return NULL;
}

static void stress(const struct coil_process_pool_options *options, bool kills)
{
    struct user users[] = {{.seed = 1},
                           {.seed = 2, .loops = true},
                           {.seed = 3, .cancels = true},
                           {.seed = 4, .loops = true, .cancels = true}};
    pthread_t killer;
    int died = 0;

    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    jobs_each = kit_effort(20000) / kit_slowness();
    pool = coil_process_pool_open(options);
    CHECK(pool != NULL);
    over = false;
    ended = 0;
    if (kills)
        CHECK_EQ(pthread_create(&killer, NULL, kill_workers, NULL), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&users[i].thread, NULL, run_user, &users[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(users[i].thread, NULL);
        CHECK_EQ(users[i].done, jobs_each);
        died += users[i].died;
    }
    __atomic_store_n(&over, true, __ATOMIC_SEQ_CST);
    if (kills)
        pthread_join(killer, NULL);
    CHECK(kills || died == 0);
    CHECK_EQ(coil_executor_jobs(pool), 0);
    coil_executor_close(pool); /* not in a task */
}

SLOW_TEST(many_submit_and_cancel, 120)
{
    stress(&(struct coil_process_pool_options){.workers = 2}, false);
}

SLOW_TEST(many_submit_and_cancel_several_at_once_in_each_worker, 120)
{
    stress(&(struct coil_process_pool_options){.workers = 2, .at_once = 20, .jobs_each = 500},
           false);
}

SLOW_TEST(workers_are_killed_at_any_time, 120)
{
    stress(&(struct coil_process_pool_options){.workers = 3}, true);
}

SLOW_TEST(workers_with_many_jobs_are_killed_at_any_time, 120)
{
    stress(&(struct coil_process_pool_options){.workers = 2, .at_once = 8}, true);
}
