#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coil/coil.h>
#include <coil/loop_pool.h>
#include <coil/process_pool.h>
#include <coil/thread_pool.h>

#include "users.h"

static struct coil_executor *open_pool(const struct pool_plan *plan)
{
    const struct coil_thread_pool_options threads = {.threads = plan->workers};
    const struct coil_loop_pool_options loops = {
        .loops = plan->workers,
        .placement = plan->at_once == 1 ? COIL_ROUND_ROBIN : COIL_LEAST_LOADED};
    const struct coil_process_pool_options processes = {.workers = plan->workers,
                                                        .at_once = plan->at_once};

    switch (plan->kind) {
    case THREADS: return coil_thread_pool_open(&threads);
    case LOOPS: return coil_loop_pool_open(&loops);
    default: return coil_process_pool_open(&processes);
    }
}

/* How many there are; the first ones only if one cannot be opened. */
static int open_all(const struct plan *plan)
{
    for (int i = 0; i < plan->pools; i++) {
        struct ground *pool = &stage->pool[i];

        *pool = (struct ground){.kind = plan->pool[i].kind, .at_once = plan->pool[i].at_once};
        pool->executor = open_pool(&plan->pool[i]);
        if (pool->executor == NULL) {
            complain("pool %d is not opened: %s", i, coil_strerror(-errno));
            return i;
        }
    }
    return plan->pools;
}

static void close_all(int n)
{
    const struct coil_stop_options options = {.grace_ns = COIL_SECONDS(600)};

    for (int i = 0; i < n; i++) {
        struct ground *pool = &stage->pool[i];

        count(&pool->shut); /* some whom nobody waits for may still run */
        if (coil_executor_shutdown(pool->executor, &options) != 0) /* not in a task */
            complain("pool %d left jobs behind", i);
        if (coil_executor_jobs(pool->executor) != 0)
            complain("pool %d has jobs after its shutdown", i);
        coil_executor_close(pool->executor); /* not in a task */
    }
}

const char *plan_play(const struct plan *plan)
{
    struct user users[USERS];
    int pools;

    stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stage == MAP_FAILED)
        return "no memory";
    pools = open_all(plan);
    for (int i = 0; i < plan->users && pools == plan->pools; i++) {
        users[i] = (struct user){.plan = &plan->user[i]};
        if (pthread_create(&users[i].thread, NULL, user_play, &users[i]) != 0)
            abort();
    }
    for (int i = 0; i < plan->users && pools == plan->pools; i++)
        pthread_join(users[i].thread, NULL);
    close_all(pools);
    records_judge_all();
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        complain("children are left");
    return stage->complaints > 0 ? stage->complaint : NULL;
}

/* ---- apart ---- */

static _Noreturn void play_here(const struct plan *plan, unsigned seconds, void (*end)(int))
{
    const char *complaint;

    signal(SIGALRM, SIG_DFL); /* whatever a fuzzer does with it */
    alarm(seconds);
    complaint = plan_play(plan);
    if (complaint != NULL)
        fprintf(stderr, "%s\n", complaint);
    if (end != NULL)
        end(complaint != NULL);
    exit(complaint != NULL); /* the leak sanitizer looks around */
}

bool plan_play_apart(const struct plan *plan, unsigned seconds, void (*end)(int status))
{
    pid_t child;
    int status;

    fflush(NULL);
    child = fork();
    if (child == 0)
        play_here(plan, seconds, end);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("fork");
        return false;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s\n",
                WTERMSIG(status) == SIGALRM ? "it does not end" : strsignal(WTERMSIG(status)));
    plan_print(plan, stderr);
    return false;
}
