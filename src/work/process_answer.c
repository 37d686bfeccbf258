/* What jobs of workers come to, and how a thread waits for that. */
#include <errno.h>

#include "mach/clock.h"
#include "mach/interrupt.h"
#include "mach/spin.h"
#include "work/bytes.h"
#include "work/process_pack.h"
#include "work/processes.h"

static __thread struct mach_spin spinning = {.limit_ns = SPIN_NS};

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

/* ---- waiting ---- */

/* Takes what is there, and says what to sleep on if it is not what this thread waits for. NULL: it
 * is done, or does not run yet, or is on its way: somebody else is woken for it. */
static struct tray *begin_wait(struct process_job *job)
{
    struct process_pool *pool = job->pool;
    struct tray *answers = NULL;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    if (job->seat != NULL)
        coil__process_harvest(pool, &done);
    if (job->seat != NULL && coil__slot_wait(&job->seat->board->slots[job->slot]))
        answers = &job->seat->board->answers;
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    return answers;
}

/* The worker may have seen that this thread sleeps, and wakes nobody else. */
static void end_wait(struct process_job *job)
{
    struct process_pool *pool = job->pool;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    coil__process_harvest(pool, &done);
    if (job->seat != NULL) {
        coil__slot_wait_no_more(&job->seat->board->slots[job->slot]);
        coil__process_watch(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

static int sleep_on_future(struct process_job *job, uintptr_t state, uint32_t seen,
                           int64_t deadline_ns)
{
    return coil__mach_wait_interruptible(word_futex(&job->future.state), (uint32_t)state, seen,
                                         deadline_ns);
}

/* What a thread looks at: its job may come by any answer of its worker's, or be done by others. */
struct wait {
    const struct process_job *job;
    const struct tray *answers;
};

static bool has_come(const void *arg)
{
    const struct wait *wait = arg;

    return tray_has(wait->answers) || (word_load(&wait->job->future.state) & CF_DONE) != 0;
}

/* True: something came within the time that a sleep would cost. */
static bool look_again(const struct process_job *job, const struct tray *answers)
{
    const struct wait wait = {job, answers};
    int64_t now = mach_now();

    return spin_look(now, spin_begin(&spinning, now), has_come, &wait);
}

int coil__process_sleep(struct coil_cfuture *future, uintptr_t state, uint32_t seen,
                        int64_t deadline_ns)
{
    struct process_job *job = container_of(future, struct process_job, future);
    struct tray *answers = begin_wait(job);
    int err = 0;

    if (answers == NULL)
        return sleep_on_future(job, state, seen, deadline_ns);
    if (!look_again(job, answers))
        err = coil__mach_wait_interruptible_or(word_futex(&future->state), (uint32_t)state,
                                               word_futex(&answers->top), TRAY_EMPTY, seen,
                                               deadline_ns);
    spin_end(&spinning, mach_now());
    end_wait(job);
    return err == -ENOSYS ? sleep_on_future(job, state, seen, deadline_ns) : err;
}
