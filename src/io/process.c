/* A child's life after its start: waited for, signaled, given up. */
#include "io/process.h"

#include <signal.h>

#include <coil/timeout.h>

#include "io/world.h"
#include "mach/sys_io.h"

#define AGAIN_NS COIL_MS(10)
#define LOST 255 /* what asyncio says of a child that somebody else reaped */

static void free_process(struct coil_process *process)
{
    struct coil_loop *loop = process->loop;

    mem_free(process);
    loop_object_gone(loop);
}

static void give_up_streams(struct coil_process *process)
{
    for (int i = 0; i < 3; i++) {
        coil_stream_unref(process->streams[i]);
        process->streams[i] = NULL;
    }
}

static void set_ended(struct coil_process *process, int returncode)
{
    process->returncode = returncode;
    if (process->pidfd >= 0)
        WORLD(process->loop, close, process->pidfd);
    process->pidfd = -1;
    list_leave(&process->guest.link);
    if (!process->loop->closing) /* else those who wait in vain have no stack any more */
        coil_event_set(&process->over);
    if (process->refs == 0)
        free_process(process);
}

/* By pidfd it reaches nobody else, ever; by number it does not as long as the child is not reaped,
 * which is our own doing. */
static int send_signal(struct coil_process *process, int number)
{
    int err;

    if (process_ended(process))
        return -ESRCH;
    if (process->leads_group) {
        err = coil__sys_pidfd_signal(process->pidfd, 0);
        return err == -ESRCH ? err : coil__sys_kill(-process->pid, number);
    }
    err = coil__sys_pidfd_signal(process->pidfd, number);
    if (err == -ENOSYS || err == -EPERM) /* filters of system calls may not know it */
        err = coil__sys_kill(process->pid, number);
    return err;
}

/* 0: it is gone, or will be. */
static int kill_for_good(struct coil_process *process)
{
    int err = send_signal(process, SIGKILL);

    if (err != 0 && err != -ESRCH) /* of its group there is one that we may not kill */
        err = coil__sys_kill(process->pid, SIGKILL);
    process->killed = err == 0 || err == -ESRCH;
    return process->killed ? 0 : err;
}

static void ask(struct coil_process *process)
{
    coil__drive_submit(process->loop->driver, &process->op);
}

static void ask_again(void *arg)
{
    ask(arg);
}

/* The child itself knows; `wait`: until it does. */
static int look(struct coil_process *process, bool wait)
{
    int err;

    do
        err = coil__sys_waitid(process->pidfd, &process->info, wait);
    while (err == -EINTR);
    return err;
}

static void set_ended_as_told(struct coil_process *process, int err)
{
    const siginfo_t *info = &process->info;

    process->lost = err != 0;
    if (err != 0)
        set_ended(process, LOST);
    else
        set_ended(process, info->si_code == CLD_EXITED ? info->si_status : -info->si_status);
}

/*
 * Whatever kept the driver from waiting (no memory, no room in the epoll), a child must not stay a
 * zombie: it is asked again in a while. ECHILD: somebody else has reaped it.
 */
static void was_told(struct op *op)
{
    struct coil_process *process = container_of(op, struct coil_process, op);
    bool closing = process->loop->closing;
    int err = op->result < 0 ? look(process, closing && process->killed) : 0;

    if (err != -EAGAIN)
        set_ended_as_told(process, err);
    else if (closing)
        set_ended_as_told(process, -ECHILD); /* it cannot be killed, and outlives us */
    else
        coil_call_later(process->loop, &process->again, AGAIN_NS);
}

/* No child outlives its loop; but one that runs as somebody else may have to be left alone. */
static void loop_closes(struct loop_guest *guest)
{
    struct coil_process *process = container_of(guest, struct coil_process, guest);
    bool killed = kill_for_good(process) == 0;

    if (process->op.state == OP_IDLE) {
        coil_call_cancel(&process->again);
        set_ended_as_told(process, look(process, killed));
    } else if (!killed) {
        coil__drive_cancel(process->loop->driver, &process->op);
    }
}

struct coil_process *coil__process_new(struct coil_loop *loop)
{
    struct coil_process *process = mem_zalloc(sizeof(*process));

    if (process == NULL)
        return NULL;
    process->loop = loop;
    loop->objects++;
    process->guest.loop_closes = loop_closes;
    process->refs = 1;
    process->pidfd = -1;
    process->returncode = COIL_RUNNING;
    coil_call_init(&process->again, ask_again, process);
    return process;
}

void coil__process_begin(struct coil_process *process, int pid, int pidfd)
{
    process->pid = pid;
    if (pidfd < 0) {
        process->lost = true;
        set_ended(process, LOST);
        return;
    }
    process->loop->driver->ops->forget(process->loop->driver, pidfd);
    process->pidfd = pidfd;
    list_append(&process->loop->guests, &process->guest.link);
    process->op =
        (struct op){.kind = OP_WAITID, .fd = pidfd, .waitid = {&process->info}, .done = was_told};
    ask(process);
}

void coil__process_drop(struct coil_process *process)
{
    give_up_streams(process);
    free_process(process);
}

void coil_process_unref(struct coil_process *process)
{
    if (process == NULL)
        return;
    loop_owned(process->loop, "coil_process_unref");
    if (--process->refs > 0)
        return;
    if (!process_ended(process)) {
        kill_for_good(process);
        for (int i = 0; i < 3; i++)
            if (process->streams[i] != NULL)
                coil_stream_abort(process->streams[i]);
    }
    give_up_streams(process);
    if (process_ended(process))
        free_process(process);
}

/* How wait tells it. */
static int outcome(const struct coil_process *process)
{
    if (process->lost)
        return -ECHILD;
    return process->returncode >= 0 ? process->returncode : 256 - process->returncode;
}

coil_async int coil_process_wait(struct coil_process *process)
{
    int err = 0;

    loop_owned(process->loop, "coil_process_wait");
    process->refs++;
    if (!process_ended(process))
        err = coil_event_wait(&process->over);
    if (err == 0)
        err = outcome(process);
    coil_process_unref(process);
    return err;
}

coil_async int coil_process_stop(struct coil_process *process, int64_t grace_ns)
{
    struct coil_timeout grace;
    int status;

    loop_owned(process->loop, "coil_process_stop");
    process->refs++;
    coil_process_terminate(process);
    coil_timeout_enter(&grace, grace_ns);
    status = (int)coil_timeout_exit(&grace, coil_process_wait(process));
    if (status == -ETIMEDOUT || status == -ECANCELED)
        coil_process_kill(process);
    if (status == -ETIMEDOUT)
        status = coil_process_wait(process);
    coil_process_unref(process);
    return status;
}

int coil_process_signal(struct coil_process *process, int number)
{
    loop_owned(process->loop, "coil_process_signal");
    return send_signal(process, number);
}

int coil_process_kill(struct coil_process *process)
{
    return coil_process_signal(process, SIGKILL);
}

int coil_process_terminate(struct coil_process *process)
{
    return coil_process_signal(process, SIGTERM);
}

int coil_process_pid(const struct coil_process *process)
{
    return process->pid;
}

int coil_process_returncode(const struct coil_process *process)
{
    return process->returncode;
}

struct coil_stream *coil_process_stdin(struct coil_process *process)
{
    return process->streams[0];
}

struct coil_stream *coil_process_stdout(struct coil_process *process)
{
    return process->streams[1];
}

struct coil_stream *coil_process_stderr(struct coil_process *process)
{
    return process->streams[2];
}
