/* Threads without a limit: one for each work, at once. */
#include "drive/futex_threads.h"

#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/list.h"
#include "kit.h"
#include "mach/switch.h"

enum { CROWD = 100, ROUNDS = 200 };

struct errand {
    struct mach_work work;
    sem_t begun;
    sem_t go;
    sem_t over;
};

static void run(struct mach_work *work)
{
    struct errand *errand = container_of(work, struct errand, work);

    sem_post(&errand->begun);
    sem_wait(&errand->go);
    sem_post(&errand->over);
}

static void errand_start(struct errand *errand)
{
    errand->work.run = run;
    sem_init(&errand->begun, 0, 0);
    sem_init(&errand->go, 0, 0);
    sem_init(&errand->over, 0, 0);
    CHECK_EQ(coil__futex_thread_start(&errand->work), 0);
}

static void errand_end(struct errand *errand)
{
    sem_post(&errand->go);
    sem_wait(&errand->over);
}

TEST(all_run_at_the_same_time)
{
    static struct errand crowd[CROWD];

    for (int i = 0; i < CROWD; i++)
        errand_start(&crowd[i]);
    for (int i = 0; i < CROWD; i++)
        sem_wait(&crowd[i].begun);
    for (int i = 0; i < CROWD; i++)
        errand_end(&crowd[i]);
}

/* Threads that have just become free are taken again, and none is promised twice. */
TEST(each_begins_while_all_others_go_on)
{
    static struct errand crowd[8];

    for (int i = 0; i < 8; i++)
        errand_start(&crowd[i]);
    for (int round = 0; round < ROUNDS; round++) {
        struct errand *errand = &crowd[round % 8];

        errand_end(errand);
        errand_start(errand);
        sem_wait(&errand->begun);
    }
    for (int i = 0; i < 8; i++)
        errand_end(&crowd[i]);
}

TEST(without_a_thread_it_says_so_and_runs_nothing)
{
    static struct errand first;
    static struct errand second;

    coil__fault_arm(FAULT_SYS, 1, true);
    second.work.run = run;
    CHECK(coil__futex_thread_start(&second.work) < 0);
    coil__fault_arm(FAULT_SYS, 0, false);
    errand_start(&first);
    sem_wait(&first.begun);
    errand_end(&first);
}

TEST(a_forked_child_has_threads_of_its_own)
{
    static struct errand before;
    static struct errand after;
    int status = -1;
    pid_t child;

#if defined(MACH_TSAN) || defined(MACH_ASAN)
    SKIP("a child of a process with threads may not make its own under a sanitizer");
#endif
    errand_start(&before);
    errand_end(&before); /* its thread is free now, and not the child's */
    child = fork();
    if (child == 0) {
        errand_start(&after);
        errand_end(&after);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}
