#include "record.h"

#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <coil/coil.h>

struct stage *stage;

void complain(const char *format, ...)
{
    va_list arguments;

    if (__atomic_fetch_add(&stage->complaints, 1, __ATOMIC_SEQ_CST) > 0)
        return;
    va_start(arguments, format);
    vsnprintf(stage->complaint, sizeof(stage->complaint), format, arguments);
    va_end(arguments);
}

int records_new(int pool, enum deed deed, int n, int how_many)
{
    int first = __atomic_fetch_add(&stage->used, how_many, __ATOMIC_SEQ_CST);

    for (int i = first; i < first + how_many; i++)
        stage->record[i] = (struct record){.pool = pool, .deed = deed, .n = n};
    return first;
}

/* ---- jobs ---- */

static coil_async int let_others_run(void)
{
    if (coil_current_task() != NULL)
        return coil_yield();
    sched_yield();
    return coil_job_cancelled() ? -ECANCELED : 0;
}

/* Or for a few milliseconds, as there may be nobody who cancels it, and others may wait behind. */
static coil_async int last_until_cancelled(void)
{
    if (coil_current_task() != NULL)
        return coil_sleep(COIL_MS(3));
    for (int i = 0; i < 60; i++) {
        if (coil_job_cancelled())
            return -ECANCELED;
        usleep(50);
    }
    return 0;
}

/* Another job of the pool that this one runs in. */
static coil_async int64_t nest(const struct record *outer)
{
    struct coil_executor *executor = stage->pool[outer->pool].executor;
    int inner = records_new(outer->pool, QUICK, 0, 1);
    struct coil_cfuture *job =
        coil_executor_submit_bytes(executor, job_of_bytes, &inner, sizeof(inner));
    struct coil_result result;

    if (coil_current_task() != NULL) {
        struct coil_future *wrap = coil_wrap_future(job);

        result = coil_await(wrap);
        coil_future_unref(wrap);
        if (result.status == -ECANCELED) /* perhaps because we were */
            record_cancel(inner, 1);
    } else {
        result = coil_cfuture_result(job, COIL_FOREVER);
    }
    record_judge(inner, result.status);
    coil_cfuture_unref(job);
    return result.status < 0 ? result.status : 0;
}

static coil_async int64_t perform(struct record *record)
{
    int64_t err = 0;

    count(&record->runs);
    switch (record->deed) {
    case YIELDS:
        for (int i = 0; i < record->n && err == 0; i++)
            err = let_others_run();
        return err;
    case LASTS: return last_until_cancelled();
    case FAILS: return coil_raise(EIO, "job %d fails", (int)(record - stage->record)).status;
    case NESTS: /* the pool is in another process if it is one of processes */
        return stage->pool[record->pool].kind == PROCESSES ? 0 : nest(record);
    default: return 0;
    }
}

coil_async struct coil_result job_of_record(void *arg)
{
    struct record *record = arg;
    int64_t err = perform(record);

    if (err != 0)
        return coil_error(err);
    count(&record->values_made);
    return coil_value(record);
}

coil_async struct coil_result job_of_bytes(void *arg)
{
    int index = *(const int *)arg;
    int64_t err = perform(&stage->record[index]);

    return err != 0 ? coil_error(err) : coil_bytes_result(&index, sizeof(index));
}

void drop_record_argument(void *record)
{
    count(&((struct record *)record)->arguments_dropped);
}

void drop_record_value(void *record)
{
    count(&((struct record *)record)->values_gone);
}

/* ---- judging ---- */

static void ends(struct coil_cfuture *future, void *record)
{
    (void)future;
    count(&((struct record *)record)->ends);
}

void record_watch(int index, struct coil_cfuture *future)
{
    struct record *record = &stage->record[index];

    record->watched = 1;
    coil_cfuture_add_done_callback(future, &record->callback, ends, record);
}

void record_cancel(int index, int how_many)
{
    for (int i = index; i < index + how_many; i++)
        count(&stage->record[i].cancels);
}

static bool status_may_be(const struct record *record, int64_t status)
{
    const struct ground *pool = &stage->pool[record->pool];
    bool nests = record->deed == NESTS; /* what came to the inner one may be told */

    if (status >= 0)
        return counted(&record->runs) == 1 && record->deed != FAILS;
    switch (status) {
    case -EIO: return counted(&record->runs) == 1 && record->deed == FAILS;
    case -ECANCELED: return counted(&record->cancels) > 0 || counted(&pool->shut) > 0;
    case -COIL_ESTOPPED: return counted(&pool->shut) > 0 && (counted(&record->runs) == 0 || nests);
    case -COIL_EDIED: return counted(&pool->kills) > 0;
    default: return false;
    }
}

void record_judge(int index, int64_t status)
{
    const struct record *record = &stage->record[index];

    if (!status_may_be(record, status))
        complain("job %d (deed %d, pool %d) came to %s (%ld); runs %d, cancels %d, shut %d", index,
                 (int)record->deed, record->pool,
                 status < 0 ? coil_strerror((int)status) : "success", (long)status,
                 counted(&record->runs), counted(&record->cancels),
                 counted(&stage->pool[record->pool].shut));
}

void record_judge_bytes(int index, struct coil_result result)
{
    struct coil_bytes *bytes = result.value;

    record_judge(index, result.status);
    if (result.status >= 0 && (bytes == NULL || bytes->size != sizeof(index) ||
                               memcmp(bytes->data, &index, sizeof(index)) != 0))
        complain("job %d gave the wrong bytes", index);
    if (result.status >= 0)
        coil_bytes_free(bytes);
}

void records_judge_all(void)
{
    for (int i = 0; i < counted(&stage->used); i++) {
        const struct record *record = &stage->record[i];

        if (counted(&record->runs) > 1)
            complain("job %d ran %d times", i, counted(&record->runs));
        if (counted(&record->ends) != record->watched)
            complain("the future of job %d was done %d times", i, counted(&record->ends));
        if (record->owns && counted(&record->arguments_dropped) != 1)
            complain("the argument of job %d was dropped %d times", i,
                     counted(&record->arguments_dropped));
        if (counted(&record->values_made) != counted(&record->values_gone))
            complain("job %d made %d values, %d went", i, counted(&record->values_made),
                     counted(&record->values_gone));
    }
    for (int i = 0; i < POOLS; i++) {
        const struct ground *pool = &stage->pool[i];

        if (pool->deaths > pool->kills * (int)pool->at_once)
            complain("%d jobs died of %d kills", pool->deaths, pool->kills);
    }
}
