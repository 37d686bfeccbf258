/* Jobs of a process pool, as any thread sees them: submitted, sent, cancelled, killed, done. */
#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "mach/sys.h"
#include "work/process_ear.h"

static struct process_job *job_of(const struct coil_cfuture *future)
{
    return container_of((struct coil_cfuture *)(uintptr_t)future, struct process_job, future);
}

/* ---- the end of one ---- */

static coil_drop_fn *drop_of(const struct process_job *job)
{
    return job->batch ? coil_results_free : coil_bytes_free;
}

static void settle(struct process_job *job)
{
    struct process_pool *pool = job->pool;
    struct coil_result result = {job->status, job->value};

    executor_job_ends(&pool->executor);
    coil__process_give_up_parts(job);
    coil__cfuture_complete(&job->future, result, job->exception, drop_of(job));
    if (word_sub(&pool->pending, 1) == 0 && executor_refuses(&pool->executor))
        coil__process_settled(pool);
    coil_cfuture_unref(&job->future);
}

void coil__process_complete(struct coil_link *done)
{
    struct coil_link *link;

    while ((link = list_pop(done)) != NULL)
        settle(container_of(link, struct process_job, link));
}

void coil__process_job_off(struct process_job *job, int64_t status, void *value,
                           struct coil_exception *exception, struct coil_link *done)
{
    if (job->seat != NULL)
        coil__seat_lose(job);
    job->status = status;
    job->value = value;
    job->exception = exception;
    list_append(done, &job->link);
}

void coil__process_job_never(struct process_job *job, struct coil_link *done)
{
    struct coil_exception *reason = (struct coil_exception *)word_load(&job->future.reason);

    coil__process_job_off(job, -ECANCELED, NULL, coil__exception_ref(reason), done);
}

void coil__process_fail_queue(struct process_pool *pool, int64_t status,
                              struct coil_exception *exception, struct coil_link *done)
{
    while (!list_empty(&pool->queue)) {
        struct process_job *job = container_of(pool->queue.next, struct process_job, link);

        coil__process_leave_queue(job);
        coil__process_job_off(job, status, NULL, coil__exception_ref(exception), done);
    }
    exception_unref(exception);
}

/* ---- cancelling ---- */

void coil__process_ask_cancel(struct process_job *job)
{
    const struct coil_exception *reason =
        (const struct coil_exception *)word_load(&job->future.reason);
    struct board *board = job->seat->board;
    struct slot *slot = &board->slots[job->slot];

    if (word_load(&slot->flag) == 0)
        snprintf(slot->reason, sizeof(slot->reason), "%s", coil_exception_text(reason));
    word_store(&slot->flag, CF_CANCEL);
    word_add(&board->cancels, 1);
    if (coil__tray_kick(&board->requests))
        sys_eventfd_ring(job->seat->bell);
}

static void cancel(struct coil_cfuture *future)
{
    struct process_job *job = job_of(future);
    struct process_pool *pool = job->pool;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    if (job->queued) {
        coil__process_leave_queue(job);
        coil__process_job_never(job, &done);
    } else if (job->seat != NULL && coil__seat_withdraw(job)) {
        coil__process_job_never(job, &done);
    } else if (job->seat != NULL) {
        coil__process_ask_cancel(job);
    }
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

static int may_wait(const struct coil_cfuture *future)
{
    const struct process_pool *pool = job_of(future)->pool;

    return coil__processes_kind.is_here(&pool->executor) ? -EDEADLK : 0;
}

static void free_job(struct coil_cfuture *future)
{
    struct process_job *job = job_of(future);

    coil__process_give_up_parts(job);
    executor_unref(&job->pool->executor);
    mem_free(job);
}

static const struct cfuture_kind job_kind = {
    .cancel = cancel, .may_wait = may_wait, .sleep = coil__process_sleep, .free = free_job};

int coil_process_pool_kill(struct coil_cfuture *future)
{
    struct process_job *job = job_of(future);
    struct coil_link done;
    bool runs, is_over;

    if (future == NULL)
        return -EINVAL;
    if (coil_cfuture_done(future)) /* also one that was refused */
        return -EALREADY;
    if (future->kind != &job_kind)
        return -EINVAL;
    list_init(&done);
    pthread_mutex_lock(&job->pool->lock);
    runs = job->seat != NULL;
    is_over = !runs && !job->queued; /* somebody is about to say so */
    if (runs && coil__seat_withdraw(job))
        coil__process_job_never(job, &done);
    else if (runs)
        runs = coil__seat_kill_for(job, JOB_KILLED, &done);
    coil__process_pump(job->pool, &done);
    pthread_mutex_unlock(&job->pool->lock);
    coil__process_complete(&done);
    if (runs)
        return 0;
    return !is_over && coil_cfuture_cancel(future) ? 0 : -EALREADY;
}

/* ---- submitting ---- */

static struct process_job *make(struct process_pool *pool, struct payload *payload,
                                const struct coil_job_options *options, const char *place)
{
    const char *symbol = payload->function.symbol != NULL ? payload->function.symbol : "";
    const char *name = options->name != NULL ? options->name : symbol;
    size_t name_bytes = strlen(name) + 1, symbol_bytes = strlen(symbol) + 1;
    struct process_job *job = mem_zalloc(sizeof(*job) + name_bytes + symbol_bytes);

    if (job == NULL)
        return NULL;
    coil__cfuture_init(&job->future, &job_kind, place);
    memcpy(job->name, name, name_bytes);
    job->symbol = memcpy(job->name + name_bytes, symbol, symbol_bytes);
    job->pool = pool;
    job->payload = payload;
    job->batch = payload->batch;
    if (payload->n > 0)
        job->data_bytes = (payload->n - 1) * payload->stride + payload->part_bytes;
    job->stack_bytes = options->stack_bytes;
    job->timeout_ns = options->timeout_ns;
    return job;
}

/* Under the lock. */
static int64_t enqueue(struct process_job *job, struct coil_link *done)
{
    struct process_pool *pool = job->pool;
    int err;

    if (strlen(job->symbol) > NAME_MOST)
        return -ENAMETOOLONG;
    if (pool->cancelled || pool->ending)
        return -COIL_ESTOPPED;
    if (pool->broken != NULL)
        return coil_exception_code(pool->broken);
    err = coil__process_manage(pool);
    if (err != 0)
        return err;
    list_append(&pool->queue, &job->link);
    job->queued = true;
    pool->queued++;
    coil__process_pump(pool, done);
    return 0;
}

struct coil_cfuture *coil__process_submit(struct coil_executor *self, struct payload *payload,
                                          const struct coil_job_options *options, const char *place)
{
    struct process_pool *pool = pool_of(self);
    struct process_job *job = make(pool, payload, options, place);
    struct coil_link done;
    int64_t status;

    if (job == NULL) {
        coil__payload_free(payload);
        return coil__cfuture_no_memory();
    }
    executor_ref(self);
    executor_job_begins(self);
    word_add(&pool->pending, 1);
    if (coil__process_is_large(job) && payload->fd < 0)
        coil__payload_to_file(payload); /* or when it is sent */
    job->ear = coil__ear_here(pool);
    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    status = enqueue(job, &done);
    if (status < 0)
        coil__process_job_off(job, status, NULL, coil__exception_ref(pool->broken), &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    return &job->future;
}
