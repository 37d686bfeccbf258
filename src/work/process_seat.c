/* A worker as its pool sees it: started, listened to, mourned. All on the manager's thread. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include <coil/file.h>
#include <coil/sock.h>
#include <coil/task.h>

#include "base/alloc.h"
#include "mach/spawn.h"
#include "mach/sys.h"
#include "mach/sys_io.h"
#include "mach/sys_memory.h"
#include "work/process_ear.h"

static bool has_finished(const struct seat *seat)
{
    const struct process_pool *pool = seat->pool;

    return seat->n_running == 0 &&
           (pool->ending || (pool->jobs_each > 0 && seat->jobs >= pool->jobs_each));
}

/* It is told to go. */
static void send_away(struct seat *seat)
{
    seat->state = SEAT_ENDING;
    word_exchange(&seat->board->closing, 1);
    if (coil__tray_kick(&seat->board->requests))
        sys_eventfd_ring(seat->bell);
}

void coil__seat_dismiss(struct seat *seat)
{
    if (seat->state == SEAT_READY && has_finished(seat))
        send_away(seat);
}

void coil__seat_give_up_task(struct coil_future **task)
{
    coil_future_unref(*task);
    *task = NULL;
}

/* Its loop runs, and we know who it is: which comes first is not said. */
static void opens(struct seat *seat)
{
    struct process_pool *pool = seat->pool;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    if (seat->state == SEAT_STARTING)
        seat->state = SEAT_READY;
    coil__seat_dismiss(seat);
    coil__process_pump(pool, &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

void coil__seat_is_ready(struct seat *seat)
{
    seat->pool->failures = 0;
    seat->pool->spare_failures = 0;
    seat->ready = true;
    if (seat->pid != 0)
        opens(seat);
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
    coil__seat_add_words(seat, text + n, sizeof(text) - (size_t)n);
    return coil__exception_text(status, job->future.place, text);
}

/* It only waited; or was to be begun, and a worker that always dies first must be heard of. */
static bool has_another_chance(struct process_job *job)
{
    if (job->end != JOB_DIES || job->payload == NULL || job->unlucky ||
        !coil__slot_moves(&job->seat->board->slots[job->slot], SLOT_PUT, SLOT_WITHDRAWN))
        return false;
    job->unlucky = !job->waits;
    return true;
}

/* What it had not begun goes to another one. */
static void bury(struct process_job *job, struct coil_link *done)
{
    static const int64_t statuses[] = {
        [JOB_DIES] = -COIL_EDIED, [JOB_KILLED] = -ECANCELED, [JOB_TIMED_OUT] = -ETIMEDOUT};
    int64_t status = statuses[job->end];

    if (!has_another_chance(job)) {
        coil__process_job_off(job, status, NULL, obituary(job->seat, job, status), done);
        return;
    }
    coil__seat_lose(job);
    if (word_load(&job->future.state) & CF_CANCEL)
        coil__process_job_never(job, done);
    else if (job->pool->cancelled)
        coil__process_job_off(job, -ECANCELED, NULL, coil__process_ends(), done);
    else
        coil__process_requeue(job);
}

/* Those that waited last come first, so that in the queue they have their order; a job that leaves
 * does not make room for another one. */
static void mourn(struct seat *seat, struct coil_link *done)
{
    struct coil_link *lists[] = {&seat->waiting, &seat->running};

    coil__seat_harvest(seat, done); /* what it had done before it died counts */
    for (int i = 0; i < 2; i++)
        while (!list_empty(lists[i]))
            bury(container_of(lists[i]->prev, struct process_job, link), done);
}

static coil_async void end_task(struct coil_future **task)
{
    if (*task == NULL)
        return;
    coil_future_cancel(*task, "the worker has ended");
    while (!coil_future_done(*task))
        coil_await(*task);
    coil__seat_give_up_task(task);
}

/* Its zygote tells us that it has; or has ended itself, then the kernel does. */
static coil_async void wait_for_end(struct seat *seat)
{
    while (coil_event_wait(&seat->ended) == -ECANCELED)
        ;
    pthread_mutex_lock(&seat->pool->lock);
    seat->state = SEAT_ENDING;
    pthread_mutex_unlock(&seat->pool->lock);
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
    coil__seat_add_words(seat, text + n, sizeof(text) - (size_t)n);
    pthread_mutex_lock(&pool->lock);
    mourn(seat, &done);
    close_one(&seat->socket);
    close_one(&seat->pidfd);
    close_one(&seat->words_fd);
    close_one(&seat->bell);
    seat->state = SEAT_EMPTY;
    seat->pid = 0;
    pool->empty_seats++;
    coil__ears_ring(pool);
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
    if (seat->ready)
        opens(seat);
}

/* There was no descriptor for its pidfd: nobody could kill it, so it gets no job. */
void coil__seat_sends_away(struct seat *seat, int pid)
{
    seat->failure = -EMFILE;
    pthread_mutex_lock(&seat->pool->lock);
    seat->pid = pid;
    send_away(seat);
    pthread_mutex_unlock(&seat->pool->lock);
}

void coil__seat_ended(struct seat *seat, int status, bool known)
{
    seat->status = status;
    seat->status_known = known;
    if (!known) {
        pthread_mutex_lock(&seat->pool->lock);
        coil__seat_kill(seat);
        pthread_mutex_unlock(&seat->pool->lock);
    }
    coil_event_set(&seat->ended);
}

void coil__seat_failed(struct seat *seat, int err)
{
    seat->failure = err;
    coil__seat_ended(seat, 0, true);
}

/* ---- its beginning ---- */

static int make_buffer(struct seat *seat)
{
    if (seat->buffer != NULL)
        return 0;
    seat->buffer_bytes =
        sizeof(struct job_head) + TEXT_MOST + PLACE_MOST + seat->pool->setup.shared_bytes;
    seat->buffer = mem_alloc(seat->buffer_bytes);
    return seat->buffer != NULL ? 0 : -ENOMEM;
}

/* What a worker gets of what is made here. */
struct far_ends {
    int socket, words;
};

/* The far ends go to the zygote. */
static int ask_for_worker(const struct seat *seat, const struct far_ends *far)
{
    const struct process_pool *pool = seat->pool;
    const int fds[LETTER_FDS] = {far->socket, far->words, pool->boards_fd, seat->bell,
                                 pool->manager_ear};
    struct control control = {
        .kind = CONTROL_START, .seat = seat->index, .workers = pool->executor.workers};

    coil__mach_make_blocking(far->words);
    return coil__control_send(seat->zygote->control, &control, fds, LETTER_FDS);
}

static int make_ends(struct seat *seat, struct far_ends *far)
{
    int sockets[2], words[2], bell = coil__sys_eventfd(), err;

    if (bell < 0)
        return bell;
    err = coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, sockets);
    if (err < 0) {
        coil__sys_close(bell);
        return err;
    }
    err = coil__sys_pipe(words);
    if (err < 0) {
        coil__sys_close(sockets[0]);
        coil__sys_close(sockets[1]);
        coil__sys_close(bell);
        return err;
    }
    pthread_mutex_lock(&seat->pool->lock);
    coil__board_reset(seat->board, seat->pool->slots);
    seat->socket = sockets[0];
    seat->bell = bell;
    pthread_mutex_unlock(&seat->pool->lock);
    seat->words_fd = words[0];
    *far = (struct far_ends){.socket = sockets[1], .words = words[1]};
    return 0;
}

/* The slots that the worker before has kept are ours again. */
static void make_board(struct seat *seat)
{
    struct process_pool *pool = seat->pool;

    pthread_mutex_lock(&pool->lock);
    seat->board = coil__board_at(pool->boards, seat->index, pool->slots);
    for (unsigned i = 0; i < pool->slots; i++) {
        seat->places[i] = (struct place){0};
        seat->free[i] = (uint16_t)(pool->slots - 1 - i);
    }
    seat->free_slots = pool->slots;
    memset(seat->ears, 0, sizeof(seat->ears));
    pthread_mutex_unlock(&pool->lock);
}

/* Tasks that begin when the manager comes to them. */
static int listen_to(struct seat *seat, struct coil_future **life)
{
    coil_event_clear(&seat->ended);
    seat->words_task = coil_create_task(coil__seat_read_words, seat);
    *life = coil_create_task(live, seat);
    return coil_future_done(seat->words_task) || coil_future_done(*life) ? -ENOMEM : 0;
}

/* They have not begun, and never will. */
static void listen_no_more(struct seat *seat, struct coil_future *life)
{
    coil_future_cancel(life, "no worker is there");
    coil_future_cancel(seat->words_task, "no worker is there");
    coil__seat_give_up_task(&seat->words_task);
    pthread_mutex_lock(&seat->pool->lock);
    close_one(&seat->socket);
    close_one(&seat->bell);
    close_one(&seat->words_fd);
    pthread_mutex_unlock(&seat->pool->lock);
}

/* A worker that is asked for will come, so that is the last that can fail: another one would sit at
 * the same board. */
static int begin_life(struct seat *seat)
{
    struct coil_future *life;
    struct far_ends far;
    int err = make_ends(seat, &far);

    if (err != 0)
        return err;
    err = listen_to(seat, &life);
    if (err == 0)
        err = ask_for_worker(seat, &far);
    coil__sys_close(far.socket);
    coil__sys_close(far.words);
    if (err != 0)
        listen_no_more(seat, life);
    coil_future_unref(life);
    return err;
}

int coil__seat_start(struct seat *seat)
{
    int err;

    make_board(seat);
    seat->status_known = seat->ready = false;
    seat->words_from = seat->words_n;
    seat->failure = 0;
    err = make_buffer(seat);
    return err != 0 ? err : begin_life(seat);
}
