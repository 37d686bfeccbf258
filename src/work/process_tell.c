/* A worker tells what its jobs have come to. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "loop/exception.h"
#include "mach/sys_io.h"
#include "mach/sys_process.h"
#include "work/bytes.h"
#include "work/process_pack.h"
#include "work/process_worker.h"

/* The pool reads all the time, so waiting here holds nobody up for long. */
void coil__worker_send(const struct worker *self, const struct letter *letter)
{
    struct pollfd writable = {.fd = self->seat.socket, .events = POLLOUT};
    int err;

    while ((err = coil__letter_send(letter, self->seat.socket)) == -EAGAIN)
        coil__sys_poll(&writable, 1, COIL_FOREVER);
    if (err != 0 && err != -EPIPE)
        fprintf(stderr, "coil: a worker could not send a result: %s\n", coil_strerror(err));
    if (err != 0)
        coil__sys_exit(1); /* the pool would wait for it for ever */
}

/* A failure, and what is known of it. */
void coil__worker_tell_failure(struct worker_job *job, int64_t status, const char *text,
                               const char *place)
{
    struct job_head head = {
        .kind = JOB_DONE, .flags = JOB_NO_DATA, .id = job->id, .slot = job->slot};
    struct letter letter;

    head.status = status;
    head.text_bytes = (uint32_t)strnlen(text, TEXT_MOST);
    head.place_bytes = (uint32_t)strnlen(place, PLACE_MOST);
    coil__letter_begin(&letter);
    coil__letter_add(&letter, &head, sizeof(head));
    coil__letter_add(&letter, text, head.text_bytes);
    coil__letter_add(&letter, place, head.place_bytes);
    coil__worker_send(job->worker, &letter);
}

/* Large ones that do not lie in shared memory yet are copied there. NULL: that cannot be. */
static struct coil_bytes *share(struct coil_bytes *bytes)
{
    struct coil_bytes *copy;

    if (coil__bytes_fd(bytes) >= 0)
        return bytes;
    copy = coil_bytes_copy(bytes->data, bytes->size);
    if (copy != NULL && coil__bytes_fd(copy) >= 0) {
        coil_bytes_free(bytes);
        return copy;
    }
    coil_bytes_free(copy);
    return NULL;
}

/* A small one goes straight to the thread that waits for it, if one does. */
static bool answer(const struct worker_job *job, const struct job_head *head, const void *data)
{
    struct answer *answer = &job->worker->answers[job->slot];
    uintptr_t was = word_load(&answer->state);

    if (head->data_bytes > ANSWER_BYTES || head->flags & (JOB_SHARED | JOB_BATCH) ||
        (was != ANSWER_WAITED && was != ANSWER_SENDING))
        return false;
    answer->status = head->status;
    answer->flags = head->flags;
    answer->data_bytes = (uint32_t)head->data_bytes;
    if (head->data_bytes > 0)
        memcpy(answer->data, data, head->data_bytes);
    if (!word_cas(&answer->state, &was, ANSWER_GIVEN))
        return false;
    if (was == ANSWER_WAITED)
        coil__sys_futex_wake_shared(word_futex(&answer->state), 1);
    return true;
}

static void send_value(struct worker_job *job, struct job_head *head,
                       const struct coil_bytes *bytes)
{
    struct letter letter;
    int fd;

    coil__letter_begin(&letter);
    coil__letter_add(&letter, head, sizeof(*head));
    if (head->flags & JOB_SHARED) {
        fd = coil__bytes_fd(bytes);
        coil__letter_attach(&letter, &fd, 1);
    } else if (bytes != NULL) {
        coil__letter_add(&letter, bytes->data, bytes->size);
    }
    coil__worker_send(job->worker, &letter);
}

/* Takes the bytes over; NULL: there are none. */
static void tell_value(struct worker_job *job, int64_t status, struct coil_bytes *bytes)
{
    struct job_head head = {.kind = JOB_DONE, .id = job->id, .slot = job->slot};
    struct coil_bytes *shared;

    head.status = status;
    head.flags = bytes == NULL ? JOB_NO_DATA : job->payload->batch ? JOB_BATCH : 0;
    if (bytes != NULL && bytes->size > job->worker->setup.shared_bytes) {
        shared = share(bytes);
        if (shared == NULL) {
            coil__worker_tell_failure(job, -ENOMEM, "no shared memory could be made for the result",
                                      "");
            coil_bytes_free(bytes);
            return;
        }
        bytes = shared;
        head.flags |= JOB_SHARED;
    }
    head.data_bytes = bytes != NULL ? bytes->size : 0;
    if (!answer(job, &head, bytes != NULL ? bytes->data : NULL))
        send_value(job, &head, bytes);
    coil_bytes_free(bytes);
}

static void tell_batch(struct worker_job *job, struct coil_results *results)
{
    struct coil_bytes *bytes = coil__pack_results(results);

    coil_results_free(results);
    if (bytes == NULL)
        coil__worker_tell_failure(job, -ENOMEM, "there was no memory for the results of the batch",
                                  "");
    else
        tell_value(job, 0, bytes);
}

static void tell_no_bytes(struct worker_job *job)
{
    char text[512];

    snprintf(text, sizeof(text),
             "%s returned a value that is no bytes (coil_bytes_new, coil_bytes_result)",
             job->payload->function.symbol);
    coil__worker_tell_failure(job, -ENOEXEC, text, "");
}

void coil__worker_tell(struct worker_job *job, struct coil_result result)
{
    const struct coil_exception *exception = coil_current_exception();

    if (result.status < 0 && coil_exception_code(exception) != result.status)
        exception = NULL;
    if (result.status < 0)
        coil__worker_tell_failure(job, result.status, coil_exception_text(exception),
                                  coil_exception_place(exception));
    else if (job->payload->batch)
        tell_batch(job, result.value);
    else if (result.value != NULL && !coil__pack_is_bytes(result.value))
        tell_no_bytes(job);
    else
        tell_value(job, result.status, result.value);
}
