/* What jobs of workers come to: told by a packet to the manager, or straight to who waits. */
#include "work/process_answer.h"

#include <errno.h>

#include "mach/interrupt.h"
#include "work/bytes.h"
#include "work/process_pack.h"
#include "work/processes.h"

static struct outcome failed(int64_t status, const char *text)
{
    return (struct outcome){status, NULL, coil__exception_text(status, "", text)};
}

static struct outcome unpack(const struct job_head *head, const void *data)
{
    struct outcome outcome = {.status = head->status};
    struct coil_results *results = NULL;
    int err = coil__unpack_results(data, head->data_bytes, &results);

    if (err != 0)
        return failed(err, "the results of the batch could not be read");
    outcome.value = results;
    return outcome;
}

/* Closes the descriptor. */
static struct outcome adopt(const struct job_head *head, int fd)
{
    struct outcome outcome = {.status = head->status};
    struct coil_bytes *bytes = NULL;
    int err;

    if (fd < 0)
        return failed(-EMFILE, "there was no free descriptor for its result");
    err = coil__bytes_adopt(fd, head->data_bytes, &bytes);
    if (err != 0)
        return failed(err, "its result could not be mapped");
    outcome.value = bytes;
    if ((head->flags & JOB_BATCH) == 0)
        return outcome;
    outcome = unpack(head, bytes->data);
    coil_bytes_free(bytes);
    return outcome;
}

bool coil__outcome_takes_fd(const struct job_head *head)
{
    return head->status >= 0 && (head->flags & JOB_NO_DATA) == 0 && (head->flags & JOB_SHARED) != 0;
}

struct outcome coil__outcome_of(const struct job_parts *parts, int fd)
{
    const struct job_head *head = &parts->head;
    struct outcome outcome = {.status = head->status};

    if (head->status < 0)
        outcome.exception = coil__pack_exception(head->status, parts->text, head->text_bytes,
                                                 parts->place, head->place_bytes);
    if (head->status < 0 || head->flags & JOB_NO_DATA)
        return outcome;
    if (coil__outcome_takes_fd(head))
        return adopt(head, fd);
    if (head->flags & JOB_BATCH)
        return unpack(head, parts->data);
    outcome.value = coil_bytes_copy(parts->data, head->data_bytes);
    return outcome.value != NULL ? outcome : failed(-ENOMEM, "there was no memory for its result");
}

/* Under the lock: of a job that may have left its seat meanwhile. */
static void take_outcome(struct seat *seat, const struct job_head *head, struct outcome outcome,
                         struct coil_link *done)
{
    struct process_job *job = head->slot < seat->pool->setup.at_once ? seat->at[head->slot] : NULL;

    if (job != NULL && job->id == head->id) {
        coil__process_job_off(job, outcome.status, outcome.value, outcome.exception, done);
        return;
    }
    exception_unref(outcome.exception); /* a shutdown has left it behind */
    if (outcome.value != NULL)
        (head->flags & JOB_BATCH ? coil_results_free : coil_bytes_free)(outcome.value);
}

void coil__seat_answered(struct seat *seat, const struct job_head *head, struct outcome outcome)
{
    struct process_pool *pool = seat->pool;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    take_outcome(seat, head, outcome, &done);
    coil__seat_dismiss(seat);
    coil__process_pump(pool, &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

/* ---- past the manager ---- */

static struct answer *answer_of(const struct process_job *job)
{
    return &job->seat->answers[job->slot];
}

/* Under the lock. What it came to, if its worker has written that; the packet it would have been.
 */
bool coil__answer_take(const struct process_job *job, struct job_head *head,
                       struct outcome *outcome)
{
    const struct answer *answer = answer_of(job);
    struct job_parts parts = {.head = {.kind = JOB_DONE, .slot = (uint16_t)job->slot}};

    if (word_load(&answer->state) != ANSWER_GIVEN)
        return false;
    parts.head.id = job->id;
    parts.head.status = answer->status;
    parts.head.flags = answer->flags & JOB_NO_DATA;
    parts.head.data_bytes = answer->data_bytes < ANSWER_BYTES ? answer->data_bytes : ANSWER_BYTES;
    parts.data = answer->data;
    *head = parts.head;
    *outcome = coil__outcome_of(&parts, -1);
    return true;
}

/* NULL: it does not run, or another thread waits for it already. */
static struct answer *begin_wait(struct process_job *job)
{
    struct answer *answer = NULL;
    uintptr_t none = ANSWER_NONE;

    pthread_mutex_lock(&job->pool->lock);
    if (job->seat != NULL && word_cas(&answer_of(job)->state, &none, ANSWER_WAITED))
        answer = answer_of(job);
    pthread_mutex_unlock(&job->pool->lock);
    return answer;
}

/* Settles the job if it is this thread that was told. */
static void end_wait(struct process_job *job)
{
    uintptr_t waited = ANSWER_WAITED;
    struct outcome outcome;
    struct job_head head;
    struct seat *seat;
    bool given = false;

    pthread_mutex_lock(&job->pool->lock);
    seat = job->seat;
    if (seat != NULL && !word_cas(&answer_of(job)->state, &waited, ANSWER_NONE))
        given = coil__answer_take(job, &head, &outcome);
    pthread_mutex_unlock(&job->pool->lock);
    if (given)
        coil__seat_answered(seat, &head, outcome);
}

static int sleep_on_future(struct process_job *job, uintptr_t state, uint32_t seen,
                           int64_t deadline_ns)
{
    return coil__mach_wait_interruptible(word_futex(&job->future.state), (uint32_t)state, seen,
                                         deadline_ns);
}

int coil__process_sleep(struct coil_cfuture *future, uintptr_t state, uint32_t seen,
                        int64_t deadline_ns)
{
    struct process_job *job = container_of(future, struct process_job, future);
    struct answer *answer = begin_wait(job);
    int err;

    if (answer == NULL)
        return sleep_on_future(job, state, seen, deadline_ns);
    err = coil__mach_wait_interruptible_or(word_futex(&future->state), (uint32_t)state,
                                           word_futex(&answer->state), ANSWER_WAITED, seen,
                                           deadline_ns);
    end_wait(job);
    return err == -ENOSYS ? sleep_on_future(job, state, seen, deadline_ns) : err;
}
