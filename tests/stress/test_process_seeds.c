/* Process pools as a seed has it: of all sizes, with packets of all sizes under way, used by
 * threads and by loops that come and go; jobs are cancelled, killed, timed, left behind; workers
 * retire, are stopped, are killed, and so is the zygote; allocations fail; pools are closed in the
 * midst of it. Each job comes to what it may come to, in time, and nothing is left open.
 *
 * $STRESS_SEED runs one seed, "5", or several, "5-900". */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <coil/coil.h>
#include <coil/process_pool.h>

#include "base/fault.h"
#include "kit.h"

enum { USERS = 4, IN_FLIGHT_MOST = 96, LIMIT_S = 60, TASKS = 8, LARGEST = 70000 };

enum trouble { NO_TROUBLE, KILLS, STOPS, KILLS_ZYGOTE, FAULTS, TROUBLES };

/* What a seed says. */
struct day {
    unsigned seed;
    struct coil_process_pool_options options;
    struct coil_executor *pool;
    enum trouble trouble;
    bool kills_jobs; /* and lets their time run out: others die with them */
    bool ends_early; /* the pool is closed before the users are done */
    bool over;
    int zygote;
    int jobs; /* of each user */
};

static struct day day;

static unsigned any(unsigned *seed, unsigned n)
{
    return (unsigned)rand_r(seed) / 8 % n;
}

/* ---- jobs ---- */

enum deed { NOTHING, YIELDS, SLEEPS, COMPUTES, FAILS, DEEDS };

/* What a job is given, with more bytes behind it. */
struct order {
    int64_t number;
    uint32_t deed, size, answer;
};

static void fill(char *bytes, size_t size, int64_t number)
{
    memset(bytes, (int)(number & 0x7f), size);
}

static bool is_filled(const char *bytes, size_t size, int64_t number)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != (char)(number & 0x7f))
            return false;
    return true;
}

static coil_async void do_it(const struct order *order)
{
    struct timespec now, until;

    switch (order->deed) {
    case YIELDS:
        for (int i = 0; i < 3; i++)
            coil_yield();
        break;
    case SLEEPS: coil_sleep(COIL_US(300)); break;
    case COMPUTES:
        clock_gettime(CLOCK_MONOTONIC, &until);
        do
            clock_gettime(CLOCK_MONOTONIC, &now);
        while ((now.tv_sec - until.tv_sec) * 1000000000 + now.tv_nsec - until.tv_nsec < 100000);
        break;
    default: break;
    }
}

static coil_async struct coil_result work(void *arg)
{
    const struct order *order = arg;
    const size_t rest = order->size - sizeof(*order);
    struct coil_bytes *answer;

    if (coil_job_arg_bytes(arg) != order->size ||
        !is_filled((const char *)(order + 1), rest, order->number))
        return coil_error(-EBADMSG);
    do_it(order);
    if (order->deed == FAILS)
        return coil_raise(EIO, "number %d", (int)order->number);
    if (order->answer == 0)
        return coil_number(order->number + 1);
    answer = coil_bytes_new(order->answer);
    fill(answer->data, answer->size, order->number + 1);
    return (struct coil_result){order->number + 1, answer};
}

/* ---- users ---- */

enum user_kind { THREAD, LOOPS, PASSERS_BY, KINDS };

struct user {
    pthread_t thread;
    unsigned seed;
    enum user_kind kind;
};

struct flying {
    struct coil_cfuture *job; /* NULL: none */
    struct order order;
    unsigned items; /* 0: it is no batch */
    bool cancelled, killed, timed;
};

static bool may_come_to(const struct flying *flying, int64_t status)
{
    switch (-status) {
    case EIO: return flying->order.deed == FAILS;
    case ECANCELED: return flying->cancelled || flying->killed || day.ends_early;
    case ETIMEDOUT: return flying->timed;
    case COIL_EDIED: return day.kills_jobs || day.trouble == KILLS || day.trouble == KILLS_ZYGOTE;
    case COIL_ESTOPPED: return day.ends_early;
    default: return false;
    }
}

static void check_answer(const struct flying *flying, struct coil_result result)
{
    const struct order *order = &flying->order;
    const struct coil_bytes *bytes = result.value;
    size_t size = bytes != NULL ? bytes->size : 0;

    if (order->deed == FAILS || result.status != order->number + 1 || size != order->answer ||
        !is_filled(bytes != NULL ? bytes->data : NULL, size, order->number + 1))
        FAIL("job %d (%u bytes, answer %u) came to %d, %zu bytes", (int)order->number, order->size,
             order->answer, (int)result.status, size);
}

static void check_items(const struct flying *flying, const struct coil_results *results)
{
    struct flying item = *flying;

    CHECK_EQ(results->n, flying->items);
    for (size_t i = 0; i < results->n; i++) {
        item.order.number = flying->order.number + (int64_t)i;
        item.order.size = sizeof(struct order);
        if (results->of[i].status >= 0 || !may_come_to(&item, results->of[i].status))
            check_answer(&item, results->of[i]);
    }
}

static void check(const struct flying *flying, struct coil_result result)
{
    const struct coil_exception *why = coil_cfuture_exception(flying->job);

    if (result.status < 0 && (may_come_to(flying, result.status) || day.trouble == FAULTS))
        return;
    if (result.status < 0)
        FAIL("job %d (%u bytes, answer %u) came to %s: %s", (int)flying->order.number,
             flying->order.size, flying->order.answer, coil_strerror(result.status),
             coil_exception_text(why));
    if (flying->items > 0)
        check_items(flying, result.value);
    else
        check_answer(flying, result);
}

static void submit_batch(struct flying *flying, unsigned n, const struct coil_job_options *options)
{
    struct order items[16];

    for (unsigned i = 0; i < n; i++) {
        items[i] = flying->order;
        items[i].number += i;
        items[i].size = sizeof(items[i]);
    }
    flying->items = n;
    flying->job = coil_executor_submit_batch_with(day.pool, work, items, n, options);
}

/* Most do not fit into a slot, so that the socket is full most of the time. */
static void submit(struct user *user, int64_t number, struct flying *out)
{
    static const unsigned sizes[] = {0, 0, 8, 300, 500, 2000, 5000, 20000, 30000, LARGEST};
    struct coil_job_options options = {0};
    struct order *data;

    *out = (struct flying){.order = {.number = number, .deed = any(&user->seed, DEEDS)}};
    out->order.size = sizeof(struct order) + sizes[any(&user->seed, 10)];
    out->order.answer = sizes[any(&user->seed, 10)];
    if (day.kills_jobs && any(&user->seed, 8) == 0) {
        out->timed = true;
        options.timeout_ns = COIL_US(any(&user->seed, 3000) + 1);
    }
    data = malloc(out->order.size);
    *data = out->order;
    fill((char *)(data + 1), out->order.size - sizeof(*data), number);
    if (any(&user->seed, 16) == 0)
        submit_batch(out, 1 + any(&user->seed, 16), &options);
    else
        out->job = coil_executor_submit_bytes_with(day.pool, work, data, out->order.size, &options);
    free(data);
}

static void submit_small(struct user *user, struct flying *out)
{
    *out = (struct flying){.order = {.number = any(&user->seed, 100), .size = sizeof(out->order)}};
    out->job = coil_executor_submit_bytes(day.pool, work, &out->order, sizeof(out->order));
}

static void disturb(struct user *user, struct flying *flying)
{
    if (flying->job == NULL)
        return;
    if (any(&user->seed, 3) == 0) {
        flying->cancelled = true;
        coil_cfuture_cancel(flying->job);
    } else if (day.kills_jobs && any(&user->seed, 8) == 0) {
        flying->killed = true;
        coil_process_pool_kill(flying->job);
    }
}

static void take(struct user *user, struct flying *flying)
{
    int64_t limit = COIL_SECONDS(LIMIT_S) * kit_slowness();

    if (flying->job == NULL)
        return;
    if (any(&user->seed, 4) == 0) /* gives up, and comes again */
        coil_cfuture_wait(flying->job, COIL_US(any(&user->seed, 100)));
    if (coil_cfuture_wait(flying->job, limit) != 0)
        FAIL("job %d is not done", (int)flying->order.number);
    check(flying, coil_cfuture_result(flying->job, 0));
    coil_cfuture_unref(flying->job);
    flying->job = NULL;
}

static void submit_from_thread(struct user *user)
{
    unsigned in_flight = 1 + any(&user->seed, IN_FLIGHT_MOST);
    struct flying flying[IN_FLIGHT_MOST] = {0};

    for (int64_t i = 0; i < day.jobs; i++) {
        struct flying *next = &flying[(uint64_t)i % in_flight];

        take(user, next);
        submit(user, i, next);
        if (any(&user->seed, 4) == 0)
            disturb(user, &flying[any(&user->seed, in_flight)]);
    }
    for (unsigned i = 0; i < in_flight; i++)
        take(user, &flying[i]);
}

static coil_async void await_one(const struct flying *flying)
{
    struct coil_future *future = coil_wrap_future(flying->job);

    coil_await(future);
    coil_future_unref(future);
    check(flying, coil_cfuture_result(flying->job, 0));
}

static void look_and_free(struct coil_cfuture *job, void *callback)
{
    coil_cfuture_exception(job);
    free(callback);
}

static void leave_behind(const struct flying *flying)
{
    struct coil_cfuture_callback *callback = malloc(sizeof(*callback));

    coil_cfuture_add_done_callback(flying->job, callback, look_and_free, callback);
}

static coil_async struct coil_result await_some(void *arg)
{
    struct user *user = arg;

    for (int i = 0; i < 6; i++) {
        struct flying flying;

        submit(user, i, &flying);
        if (any(&user->seed, 6) == 0)
            disturb(user, &flying);
        if (any(&user->seed, 8) == 0)
            leave_behind(&flying);
        else
            await_one(&flying);
        coil_cfuture_unref(flying.job);
    }
    return coil_number(0);
}

/* Busy now and then: others take its answers. */
static coil_async struct coil_result live(void *arg)
{
    struct user *user = arg;
    struct coil_future *tasks[TASKS];
    struct order busy = {.deed = COMPUTES};

    for (int i = 0; i < TASKS; i++)
        tasks[i] = coil_create_task(await_some, user);
    if (any(&user->seed, 4) == 0)
        for (int i = 0; i < 30; i++)
            do_it(&busy);
    for (int i = 0; i < TASKS; i++) {
        CHECK_EQ(coil_await(tasks[i]).status, 0);
        coil_future_unref(tasks[i]);
    }
    return coil_number(0);
}

/* A loop of which workers may only hear when nobody asks for it any more. */
static coil_async struct coil_result pass_by(void *arg)
{
    struct user *user = arg;
    struct flying flying;

    submit_small(user, &flying);
    if (any(&user->seed, 2) == 0) {
        flying.cancelled = true;
        coil_cfuture_cancel(flying.job);
    }
    await_one(&flying);
    coil_cfuture_unref(flying.job);
    return coil_number(0);
}

static void *be_user(void *arg)
{
    struct user *user = arg;

    if (user->kind == THREAD || day.trouble == FAULTS)
        submit_from_thread(user);
    else if (user->kind == LOOPS)
        for (int i = 0; i < day.jobs; i += TASKS * 6)
            CHECK_EQ(coil_run(live, user).status, 0);
    else
        for (int i = 0; i < day.jobs; i++)
            CHECK_EQ(coil_run(pass_by, user).status, 0);
    return NULL;
}

/* ---- trouble ---- */

static void trouble_once(unsigned *seed)
{
    struct timespec nap = {0, 1000000 + any(seed, 3000000)};
    int pids[8];
    size_t n = coil_process_pool_pids(day.pool, pids, 8);
    int pid = n > 0 ? pids[any(seed, (unsigned)(n < 8 ? n : 8))] : 0;

    if (pid > 0 && day.trouble == KILLS)
        kill(pid, SIGKILL);
    if (pid > 0 && day.trouble == STOPS)
        kill(pid, SIGSTOP);
    if (day.trouble == KILLS_ZYGOTE && any(seed, 8) == 0 && day.zygote > 0) {
        kill(day.zygote, SIGKILL);
        day.zygote = 0;
    }
    if (day.trouble == FAULTS)
        coil__fault_arm(FAULT_ALLOC, 1 + any(seed, 200), false);
    nanosleep(&nap, NULL);
    if (pid > 0 && day.trouble == STOPS) {
        kill(pid, SIGCONT);
        nanosleep(&nap, NULL);
    }
}

static void *make_trouble(void *unused)
{
    unsigned seed = day.seed;

    (void)unused;
    while (!__atomic_load_n(&day.over, __ATOMIC_SEQ_CST))
        trouble_once(&seed);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    return NULL;
}

/* ---- days ---- */

static void plan(unsigned seed)
{
    static const unsigned at_once[] = {1, 1, 2, 8, 40};
    static const size_t shared[] = {0, 0, 16, 1000, 65536};
    unsigned dice = seed * 2654435761u;

    day = (struct day){.seed = seed, .jobs = 200 / (kit_slowness() > 1 ? 3 : 1)};
    day.options.workers = 1 + any(&dice, 4);
    day.options.at_once = at_once[any(&dice, 5)];
    day.options.shared_bytes = shared[any(&dice, 5)];
    day.options.jobs_each = any(&dice, 2) * (1 + any(&dice, 60));
    day.trouble = any(&dice, TROUBLES);
    day.kills_jobs = any(&dice, 3) == 0;
    day.ends_early = any(&dice, 6) == 0;
}

static int first_child(void)
{
    char path[64], text[64] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof(text), file) == NULL)
        text[0] = '\0';
    fclose(file);
    return atoi(text);
}

static void end_day(struct user *users, pthread_t trouble)
{
    struct timespec nap = {0, 20000000};

    if (day.ends_early) {
        nanosleep(&nap, NULL);
        coil_executor_shutdown(day.pool, NULL); /* not in a task */
    }
    for (int i = 0; i < USERS; i++)
        pthread_join(users[i].thread, NULL);
    __atomic_store_n(&day.over, true, __ATOMIC_SEQ_CST);
    pthread_join(trouble, NULL);
    for (int i = 0; i < LIMIT_S * 1000 && coil_executor_jobs(day.pool) > 0; i++)
        nanosleep(&(struct timespec){0, 1000000}, NULL); /* those that were left behind */
    CHECK_EQ(coil_executor_jobs(day.pool), 0);
    coil_executor_close(day.pool); /* not in a task */
}

static void live_through(unsigned seed)
{
    struct user users[USERS];
    pthread_t trouble;
    int open;

    prctl(PR_SET_CHILD_SUBREAPER, 1); /* of those whose zygote is killed */
    plan(seed);
    open = kit_count_descriptors();
    day.pool = coil_process_pool_open(&day.options);
    CHECK(day.pool != NULL);
    day.zygote = first_child();
    for (int i = 0; i < USERS; i++) {
        users[i] =
            (struct user){.seed = seed * USERS + (unsigned)i, .kind = (enum user_kind)(i % KINDS)};
        CHECK_EQ(pthread_create(&users[i].thread, NULL, be_user, &users[i]), 0);
    }
    CHECK_EQ(pthread_create(&trouble, NULL, make_trouble, NULL), 0);
    end_day(users, trouble);
    CHECK_EQ(kit_count_descriptors(), open);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

/* In a process of its own: a pool is opened before there are threads. */
static void run_seed(unsigned seed)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        live_through(seed);
        exit(0);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    if (status != 0)
        FAIL("seed %u failed: %x (STRESS_SEED=%u)", seed, (unsigned)status, seed);
}

SLOW_TEST(each_job_comes_to_what_it_may_come_to_whatever_the_seed, 600)
{
    const char *chosen = getenv("STRESS_SEED");
    unsigned first = 1, last = (unsigned)kit_effort(20) / (kit_slowness() > 1 ? 2 : 1);

    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    if (chosen != NULL && sscanf(chosen, "%u-%u", &first, &last) == 1)
        last = first;
    for (unsigned seed = first; seed <= last; seed++)
        run_seed(seed);
}
