#include "probe/ask.h"

#include "base/alloc.h"
#include "loop/loop.h"
#include "work/job.h"

/* Counted: the asker may have given up waiting when the loop comes to it. */
struct ask {
    struct coil_loop *loop;
    ask_fn *fn;
    void *block;
    void (*drop)(void *block);
    struct word refs;
};

void coil__ask_release(struct ask *ask)
{
    if (!word_unref(&ask->refs))
        return;
    ask->drop(ask->block);
    mem_free(ask);
}

static void release(void *ask)
{
    coil__ask_release(ask);
}

static struct coil_result answer(void *arg)
{
    struct ask *ask = arg;
    int result = ask->fn(ask->loop, ask->block);

    coil__ask_release(ask);
    return result < 0 ? coil_error(result) : coil_number(result);
}

static int wait_for_answer(struct coil_loop *loop, struct ask *ask, int64_t timeout_ns)
{
    struct coil_task_options options = {.drop_arg = release};
    struct coil_cfuture *job = coil__cfuture_submit(loop->port, answer, ask, &options, true, "ask");
    struct coil_result result = coil_cfuture_result(job, timeout_ns);

    if (result.status < 0)
        word_or(&job->flags, CF_SEEN);
    coil_cfuture_unref(job);
    return (int)result.status;
}

int coil__ask(struct coil_loop *loop, ask_fn *fn, void *block, void (*drop)(void *block),
              int64_t timeout_ns, struct ask **kept)
{
    struct ask *ask = block == NULL ? NULL : mem_zalloc(sizeof(*ask));

    *kept = NULL;
    if (ask == NULL) {
        if (block != NULL)
            drop(block);
        return -ENOMEM;
    }
    *ask = (struct ask){.loop = loop, .fn = fn, .block = block, .drop = drop, .refs = {2}};
    *kept = ask;
    if (!coil__loop_is_here(loop))
        return wait_for_answer(loop, ask, timeout_ns);
    word_sub(&ask->refs, 1); /* nobody else will have it */
    return loop->closed ? -COIL_ESTOPPED : fn(loop, block);
}
