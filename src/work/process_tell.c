/* A worker tells what its jobs have come to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loop/exception.h"
#include "mach/sys.h"
#include "mach/sys_io.h"
#include "mach/sys_process.h"
#include "work/bytes.h"
#include "work/process_pack.h"
#include "work/process_worker.h"

/* Somebody reads it, sooner or later: when it was told of the one before. */
static int send_packet(const struct worker *self, const struct letter *letter)
{
    int err = coil__letter_send_patiently(letter, self->seat.socket);

    if (err == 0 || err == -ETOOMANYREFS)
        return err;
    if (err != -EPIPE)
        fprintf(stderr, "coil: a worker could not send a result: %s\n", coil_strerror(err));
    coil__sys_exit(1); /* the pool would wait for it for ever */
}

void coil__worker_ring(struct worker *self, uintptr_t number)
{
    const struct worker_ear *known = &self->ears[number % EARS];
    unsigned ear = known->number == number && known->fd >= 0 ? (unsigned)number : 0;
    int err;

    if (!coil__ear_wakes(self->boards, &ear))
        return;
    err = sys_eventfd_ring(self->ears[ear % EARS].fd);
    if (err != 0 && err != -EAGAIN)
        coil__sys_exit(1); /* a job has closed it */
}

/* In its slot, or before it as a packet. From then on the slot is the pool's. Otherwise its
 * descriptor could not be sent. */
static int answer(const struct worker_job *job, const struct letter *letter)
{
    struct worker *self = job->worker;
    struct board *board = self->board;
    struct slot *slot = &board->slots[job->slot];
    uintptr_t ear = word_load(&slot->ear);

    slot->bytes = (uint32_t)coil__letter_copy(letter, slot->message, MESSAGE_BYTES);
    if (slot->bytes == 0 && send_packet(self, letter) != 0)
        return -ETOOMANYREFS;
    if (coil__slot_done(slot)) {
        coil__tray_put(&board->answers, board->slots, job->slot);
        coil__sys_futex_wake_shared(word_futex(&board->answers.top), 1);
    } else {
        coil__tray_put(&board->answers, board->slots, job->slot);
        coil__worker_ring(self, ear);
    }
    return 0;
}

/* A failure, and what is known of it. */
void coil__worker_tell_failure(struct worker_job *job, int64_t status, const char *text,
                               const char *place)
{
    struct job_head head = {.kind = JOB_DONE, .flags = JOB_NO_DATA, .id = job->id};
    struct letter letter;

    head.status = status;
    head.text_bytes = (uint32_t)strnlen(text, TEXT_MOST);
    head.place_bytes = (uint32_t)strnlen(place, PLACE_MOST);
    coil__letter_begin(&letter);
    coil__letter_add(&letter, &head, sizeof(head));
    coil__letter_add(&letter, text, head.text_bytes);
    coil__letter_add(&letter, place, head.place_bytes);
    answer(job, &letter);
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

static void tell_bytes(struct worker_job *job, struct job_head *head,
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
    if (answer(job, &letter) != 0)
        coil__worker_tell_failure(job, -ETOOMANYREFS, "too many descriptors are on their way", "");
}

/* Takes the bytes over; NULL: there are none. */
static void tell_value(struct worker_job *job, int64_t status, struct coil_bytes *bytes)
{
    struct job_head head = {.kind = JOB_DONE, .id = job->id};
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
    tell_bytes(job, &head, bytes);
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
