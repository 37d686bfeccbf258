/* Zygotes as their pool sees them: made, listened to, replaced when they end. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coil/file.h>
#include <coil/sock.h>
#include <coil/task.h>

#include "base/alloc.h"
#include "mach/spawn.h"
#include "mach/sys_io.h"
#include "work/processes.h"

#define SPARES_AT_MOST 5 /* that end without a worker having begun meanwhile */

int64_t coil__processes_hello_ns = COIL_SECONDS(10);

void coil__process_describe_status(int status, char *buffer, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(buffer, size, "was killed by signal %d (%s)", WTERMSIG(status),
                 sigdescr_np(WTERMSIG(status)));
    else
        snprintf(buffer, size, "exited with code %d", WEXITSTATUS(status));
}

/* ---- one more, one less ---- */

static struct zygote_near *near_new(struct process_pool *pool, int control)
{
    struct zygote_near *near = mem_zalloc(sizeof(*near));

    if (near == NULL)
        return NULL;
    *near = (struct zygote_near){.pool = pool, .control = control, .pidfd = -1};
    return near;
}

void coil__near_free(struct zygote_near *near)
{
    if (near == NULL)
        return;
    coil__sys_close(near->control);
    if (near->pidfd >= 0)
        coil__sys_close(near->pidfd);
    mem_free(near);
}

static int make(struct zygote_near *near, int control)
{
    const struct process_pool *pool = near->pool;
    int err = pool->program != NULL ? coil__zygote_start(pool->program, control, &near->pid)
                                    : coil__zygote_fork(&pool->setup, control, &near->pid);

    if (err != 0)
        return err;
    near->child = true;
    near->pidfd = coil__sys_pidfd_open(near->pid);
    if (near->pidfd >= 0)
        return 0;
    coil__mach_spawn_undo(near->pid);
    return near->pidfd;
}

static int set_up(const struct zygote_near *near)
{
    const struct process_setup *setup = &near->pool->setup;
    struct control control = {.kind = CONTROL_SETUP,
                              .version = PROCESS_VERSION,
                              .at_once = setup->at_once,
                              .shared_bytes = setup->shared_bytes};

    memcpy(control.name, setup->name, sizeof(control.name));
    return coil__control_send(near->control, &control, NULL, 0);
}

int coil__near_open(struct process_pool *pool, struct zygote_near **out)
{
    struct zygote_near *near;
    int sockets[2], err = coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, sockets);

    if (err < 0)
        return err;
    near = near_new(pool, sockets[0]);
    err = near != NULL ? make(near, sockets[1]) : -ENOMEM;
    coil__sys_close(sockets[1]);
    if (near == NULL) {
        coil__sys_close(sockets[0]);
        return err;
    }
    if (err != 0) {
        coil__near_free(near);
        return err;
    }
    err = set_up(near);
    if (err == 0 || err == -EPIPE || err == -ECONNRESET) { /* that it has ended will be heard */
        *out = near;
        return 0;
    }
    coil__near_end(near);
    return err;
}

void coil__near_kill(const struct zygote_near *near)
{
    if (near != NULL && near->pidfd >= 0)
        coil__sys_pidfd_signal(near->pidfd, SIGKILL);
}

static void reap(const struct zygote_near *near, bool wait, siginfo_t *info)
{
    int err;

    do
        err = coil__sys_waitid(near->pidfd, info, wait);
    while (err == -EINTR);
}

void coil__near_end(struct zygote_near *near)
{
    siginfo_t info;

    coil__sys_shutdown(near->control, SHUT_RDWR);
    coil__near_kill(near); /* there is nothing it could be in the midst of */
    reap(near, true, &info);
    coil__near_free(near);
}

/* ---- spare ones ---- */

static int ask_spare(struct process_pool *pool, int near_end, int far_end)
{
    struct control control = {.kind = CONTROL_SPARE, .seat = SEAT_SPARE};
    struct zygote_near *spare = near_new(pool, near_end);
    int err;

    if (spare == NULL)
        return -ENOMEM;
    err = coil__near_listen(spare);
    if (err == 0)
        err = coil__control_send(pool->zygote->control, &control, &far_end, 1);
    if (err == 0) {
        pool->spare = spare;
        return 0;
    }
    if (spare->task != NULL) /* it has not begun, and never will */
        coil_future_cancel(spare->task, "no spare zygote is there");
    coil_future_unref(spare->task);
    mem_free(spare);
    return err;
}

/* Without one the pool works as well, as long as nobody kills its zygote. */
void coil__near_ask_spare(struct process_pool *pool)
{
    int sockets[2];

    if (pool->spare != NULL || pool->zygote == NULL || pool->spare_failures >= SPARES_AT_MOST ||
        coil__process_is_ending(pool))
        return;
    pool->spare_failures++;
    if (coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, sockets) < 0)
        return;
    if (ask_spare(pool, sockets[0], sockets[1]) != 0)
        coil__sys_close(sockets[0]);
    coil__sys_close(sockets[1]);
}

/* ---- what they say ---- */

static struct seat *seat_at(const struct zygote_near *near, uint32_t index)
{
    const struct process_pool *pool = near->pool;
    struct seat *seat = index < pool->executor.workers ? &pool->seats[index] : NULL;

    return seat != NULL && seat->zygote == near && seat->state != SEAT_EMPTY ? seat : NULL;
}

static void has_started(struct zygote_near *near, const struct control *control, int *pidfd)
{
    struct zygote_near *spare = near->pool->spare;
    struct seat *seat = seat_at(near, control->seat);

    if (control->seat == SEAT_SPARE && spare != NULL && spare->pidfd < 0) {
        spare->pid = control->pid;
        spare->pidfd = *pidfd;
        *pidfd = -1;
    } else if (seat != NULL && seat->pid == 0 && *pidfd < 0) {
        coil__seat_sends_away(seat, control->pid);
    } else if (seat != NULL && seat->pid == 0) {
        coil__seat_started(seat, control->pid, *pidfd);
        *pidfd = -1;
    }
}

static void has_ended(const struct zygote_near *near, const struct control *control)
{
    struct process_pool *pool = near->pool;

    for (unsigned i = 0; i < pool->executor.workers; i++)
        if (pool->seats[i].pid == control->pid && pool->seats[i].zygote == near)
            coil__seat_ended(&pool->seats[i], control->status, true);
}

static void has_failed(const struct zygote_near *near, const struct control *control)
{
    struct seat *seat = seat_at(near, control->seat);

    if (seat != NULL && seat->pid == 0)
        coil__seat_failed(seat, control->status);
}

static void says_hello(struct zygote_near *near, const struct control *control)
{
    near->failure = control->version != PROCESS_VERSION ? -EPROTONOSUPPORT : control->status;
    near->hello = near->failure == 0;
    if (near->hello)
        coil_call_cancel(&near->patience);
}

static void take_control(struct zygote_near *near, const struct control *control, int *fd)
{
    switch (control->kind) {
    case CONTROL_HELLO: says_hello(near, control); break;
    case CONTROL_STARTED: has_started(near, control, fd); break;
    case CONTROL_ENDED: has_ended(near, control); break;
    case CONTROL_FAILED: has_failed(near, control); break;
    default: break;
    }
}

static coil_async bool receive(struct zygote_near *near)
{
    struct control control;
    struct letter letter;
    int fds[LETTER_FDS];
    int64_t n;

    coil__letter_expect(&letter, &control, sizeof(control));
    n = coil_sock_recvmsg(near->control, &letter.header, 0);
    if (n == -EINTR || n == -ECONNRESET)
        return true;
    if (n != sizeof(control))
        return false;
    coil__letter_fds(&letter, fds);
    take_control(near, &control, &fds[0]);
    coil__letter_close_fds(fds);
    return true;
}

/* ---- their end ---- */

/* Only of a child of ours, which nobody else has reaped, the kernel tells more. */
static void note_fate(const struct zygote_near *near, const siginfo_t *info)
{
    struct process_pool *pool = near->pool;
    int status = info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status;

    if (pool->zygote != near)
        return;
    snprintf(pool->zygote_fate, sizeof(pool->zygote_fate), "ended");
    if (info->si_pid != 0)
        coil__process_describe_status(status, pool->zygote_fate, sizeof(pool->zygote_fate));
}

/* It may have ended its side of the socket, and live. */
static coil_async void wait_for_end(struct zygote_near *near)
{
    siginfo_t info = {0};

    coil__near_kill(near);
    while (near->pidfd >= 0 && coil_poll(near->pidfd, POLLIN) == -ECANCELED)
        ;
    if (near->child)
        reap(near, false, &info);
    note_fate(near, &info);
}

/* None of its workers outlives it. */
static void bury_workers(const struct zygote_near *near)
{
    struct process_pool *pool = near->pool;

    for (unsigned i = 0; i < pool->executor.workers; i++)
        if (pool->seats[i].zygote == near && pool->seats[i].state != SEAT_EMPTY &&
            !coil_event_is_set(&pool->seats[i].ended))
            coil__seat_ended(&pool->seats[i], 0, false);
}

/* A program that ends before it has called coil_process_worker will do so again. */
static void tell_useless(const struct zygote_near *near)
{
    struct process_pool *pool = near->pool;
    char text[512];

    if (near->failure != 0)
        snprintf(text, sizeof(text), "%s cannot make workers: %s", pool->program[0],
                 coil_strerror(near->failure));
    else
        snprintf(text, sizeof(text), "%s did not call coil_process_worker; it %s", pool->program[0],
                 pool->zygote_fate);
    coil__process_give_up(pool, near->failure != 0 ? near->failure : -COIL_EDIED, text);
}

static void succeed(struct zygote_near *near)
{
    struct process_pool *pool = near->pool;

    if (pool->zygote == near) {
        pool->zygote = pool->spare;
        pool->spare = NULL;
    } else {
        pool->spare = NULL;
    }
    if (!near->hello && near->child && pool->program != NULL && !coil__process_is_ending(pool))
        tell_useless(near);
    coil__near_ask_spare(pool);
    pthread_mutex_lock(&pool->lock);
    coil__process_wake(pool);
    pthread_mutex_unlock(&pool->lock);
}

static coil_async struct coil_result hear(void *arg)
{
    struct zygote_near *near = arg;
    struct process_pool *pool = near->pool;

    while (receive(near))
        ;
    coil_call_cancel(&near->patience);
    wait_for_end(near);
    bury_workers(near);
    succeed(near);
    coil_close_soon(near->control);
    if (near->pidfd >= 0)
        coil_close_soon(near->pidfd);
    coil_future_unref(near->task);
    mem_free(near);
    coil__process_settled(pool);
    return coil_number(0);
}

static void lose_patience(void *arg)
{
    struct zygote_near *near = arg;

    near->failure = -ETIMEDOUT;
    coil__sys_pidfd_signal(near->pidfd, SIGKILL);
}

int coil__near_listen(struct zygote_near *near)
{
    near->task = coil_create_task(hear, near);
    coil_call_init(&near->patience, lose_patience, near);
    if (!coil_future_done(near->task)) {
        if (near->pool->program != NULL && near->child && !near->hello)
            coil_call_later(coil_loop_current(), &near->patience, coil__processes_hello_ns);
        return 0;
    }
    coil_future_unref(near->task); /* there is no memory for it */
    near->task = NULL;
    return -ENOMEM;
}
