#include <pthread.h>

#include "common/jobs.h"

static __thread const char *mine = "nothing";
static pthread_barrier_t meet;

static void begin(void *value)
{
    mine = value;
}

static struct coil_result job(void *arg)
{
    (void)arg;
    pthread_barrier_wait(&meet);
    return text(mine);
}

int main(void)
{
    struct coil_thread_pool_options options = {
        .threads = 3, .begin = begin, .arg = word("initialized")};
    struct coil_executor *executor = coil_thread_pool_open(&options);
    struct coil_cfuture *jobs[3];

    pthread_barrier_init(&meet, NULL, 3);
    for (int i = 0; i < 3; i++)
        jobs[i] = coil_executor_submit(executor, job, NULL);
    for (int i = 0; i < 3; i++)
        coil_cfuture_wait(jobs[i], COIL_FOREVER);
    say("%s %s %s", result(jobs[0], 0), result(jobs[1], 0), result(jobs[2], 0));
    for (int i = 0; i < 3; i++)
        coil_cfuture_unref(jobs[i]);
    shut(executor);
    return 0;
}
