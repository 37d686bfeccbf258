/* A worker as its pool sees it: started, listened to, mourned. All on the manager's thread. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <coil/file.h>
#include <coil/sock.h>
#include <coil/task.h>

#include "base/alloc.h"
#include "mach/spawn.h"
#include "mach/sys_io.h"
#include "mach/sys_memory.h"
#include "work/bytes.h"
#include "work/process_pack.h"
#include "work/processes.h"

#define WORDS_AT_ONCE 4096 /* what a pipe that can be written to takes without waiting */

/* ---- what it writes to stderr ---- */

static void keep_words(struct seat *seat, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        seat->words[(seat->words_n + i) % WORDS_BYTES] = text[i];
    COUNTER_ADD(seat->words_n, size);
}

/* Our stderr may be a pipe that nobody reads just now: this task waits then, and no other. Once the
 * worker has ended it does not: what would not go out is lost. */
static coil_async void pass_on(const char *text, size_t size, bool *ended)
{
    struct pollfd ours = {.fd = STDERR_FILENO, .events = POLLOUT};
    int64_t n = 0;

    for (size_t at = 0; at < size && n >= 0; at += (size_t)n) {
        struct iovec part = {(void *)(uintptr_t)(text + at), size - at};

        while (coil__sys_poll(&ours, 1, 0) == 0) {
            if (*ended)
                return;
            *ended = coil_poll(STDERR_FILENO, POLLOUT) == -ECANCELED;
        }
        n = coil__sys_writev(STDERR_FILENO, &part, 1, -1);
        if (n == -EINTR || n == -EAGAIN)
            n = 0;
    }
}

static coil_async struct coil_result read_words(void *arg)
{
    struct seat *seat = arg;
    char text[WORDS_AT_ONCE];
    struct iovec part = {text, sizeof(text)};
    bool ended = false;
    int64_t n;

    for (;;) {
        n = ended ? coil__sys_readv(seat->words_fd, &part, 1, -1)
                  : coil_read(seat->words_fd, text, sizeof(text));
        if (n == -ECANCELED) {
            ended = true;
            continue;
        }
        if (n <= 0)
            return coil_number(0);
        keep_words(seat, text, (size_t)n);
        pass_on(text, (size_t)n, &ended);
    }
}

/* What it wrote since its job began, as far as it is kept, without the end of the line. */
static size_t last_words(const struct seat *seat, char text[WORDS_BYTES + 1])
{
    size_t from = seat->words_from, n = seat->words_n;

    if (n - from > WORDS_BYTES)
        from = n - WORDS_BYTES;
    while (n > from && seat->words[(n - 1) % WORDS_BYTES] == '\n')
        n--;
    for (size_t i = from; i < n; i++)
        text[i - from] = seat->words[i % WORDS_BYTES];
    text[n - from] = '\0';
    return n - from;
}

/* ---- its results ---- */

struct outcome {
    int64_t status;
    void *value;
    struct coil_exception *exception;
};

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

static struct outcome outcome_of(const struct job_parts *parts, int fd)
{
    const struct job_head *head = &parts->head;
    struct outcome outcome = {.status = head->status};

    if (head->status < 0)
        outcome.exception = coil__pack_exception(head->status, parts->text, head->text_bytes,
                                                 parts->place, head->place_bytes);
    if (head->status < 0 || head->flags & JOB_NO_DATA)
        return outcome;
    if (head->flags & JOB_SHARED)
        return adopt(head, fd);
    if (head->flags & JOB_BATCH)
        return unpack(head, parts->data);
    outcome.value = coil_bytes_copy(parts->data, head->data_bytes);
    return outcome.value != NULL ? outcome : failed(-ENOMEM, "there was no memory for its result");
}

static bool has_finished(const struct seat *seat)
{
    const struct process_pool *pool = seat->pool;

    return seat->free_slots == pool->setup.at_once &&
           (pool->ending || (pool->jobs_each > 0 && seat->jobs >= pool->jobs_each));
}

/* It sees the end of its socket, and goes. */
void coil__seat_dismiss(struct seat *seat)
{
    if (seat->state != SEAT_READY || !has_finished(seat))
        return;
    seat->state = SEAT_ENDING;
    coil__sys_shutdown(seat->socket, SHUT_WR);
}

/* Under the lock: it has taken something from its socket. */
static void has_room(struct seat *seat)
{
    if (!seat->full)
        return;
    seat->full = false;
    for (unsigned i = 0; i < seat->pool->setup.at_once; i++)
        if (seat->at[i] != NULL && seat->at[i]->cancel_waits)
            coil__process_ask_cancel(seat->at[i]);
}

static coil_async struct coil_result wait_for_room(void *arg)
{
    struct seat *seat = arg;
    struct process_pool *pool = seat->pool;
    struct coil_link done;
    int err = coil_poll(seat->socket, POLLOUT);

    if (err == -ECANCELED)
        return coil_error(err);
    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    has_room(seat);
    coil__process_pump(pool, &done);
    if (seat->full) /* again */
        coil__process_wake(pool);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    return coil_number(0);
}

static void give_up_task(struct coil_future **task)
{
    coil_future_unref(*task);
    *task = NULL;
}

void coil__seat_watch_room(struct seat *seat)
{
    bool full;

    pthread_mutex_lock(&seat->pool->lock);
    full = seat->full && seat->state != SEAT_ENDING;
    pthread_mutex_unlock(&seat->pool->lock);
    if (seat->room_task != NULL && coil_future_done(seat->room_task))
        give_up_task(&seat->room_task);
    if (full && seat->room_task == NULL)
        seat->room_task = coil_create_task(wait_for_room, seat);
}

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

static void has_answered(struct seat *seat, const struct job_head *head, struct outcome outcome)
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

static void is_ready(struct seat *seat)
{
    struct process_pool *pool = seat->pool;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    pool->failures = 0;
    pool->spare_failures = 0;
    seat->ready = true;
    if (seat->state == SEAT_STARTING)
        seat->state = SEAT_READY;
    coil__seat_dismiss(seat);
    coil__process_pump(pool, &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

/* What it says wrongly is not listened to: it will be ended. */
static bool take_letter(struct seat *seat, struct letter *letter, size_t size)
{
    struct job_parts parts;
    int fds[LETTER_FDS];
    bool good;

    coil__letter_fds(letter, fds); /* what was lost is missed below */
    good = coil__job_parts(seat->buffer, size, &parts);
    if (good && parts.head.kind == JOB_READY)
        is_ready(seat);
    else if (good && parts.head.kind == JOB_DONE)
        has_answered(seat, &parts.head, outcome_of(&parts, fds[0]));
    for (int i = good && parts.head.flags & JOB_SHARED; i < LETTER_FDS; i++)
        if (fds[i] >= 0)
            coil__sys_close(fds[i]);
    return good;
}

/* Whoever ended without having read everything resets the connection; what he sent is there. */
static coil_async bool receive(struct seat *seat)
{
    struct letter letter;
    int64_t n;

    coil__letter_expect(&letter, seat->buffer, seat->buffer_bytes);
    n = coil_sock_recvmsg(seat->socket, &letter.header, 0);
    if (n == -EINTR || n == -ECONNRESET)
        return true;
    return n > 0 && take_letter(seat, &letter, (size_t)n);
}

/* ---- its end ---- */

static int describe_end(const struct seat *seat, char *text, size_t size)
{
    char how[96];

    if (seat->failure != 0)
        return snprintf(text, size, "worker %u could not be started: %s", seat->index,
                        coil_strerror(seat->failure));
    coil__process_describe_status(seat->status, how, sizeof(how));
    if (seat->status_known)
        return snprintf(text, size, "worker %u (pid %d) %s", seat->index, seat->pid, how);
    return snprintf(text, size, "worker %u (pid %d) ended with its zygote, which %s,", seat->index,
                    seat->pid, seat->pool->zygote_fate);
}

static void add_words(const struct seat *seat, char *text, size_t size)
{
    char words[WORDS_BYTES + 1];

    if (last_words(seat, words) > 0)
        snprintf(text, size, "; it said: %s", words);
}

/* "worker 2 (pid 123) was killed by signal 9 (Killed) while it ran resize; it said: ..." */
static struct coil_exception *obituary(const struct seat *seat, const struct process_job *job,
                                       int64_t status)
{
    static const char *const why[] = {[JOB_DIES] = "",
                                      [JOB_KILLED] = ", as was asked",
                                      [JOB_TIMED_OUT] = ", for its time was up"};
    char text[WORDS_BYTES + 512];
    int n = describe_end(seat, text, sizeof(text));

    n += snprintf(text + n, sizeof(text) - (size_t)n, " while it ran %.200s%s", job->name,
                  why[job->end]);
    add_words(seat, text + n, sizeof(text) - (size_t)n);
    return coil__exception_text(status, job->future.place, text);
}

static void mourn(struct seat *seat, struct coil_link *done)
{
    static const int64_t statuses[] = {
        [JOB_DIES] = -COIL_EDIED, [JOB_KILLED] = -ECANCELED, [JOB_TIMED_OUT] = -ETIMEDOUT};

    for (unsigned i = 0; i < seat->pool->setup.at_once; i++) {
        struct process_job *job = seat->at[i];

        if (job != NULL)
            coil__process_job_off(job, statuses[job->end], NULL,
                                  obituary(seat, job, statuses[job->end]), done);
    }
}

static coil_async void end_task(struct coil_future **task)
{
    if (*task == NULL)
        return;
    coil_future_cancel(*task, "the worker has ended");
    while (!coil_future_done(*task))
        coil_await(*task);
    give_up_task(task);
}

/* Its zygote tells us that it has; or has ended itself, then the kernel does. */
static coil_async void wait_for_end(struct seat *seat)
{
    pthread_mutex_lock(&seat->pool->lock);
    seat->state = SEAT_ENDING;
    coil__seat_kill(seat);
    pthread_mutex_unlock(&seat->pool->lock);
    while (coil_event_wait(&seat->ended) == -ECANCELED)
        ;
    while (!seat->status_known && seat->pidfd >= 0 && coil_poll(seat->pidfd, POLLIN) == -ECANCELED)
        ;
    end_task(&seat->words_task);
    end_task(&seat->room_task);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        coil_close_soon(*fd);
    *fd = -1;
}

static void leave(struct seat *seat)
{
    struct process_pool *pool = seat->pool;
    char text[WORDS_BYTES + 512];
    struct coil_link done;
    int n;

    list_init(&done);
    n = describe_end(seat, text, sizeof(text));
    add_words(seat, text + n, sizeof(text) - (size_t)n);
    pthread_mutex_lock(&pool->lock);
    close_one(&seat->socket);
    close_one(&seat->pidfd);
    close_one(&seat->words_fd);
    mourn(seat, &done);
    seat->state = SEAT_EMPTY;
    seat->pid = 0;
    pool->empty_seats++;
    coil__process_pump(pool, &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    if (!seat->ready)
        coil__process_start_failed(pool, seat->failure != 0 ? seat->failure : -COIL_EDIED, text);
    coil__process_settled(pool);
}

static coil_async struct coil_result live(void *arg)
{
    struct seat *seat = arg;

    while (receive(seat))
        ;
    wait_for_end(seat);
    leave(seat);
    return coil_number(0);
}

void coil__seat_kill(struct seat *seat)
{
    if (seat->pidfd >= 0)
        coil__sys_pidfd_signal(seat->pidfd, SIGKILL);
}

void coil__seat_started(struct seat *seat, int pid, int pidfd)
{
    pthread_mutex_lock(&seat->pool->lock);
    seat->pid = pid;
    seat->pidfd = pidfd;
    if (seat->state == SEAT_ENDING)
        coil__seat_kill(seat);
    pthread_mutex_unlock(&seat->pool->lock);
}

/* Descriptors that somebody still holds must not make it seem to live. */
void coil__seat_ended(struct seat *seat, int status, bool known)
{
    seat->status = status;
    seat->status_known = known;
    if (!known) {
        pthread_mutex_lock(&seat->pool->lock);
        coil__seat_kill(seat);
        pthread_mutex_unlock(&seat->pool->lock);
    }
    coil__sys_shutdown(seat->socket, SHUT_RDWR);
    coil_event_set(&seat->ended);
}

void coil__seat_failed(struct seat *seat, int err)
{
    seat->failure = err;
    coil__seat_ended(seat, 0, true);
}

/* ---- its beginning ---- */

static int make_flags(struct seat *seat)
{
    size_t size = seat->pool->setup.at_once * sizeof(*seat->flags);
    void *flags = NULL;
    int fd, err;

    if (seat->flags != NULL)
        return 0;
    fd = coil__sys_memfd("coil-flags", size);
    if (fd < 0)
        return fd;
    err = coil__sys_mmap(&flags, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (err != 0) {
        coil__sys_close(fd);
        return err;
    }
    seat->flags = flags;
    seat->flags_fd = fd;
    return 0;
}

static int make_buffer(struct seat *seat)
{
    if (seat->buffer != NULL)
        return 0;
    seat->buffer_bytes =
        sizeof(struct job_head) + TEXT_MOST + PLACE_MOST + seat->pool->setup.shared_bytes;
    seat->buffer = mem_alloc(seat->buffer_bytes);
    return seat->buffer != NULL ? 0 : -ENOMEM;
}

/* The far ends go to the zygote, and are closed here in any case. */
static int ask_for_worker(struct seat *seat, int socket, int words)
{
    const int fds[LETTER_FDS] = {socket, words, seat->flags_fd};
    struct control control = {.kind = CONTROL_START, .seat = seat->index};

    coil__mach_make_blocking(words);
    return coil__control_send(seat->zygote->control, &control, fds, LETTER_FDS);
}

static int make_ends(struct seat *seat)
{
    int sockets[2], words[2], err;

    err = coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, sockets);
    if (err < 0)
        return err;
    err = coil__sys_pipe(words);
    if (err < 0) {
        coil__sys_close(sockets[0]);
        coil__sys_close(sockets[1]);
        return err;
    }
    err = ask_for_worker(seat, sockets[1], words[1]);
    coil__sys_close(sockets[1]);
    coil__sys_close(words[1]);
    pthread_mutex_lock(&seat->pool->lock);
    seat->socket = sockets[0];
    pthread_mutex_unlock(&seat->pool->lock);
    seat->words_fd = words[0];
    return err;
}

static int listen_to(struct seat *seat)
{
    struct coil_future *task;
    bool failed;

    coil_event_clear(&seat->ended);
    seat->words_task = coil_create_task(read_words, seat);
    task = coil_create_task(live, seat);
    failed = coil_future_done(task); /* it could not be made */
    coil_future_unref(task);
    if (!failed)
        return 0;
    coil_future_cancel(seat->words_task, "there is no memory");
    give_up_task(&seat->words_task);
    return -ENOMEM;
}

int coil__seat_start(struct seat *seat)
{
    int err = make_flags(seat);

    seat->status_known = seat->ready = false;
    seat->words_from = seat->words_n;
    seat->failure = 0;
    if (err == 0)
        err = make_buffer(seat);
    if (err == 0)
        err = make_ends(seat);
    if (err == 0)
        err = listen_to(seat);
    if (err == 0)
        return 0;
    pthread_mutex_lock(&seat->pool->lock);
    close_one(&seat->socket);
    close_one(&seat->words_fd);
    pthread_mutex_unlock(&seat->pool->lock);
    return err;
}
