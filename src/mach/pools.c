/* The pools of the process. */
#include "mach/thread.h"
#include "mach/workers.h"

#define NAMES_MOST 8
#define ENDINGS_MOST 1000

static struct mach_pool pools[MACH_POOLS];

/* In the child of a fork too: it has none of the threads, and the lock may be one that another
 * thread held. */
static void start_afresh(void)
{
    for (int i = 0; i < MACH_POOLS; i++) {
        pools[i] = (struct mach_pool){.name = "coil-worker"};
        if (i == MACH_POOL_NAMES)
            pools[i].limit = NAMES_MOST;
        if (i == MACH_POOL_ENDINGS)
            pools[i].limit = ENDINGS_MOST;
        coil__mach_pool_init(&pools[i]);
    }
}

__attribute__((constructor)) static void begin(void)
{
    start_afresh();
    pthread_atfork(NULL, NULL, start_afresh);
}

struct mach_pool *coil__mach_pool(enum mach_pool_id id)
{
    return &pools[id];
}

int coil__mach_workers_submit(struct mach_work *work)
{
    return coil__mach_pool_submit(&pools[work->pool], work);
}

bool coil__mach_workers_withdraw(struct mach_work *work)
{
    return coil__mach_pool_withdraw(&pools[work->pool], work);
}
