/* A pool's word and who attends: no work is left lying, none runs twice or after it was taken
 * back, whoever comes when. */
#include <coil/result.h>

#include "model_internal.h"
#include "model_world.h"

#define pthread_detach(thread) ((void)0)
#undef pthread_cleanup_push
#undef pthread_cleanup_pop
#define pthread_cleanup_push(fn, arg)   \
    {                                   \
        void (*cleanup)(void *) = (fn); \
        void *cleanup_arg = (arg)
#define pthread_cleanup_pop(run) \
    if (run)                     \
        cleanup(cleanup_arg);    \
    }
#undef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP \
    {                                         \
        0                                     \
    }
#define coil__mach_thread_start start_in_model
#undef coil__mach_futex_wake
#define coil__mach_futex_wake wake_address

#include "mach/thread.h"

/* The threads that a pool of one makes, one after the other; the program's first runs them. */
enum { WORKERS = 4 };

static struct word news; /* threads made, and submitters that are done */
static void *given[WORKERS];
static int made, submitters;

static void tell(void)
{
    word_add(&news, 1);
    model_futex_wake(word_futex(&news), 1);
}

int start_in_model(struct mach_thread *thread, void (*fn)(void *arg), void *arg, const char *name,
                   size_t stack_bytes)
{
    (void)thread;
    (void)fn;
    (void)name;
    (void)stack_bytes;
    if (made == WORKERS)
        return -EAGAIN;
    given[made++] = arg;
    if (model_current() >= 0)
        tell();
    return 0;
}

/* A wake uses the address alone, not what lies there: it may be gone, and nobody sleep on it. */
void wake_address(const uint32_t *word, int n)
{
    (void)n;
    model__come_to(word, sizeof(*word));
    if (!model__is_freed(word))
        model__wake(word);
}

#include "mach/workers.c"
#include "mach/workers_call.c"
#include "mach/workers_idle.c"
#include "mach/workers_owner.c"
#include "mach/workers_queue.c"

static struct mach_pool pool;
static struct mach_work lent[2];
static int ran[2], taken_back;
static bool brisk;

static void run_one(struct mach_work *work)
{
    ran[work - lent]++;
}

static void setup(void)
{
    memset(&pool, 0, sizeof(pool));
    news.value = 0;
    ran[0] = ran[1] = taken_back = made = 0;
    submitters = 1;
    brisk = false;
    pool.limit = 1;
    coil__mach_pool_init(&pool);
    for (int i = 0; i < 2; i++)
        lent[i] = (struct mach_work){.run = run_one};
}

/* A brisk one takes all there is at a time. */
static void run_made(struct worker *worker)
{
    if (brisk) {
        worker->row = 1;
        pool.brisk = true;
    }
    coil__worker_live(worker);
}

/* Until the pool can want no thread any more. */
static void run_workers(void)
{
    int index = 0;

    for (;;) {
        uint32_t seen = (uint32_t)word_load(&news);

        if (index < made)
            run_made(given[index++]);
        else if (submitters == 0)
            return;
        else
            model_futex_wait(word_futex(&news), seen, COIL_FOREVER);
    }
}

static void submit(struct mach_work *work)
{
    MODEL_CHECK(coil__mach_pool_submit(&pool, work) == 0);
}

static void submit_one(void)
{
    submit(&lent[0]);
    submitters--;
    tell();
}

static void submit_both(void)
{
    submit(&lent[0]);
    submit(&lent[1]);
    submitters--;
    tell();
}

static void submit_and_take_back(void)
{
    submit(&lent[0]);
    taken_back = coil__mach_pool_withdraw(&pool, &lent[0]);
    submitters--;
    tell();
}

static void setup_brisk(void)
{
    setup();
    brisk = true;
    submit(&lent[0]);
    submit(&lent[1]);
}

static void take_one_back(void)
{
    taken_back = coil__mach_pool_withdraw(&pool, &lent[1]);
    submitters--;
    tell();
}

/* The worker slept until nothing came, and ended. */
static void check_one(void)
{
    MODEL_CHECK(ran[0] + taken_back == 1);
    MODEL_CHECK(pool.threads == 0 && pool.running == 0 && pool.idlers == 0);
    MODEL_CHECK(pool.attending.value == 0);
}

static void check_both(void)
{
    MODEL_CHECK(ran[1] == 1);
    check_one();
}

static void check_batch(void)
{
    MODEL_CHECK(ran[0] == 1 && ran[1] + taken_back == 1);
    MODEL_CHECK(pool.threads == 0 && pool.running == 0 && pool.queued == 0);
    MODEL_CHECK(pool.attending.value == 0);
}

static const struct model_program alone = {setup, {run_workers, submit_one}, check_one};
static const struct model_program take_back = {
    setup, {run_workers, submit_and_take_back}, check_one};
static const struct model_program two_works = {setup, {run_workers, submit_both}, check_both};

static const struct model_program batch = {setup_brisk, {run_workers, take_one_back}, check_batch};

SLOW_TEST(one_of_a_batch_runs_once_or_is_taken_back, 120)
{
    model_prove("batch, take back", &batch);
}

SLOW_TEST(a_work_runs_once_or_is_taken_back, 120)
{
    model_prove("submit", &alone);
    model_prove("submit, take back", &take_back);
}

SLOW_TEST(no_work_is_left_lying, 120)
{
    model_prove("two works", &two_works);
}

TEST(torn_operations_are_found)
{
    model_torn = TORN_CAS;
    model_refute("torn swap, two works", &two_works, "");
    model_torn = TORN_OR;
    model_refute("torn flag, batch", &batch, "");
}
