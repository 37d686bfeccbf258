#include "users.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <coil/coil.h>
#include <coil/process_pool.h>

/* A program that does not end is killed; simulated time may pass for a task while a thread works.
 */
#define LIMIT COIL_FOREVER
#define MOMENT COIL_US(500)

static void note_death(int pool, int64_t status)
{
    if (status == -COIL_EDIED)
        count(&stage->pool[pool].deaths);
}

/* ---- one job ---- */

static void submit_record(struct slot *slot, const struct step *step)
{
    const struct coil_job_options drops = {.drop_arg = drop_record_argument,
                                           .drop_result = drop_record_value};
    struct coil_executor *executor = stage->pool[step->pool].executor;
    struct record *record;

    *slot = (struct slot){
        .first = records_new(step->pool, step->deed, step->n, 1), .n = 1, .pool = step->pool};
    record = &stage->record[slot->first];
    record->owns = true;
    if (step->action == RUN_BESIDE) {
        slot->form = BESIDE;
        slot->future = coil_run_in_executor_with(executor, job_of_record, record, &drops);
        return;
    }
    slot->form = RECORD;
    slot->job = coil_executor_submit_with(executor, job_of_record, record, &drops);
    record_watch(slot->first, slot->job);
}

static void submit_bytes(struct slot *slot, const struct step *step)
{
    int index = records_new(step->pool, step->deed, step->n, 1);

    slot->job = coil_executor_submit_bytes(stage->pool[step->pool].executor, job_of_bytes, &index,
                                           sizeof(index));
    slot->form = BYTES;
    slot->first = index;
    slot->n = 1;
    slot->pool = step->pool;
    record_watch(index, slot->job);
}

static void submit_batch(struct slot *slot, const struct step *step)
{
    const struct coil_job_options options = {.drop_result = coil_bytes_free};
    int first = records_new(step->pool, step->deed, step->n, step->n), items[ITEMS];

    for (int i = 0; i < step->n; i++)
        items[i] = first + i;
    slot->job = coil_executor_submit_batch_with(stage->pool[step->pool].executor, job_of_bytes,
                                                items, (size_t)step->n, &options);
    slot->form = BATCH;
    slot->first = first;
    slot->n = step->n;
    slot->pool = step->pool;
    record_watch(first, slot->job);
}

static void cancel(struct slot *slot)
{
    if (slot->form == NOTHING)
        return;
    record_cancel(slot->first, slot->n);
    if (slot->form == BESIDE)
        coil_future_cancel(slot->future, "random");
    else
        coil_cfuture_cancel(slot->job);
}

static void give_up(struct slot *slot)
{
    if (slot->form == BESIDE)
        coil_future_unref(slot->future);
    else if (slot->form != NOTHING)
        coil_cfuture_unref(slot->job);
    slot->form = NOTHING;
}

static void judge_batch(const struct slot *slot, struct coil_result result)
{
    struct coil_results *results = result.value;

    if (result.status >= 0 && results->n != (size_t)slot->n)
        complain("a batch of %d has %d results", slot->n, (int)results->n);
    for (int i = 0; i < slot->n; i++)
        if (result.status < 0) {
            record_judge(slot->first + i, result.status);
        } else {
            record_judge_bytes(slot->first + i, results->of[i]);
            results->of[i].value = NULL;
        }
    if (result.status >= 0)
        coil_results_free(results);
}

/* Waits for the end and looks at it. */
static coil_async void take(struct slot *slot)
{
    struct coil_result result;

    if (slot->form == NOTHING)
        return;
    if (slot->form == BESIDE) {
        result = coil_join(slot->future);
    } else {
        int64_t done = coil_cfuture_wait_many(&slot->job, 1, LIMIT, COIL_ALL_COMPLETED);

        if (done != 1)
            complain("a wait for one said %ld", (long)done);
        result = coil_cfuture_take(slot->job, 0);
        coil_cfuture_unref(slot->job);
    }
    note_death(slot->pool, result.status);
    if (slot->form == BATCH)
        judge_batch(slot, result);
    else if (slot->form == BYTES)
        record_judge_bytes(slot->first, result);
    else
        record_judge(slot->first, result.status);
    if (result.status >= 0 && (slot->form == RECORD || slot->form == BESIDE))
        drop_record_value(result.value);
    slot->form = NOTHING;
}

/* ---- several ---- */

static int list_jobs(const struct user *user, struct coil_cfuture **jobs)
{
    int n = 0;

    for (int i = 0; i < SLOTS; i++) {
        const struct slot *slot = &user->slots[i];

        if (slot->form != NOTHING && slot->form != BESIDE)
            jobs[n++] = slot->job;
    }
    return n;
}

static coil_async void wait_many(struct user *user, const struct step *step)
{
    static const enum coil_wait_condition conditions[] = {COIL_ALL_COMPLETED, COIL_FIRST_COMPLETED,
                                                          COIL_FIRST_EXCEPTION};
    enum coil_wait_condition condition = conditions[step->n % 3];
    bool in_haste = step->slot % 2 == 1;
    struct coil_cfuture *jobs[SLOTS];
    int n = list_jobs(user, jobs);
    int64_t done = coil_cfuture_wait_many(jobs, (size_t)n, in_haste ? MOMENT : LIMIT, condition);
    int least = in_haste || n == 0 ? 0 : condition == COIL_ALL_COMPLETED ? n : 1;

    if (done < least || done > n)
        complain("a wait for %d, at least %d, said %ld", n, least, (long)done);
}

/* Whether it is one of those that have not come; from now on it has. */
static bool comes(struct coil_cfuture **jobs, int n, struct coil_cfuture *job)
{
    for (int i = 0; i < n; i++)
        if (jobs[i] == job) {
            jobs[i] = NULL;
            return coil_cfuture_done(job);
        }
    return false;
}

static coil_async void as_completed(struct user *user, const struct step *step)
{
    bool in_haste = step->slot % 2 == 1;
    struct coil_cfuture_as_completed *all;
    struct coil_cfuture *jobs[SLOTS];
    int n = list_jobs(user, jobs), come = 0;
    struct coil_result result;

    all = coil_cfuture_as_completed_open(jobs, (size_t)n);
    for (;; come++) {
        result = coil_cfuture_as_completed_next(all, in_haste ? MOMENT : LIMIT);
        if (result.status < 0)
            break;
        if (!comes(jobs, n, result.value))
            complain("an iteration gave a future that is not done, twice, or nobody's");
    }
    if (!(result.status == -COIL_EENDED && come == n) &&
        !(result.status == -ETIMEDOUT && in_haste && come < n))
        complain("an iteration over %d ended after %d with %ld", n, come, (long)result.status);
    coil_cfuture_as_completed_close(all);
}

static void judge_map(const struct step *step, int first, size_t chunk, int64_t said,
                      const struct coil_result *results)
{
    int failed = 0;

    if (said < 0) /* it cancelled the others */
        record_cancel(first, step->n);
    for (int i = 0; i < step->n; i++) {
        failed += results[i].status < 0;
        if (i % (int)chunk == 0)
            note_death(step->pool, results[i].status);
        record_judge_bytes(first + i, results[i]);
    }
    if (said >= 0 && said != failed)
        complain("a map of which %d failed said %ld", failed, (long)said);
}

static coil_async void map(const struct step *step)
{
    struct coil_map_options options = {.at_once = (size_t)step->slot,
                                       .chunk = 1 + (size_t)step->n % 3,
                                       .stop_on_error = step->slot % 2 == 1,
                                       .timeout_ns = step->pool % 2 == 1 ? MOMENT : 0,
                                       .job.drop_result = coil_bytes_free};
    int first = records_new(step->pool, step->deed, step->n, step->n), items[ITEMS];
    struct coil_result results[ITEMS];
    int64_t said;

    for (int i = 0; i < step->n; i++)
        items[i] = first + i;
    if (options.timeout_ns > 0)
        record_cancel(first, step->n);
    said = coil_executor_map_with(stage->pool[step->pool].executor, job_of_bytes, items,
                                  (size_t)step->n, results, &options);
    judge_map(step, first, options.chunk, said, results);
}

/* ---- pools ---- */

static void survives(const char *description, void *unused)
{
    (void)unused;
    complain("left behind: %s", description);
}

static coil_async void shut_down(const struct step *step)
{
    const struct coil_stop_options options = {.drain_ns = step->n % 2 == 0 ? MOMENT : 0,
                                              .grace_ns = COIL_SECONDS(600),
                                              .survivor = survives};
    struct ground *pool = &stage->pool[step->pool];
    int64_t left_behind;

    count(&pool->shut);
    left_behind = coil_executor_shutdown(pool->executor, &options);
    if (left_behind != 0)
        complain("a shutdown said %ld", (long)left_behind);
}

static void kill_worker(struct user *user, const struct step *step)
{
    struct ground *pool = &stage->pool[step->pool];
    struct slot *slot = &user->slots[step->slot];
    int pids[8], n;

    if (step->n % 2 == 0 && pool->kind == PROCESSES) {
        count(&pool->kills);
        n = (int)coil_process_pool_pids(pool->executor, pids, 8);
        if (n > 0)
            kill(pids[step->n % (n < 8 ? n : 8)], SIGKILL);
    } else if (slot->form != NOTHING && stage->pool[slot->pool].kind == PROCESSES) {
        count(&stage->pool[slot->pool].kills);
        record_cancel(slot->first, slot->n);
        n = coil_process_pool_kill(slot->job);
        if (n != 0 && n != -EALREADY && !(n == -EINVAL && counted(&stage->pool[slot->pool].shut)))
            complain("a kill said %d", n); /* what was refused after a shutdown is no job */
    }
}

/* ---- all ---- */

static void submit(struct user *user, const struct step *step)
{
    struct slot *slot = &user->slots[step->slot];
    struct step as = *step;

    if (as.action == RUN_BESIDE && !user->plan->in_task)
        as.action = SUBMIT;
    give_up(slot);
    if (as.action == SUBMIT_BATCH)
        submit_batch(slot, &as);
    else if (as.action == SUBMIT_BYTES || stage->pool[as.pool].kind == PROCESSES)
        submit_bytes(slot, &as);
    else
        submit_record(slot, &as);
}

static coil_async void play(struct user *user, const struct step *step)
{
    struct slot *slot = &user->slots[step->slot];

    switch (step->action) {
    case CANCEL: return cancel(slot);
    case TAKE: return take(slot);
    case GIVE_UP: return give_up(slot);
    case WAIT_MANY: return wait_many(user, step);
    case AS_COMPLETED: return as_completed(user, step);
    case MAP: return map(step);
    case SHUT_DOWN: return shut_down(step);
    case KILL: return kill_worker(user, step);
    case NAP:
        sched_yield();
        if (user->plan->in_task)
            coil_yield();
        return;
    default: return submit(user, step);
    }
}

static coil_async struct coil_result play_all(void *arg)
{
    struct user *user = arg;

    for (int i = 0; i < user->plan->count; i++)
        play(user, &user->plan->steps[i]);
    for (int i = 0; i < SLOTS; i++)
        take(&user->slots[i]);
    return coil_value(NULL);
}

void *user_play(void *arg)
{
    struct user *user = arg;

    if (!user->plan->in_task)
        play_all(user); /* not in a task */
    else if (coil_run(play_all, user).status != 0)
        complain("a user's loop did not run");
    return NULL;
}
