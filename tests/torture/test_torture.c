/*
 * Is every error path right? Each scenario again and again, failing its k-th allocation, its k-th
 * system call, cancelled at the n-th thing that happens in it, out of time then, for every number
 * until it is not reached any more. Each run is a process of its own, which has to end by itself,
 * with every token dropped once; under the address sanitizer with nothing leaked.
 *
 * $KIT_EFFORT below 100 takes only every so many-th number.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "loop/loop.h"
#include "torture/scenarios.h"
#include "unit/loop/inside.h"

enum { ENDED = 0, NOT_REACHED = 7 };
enum { SECONDS_A_RUN = 20 };

typedef bool trial_fn(const struct scenario *scenario, uint64_t number);

static void check_tokens(void)
{
    for (int i = 0; i < 2000 && __atomic_load_n(&tokens_alive, __ATOMIC_SEQ_CST) > 0; i++)
        usleep(1000); /* a worker that was left behind */
    CHECK_EQ(tokens_alive, 0);
}

/* Nothing stays open, and no child is left; a worker that was left behind needs a moment. */
static void check_left_over(int descriptors)
{
    for (int i = 0; i < 2000 && kit_count_descriptors() > descriptors; i++)
        usleep(1000);
    CHECK_EQ(kit_count_descriptors(), descriptors);
    CHECK(!kit_has_children());
}

/* One run in a process of its own; true if the number was reached. */
static bool run_apart(const struct scenario *scenario, trial_fn *trial, uint64_t number)
{
    int status;
    pid_t child;

    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int descriptors = kit_count_descriptors();
        bool reached;

        alarm((unsigned)(SECONDS_A_RUN * kit_slowness()));
        reached = trial(scenario, number);
        check_tokens();
        check_left_over(descriptors);
        exit(reached ? ENDED : NOT_REACHED);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        FAIL("%s, %lu: %s", scenario->name, (unsigned long)number,
             WTERMSIG(status) == SIGALRM ? "does not end" : strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != ENDED && WEXITSTATUS(status) != NOT_REACHED)
        FAIL("%s, %lu: ended with an error", scenario->name, (unsigned long)number);
    return WEXITSTATUS(status) == ENDED;
}

/* Every number until one is not reached; with threads, three in a row. */
static void torture(const struct scenario *scenario, trial_fn *trial)
{
    uint64_t step = (uint64_t)(100 / kit_effort(100)), missed = 0, k = 1;

    for (; missed < (scenario->threads ? 3 : 1); k += step)
        missed = run_apart(scenario, trial, k) ? 0 : missed + 1;
    printf("%s: %lu runs\n", scenario->name, (unsigned long)(k / step));
}

static void ignore_report(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    (void)loop;
    (void)report;
    (void)arg;
}

static coil_async struct coil_result quietly(void *arg)
{
    const struct scenario *scenario = arg;

    coil_loop_set_exception_handler(coil_loop_current(), ignore_report, NULL);
    return scenario->run(NULL);
}

static bool fail_one(const struct scenario *scenario, enum fault_kind kind, uint64_t k)
{
    union {
        const struct scenario *scenario;
        void *arg;
    } as = {scenario};
    struct coil_result r;
    bool reached;

    coil__fault_arm(kind, k, false);
    r = coil_run(quietly, as.arg);
    reached = coil__fault_count(kind) >= k;
    coil__fault_arm(kind, 0, false);
    CHECK(r.status != -EDEADLK); /* the simulator's word for a hang */
    return reached;
}

static bool fail_allocation(const struct scenario *scenario, uint64_t k)
{
    return fail_one(scenario, FAULT_ALLOC, k);
}

static bool fail_system_call(const struct scenario *scenario, uint64_t k)
{
    return fail_one(scenario, FAULT_SYS, k);
}

/* Who is cancelled: the scenario's own task, the youngest one, the scenario by its time limit. */
enum victim { ITSELF, YOUNGEST, BY_TIME };

/* Whom the canceller asks, and when: counted are its own turns and the loop's falling asleep. */
static struct {
    struct coil_call tick;
    uint64_t left;
    enum victim victim;
    struct coil_future *task;
    struct coil_timeout limit; /* around the scenario, while its task is in it */
    bool limited;
} canceller;

static void happened(struct coil_loop *loop)
{
    struct coil_future *tasks[64] = {NULL}, *victim = canceller.task;
    size_t n = coil_all_tasks(loop, tasks, 64);

    if (canceller.left == 0 || --canceller.left != 0)
        return;
    if (canceller.victim == BY_TIME) {
        if (canceller.limited)
            coil_timeout_reschedule(&canceller.limit, coil_time());
        return;
    }
    if (canceller.victim == YOUNGEST && n > 0 && n <= 64)
        victim = tasks[n - 1];
    coil_future_cancel(victim, "torture");
}

/* Its error is then -ETIMEDOUT, unless it ended as it would have. */
static coil_async struct coil_result limited(void *arg)
{
    struct coil_result r;

    coil_timeout_enter(&canceller.limit, COIL_SECONDS(1000000));
    canceller.limited = true;
    r = quietly(arg);
    canceller.limited = false;
    return coil_error(coil_timeout_exit(&canceller.limit, r.status));
}

/* Once a turn, as long as there is anything else to run. */
static void tick(void *arg)
{
    struct coil_loop *loop = arg;

    happened(loop);
    if (loop->ready.next->next != &loop->ready) /* more than the turn's marker */
        coil_call_soon(loop, &canceller.tick);
}

static void falls_asleep(struct coil_loop *loop, void *arg)
{
    (void)arg;
    happened(loop);
}

static void wakes(struct coil_loop *loop, void *arg)
{
    (void)arg;
    if (!coil_call_scheduled(&canceller.tick))
        coil_call_soon(loop, &canceller.tick);
}

static coil_async struct coil_result cancelled_somewhere(void *arg)
{
    struct coil_loop_hooks hooks = {falls_asleep, wakes, NULL};
    struct coil_loop *loop = coil_loop_current();
    struct coil_result r;

    coil_loop_set_hooks(loop, &hooks);
    coil_call_init(&canceller.tick, tick, loop);
    canceller.task = coil_create_task(canceller.victim == BY_TIME ? limited : quietly, arg);
    coil_call_soon(loop, &canceller.tick);
    r = coil_await(canceller.task);
    coil_loop_set_hooks(loop, NULL);
    coil_call_cancel(&canceller.tick);
    coil_future_unref(canceller.task);
    return r;
}

static bool cancel_one(const struct scenario *scenario, uint64_t n, enum victim victim)
{
    union {
        const struct scenario *scenario;
        void *arg;
    } as = {scenario};

    canceller.left = n;
    canceller.victim = victim;
    CHECK(coil_run(cancelled_somewhere, as.arg).status != -EDEADLK);
    return canceller.left == 0;
}

static bool cancel_itself(const struct scenario *scenario, uint64_t n)
{
    return cancel_one(scenario, n, ITSELF);
}

static bool cancel_youngest(const struct scenario *scenario, uint64_t n)
{
    return cancel_one(scenario, n, YOUNGEST);
}

static bool run_out_of_time(const struct scenario *scenario, uint64_t n)
{
    return cancel_one(scenario, n, BY_TIME);
}

static bool leave_alone(const struct scenario *scenario, uint64_t n)
{
    union {
        const struct scenario *scenario;
        void *arg;
    } as = {scenario};

    (void)n;
    coil_run(quietly, as.arg);
    return true;
}

DRIVER_TEST(left_alone_every_scenario_ends_with_all_dropped)
{
    for (int i = 0; i < scenarios_count; i++)
        run_apart(&scenarios[i], leave_alone, 1);
    for (int i = 0; i < scenarios_io_count; i++)
        run_apart(&scenarios_io[i], leave_alone, 1);
    for (int i = 0; i < scenarios_process_count; i++)
        run_apart(&scenarios_process[i], leave_alone, 1);
    for (int i = 0; i < scenarios_work_count; i++)
        run_apart(&scenarios_work[i], leave_alone, 1);
}

static void torture_all(trial_fn *trial)
{
    for (int i = 0; i < scenarios_count; i++)
        torture(&scenarios[i], trial);
}

static void torture_io(trial_fn *trial)
{
    for (int i = 0; i < scenarios_io_count; i++)
        torture(&scenarios_io[i], trial);
}

static void torture_processes(trial_fn *trial)
{
    for (int i = 0; i < scenarios_process_count; i++)
        torture(&scenarios_process[i], trial);
}

static void torture_work(trial_fn *trial)
{
    for (int i = 0; i < scenarios_work_count; i++)
        torture(&scenarios_work[i], trial);
}

/* On every driver what the drivers do themselves; the rest where it is done first and last. */
#define TORTURE_ON(id, driver_id, trial, torture_some) \
    SLOW_TEST(id##_on_##driver_id, 600)                \
    {                                                  \
        setenv("COIL_DRIVER", #driver_id, 1);          \
        torture_some(trial);                           \
    }

TORTURE_ON(whatever_allocation_fails, sim, fail_allocation, torture_all)
TORTURE_ON(whatever_allocation_fails, epoll, fail_allocation, torture_all)
TORTURE_ON(whatever_system_call_fails, sim, fail_system_call, torture_all)
TORTURE_ON(whatever_system_call_fails, epoll, fail_system_call, torture_all)
TORTURE_ON(whatever_system_call_fails, uring, fail_system_call, torture_all)
TORTURE_ON(whenever_it_is_cancelled, sim, cancel_itself, torture_all)
TORTURE_ON(whenever_its_youngest_task_is_cancelled, sim, cancel_youngest, torture_all)
TORTURE_ON(whenever_its_time_is_over, sim, run_out_of_time, torture_all)

#define TORTURE_IO(id, trial)                        \
    TORTURE_ON(id##_in_io, sim, trial, torture_io)   \
    TORTURE_ON(id##_in_io, epoll, trial, torture_io) \
    TORTURE_ON(id##_in_io, uring, trial, torture_io)

TORTURE_IO(whatever_allocation_fails, fail_allocation)
TORTURE_IO(whatever_system_call_fails, fail_system_call)
TORTURE_IO(whenever_it_is_cancelled, cancel_itself)
TORTURE_IO(whenever_its_youngest_task_is_cancelled, cancel_youngest)
TORTURE_IO(whenever_its_time_is_over, run_out_of_time)

TORTURE_ON(whatever_allocation_fails_in_processes, epoll, fail_allocation, torture_processes)
TORTURE_ON(whatever_system_call_fails_in_processes, epoll, fail_system_call, torture_processes)
TORTURE_ON(whenever_it_is_cancelled_in_processes, sim, cancel_itself, torture_processes)

#define TORTURE_WORK(id, trial)                          \
    TORTURE_ON(id##_in_work, sim, trial, torture_work)   \
    TORTURE_ON(id##_in_work, epoll, trial, torture_work) \
    TORTURE_ON(id##_in_work, uring, trial, torture_work)

TORTURE_WORK(whatever_allocation_fails, fail_allocation)
TORTURE_WORK(whatever_system_call_fails, fail_system_call)
TORTURE_WORK(whenever_it_is_cancelled, cancel_itself)
TORTURE_WORK(whenever_its_youngest_task_is_cancelled, cancel_youngest)
TORTURE_WORK(whenever_its_time_is_over, run_out_of_time)
