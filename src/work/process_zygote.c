#include "work/process_zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <coil/process_pool.h>

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/loop.h"
#include "mach/spawn.h"
#include "mach/sys_io.h"
#include "mach/sys_process.h"
#include "mach/thread.h"
#include "work/executor.h"
#include "work/process_message.h"
#include "work/process_worker.h"

#define LEAVING_MS 100

extern char **environ;

/* Forked from a task, say: in the child nothing of that runs any more. */
static void forget_loop(void)
{
    coil__loop_running = NULL;
    coil__job_state = NULL;
}

struct zygote {
    int control;  /* to the pool; at its end we end */
    int parent;   /* pidfd of the pool's process, which may have been forked, so that the socket has
                     two ends there */
    int children; /* readable when one has ended */
    unsigned n;   /* of them */
    bool ending;  /* the pool has closed its end: once they have ended, so do we */
    struct process_setup setup;
};

/* Nothing is done but this, so it may wait; and no word may be lost. */
static void tell(const struct zygote *self, const struct control *control, int fd)
{
    int err;

    do
        err = coil__control_send_patiently(self->control, control, &fd, fd >= 0);
    while (err == -ETOOMANYREFS);
    if (err != 0)
        coil__sys_exit(0);
}

static void tell_failed(const struct zygote *self, uint32_t seat, int err)
{
    tell(self, &(struct control){.kind = CONTROL_FAILED, .seat = seat, .status = err}, -1);
}

/* By this descriptor the pool can signal it and nobody else, ever: it has not been reaped yet. */
static void tell_started(struct zygote *self, uint32_t seat, int pid)
{
    int pidfd = coil__sys_pidfd_open(pid);

    if (pidfd < 0) {
        coil__mach_spawn_undo(pid);
        self->n--;
        tell_failed(self, seat, pidfd);
        return;
    }
    tell(self, &(struct control){.kind = CONTROL_STARTED, .seat = seat, .pid = pid}, pidfd);
    coil__sys_close(pidfd);
}

static void tell_ended(struct zygote *self)
{
    struct control control = {.kind = CONTROL_ENDED};
    char told[128];
    struct iovec part = {told, sizeof(told)};

    while (coil__sys_readv(self->children, &part, 1, -1) > 0)
        ;
    while ((control.pid = coil__sys_reap(&control.status)) != 0) {
        self->n--;
        if (!self->ending)
            tell(self, &control, -1);
    }
}

static void set_name(const struct zygote *self, const char *what)
{
    char name[16];

    snprintf(name, sizeof(name), "%.*s%s", (int)(sizeof(name) - 1 - strlen(what)), self->setup.name,
             what);
    coil__mach_thread_set_name(name);
}

_Noreturn static void serve(struct zygote *self);

/* A spare is no child of the pool's process, and has its own socket. */
_Noreturn static void be_spare(struct zygote *self, int control)
{
    const int keep[] = {control, self->parent};

    coil__sys_close_all_but(keep, 2);
    self->control = control;
    self->n = 0;
    serve(self);
}

_Noreturn static void be_worker(const struct zygote *self, const struct control *control,
                                int parent, const int fds[LETTER_FDS])
{
    struct worker_seat given = {.index = control->seat,
                                .of = control->workers,
                                .socket = fds[0],
                                .words = fds[1],
                                .boards = fds[2],
                                .bell = fds[3],
                                .ear = fds[4]};

    coil__sys_die_with_parent();
    if (coil__sys_getppid() != parent)
        coil__sys_exit(0);
    coil__sys_close_all_but(fds, LETTER_FDS);
    coil__worker_run(&self->setup, &given);
}

static void make_child(struct zygote *self, const struct control *control,
                       const int fds[LETTER_FDS])
{
    int us = coil__sys_getpid(), pid = coil__sys_fork();

    if (pid == 0 && control->kind == CONTROL_SPARE)
        be_spare(self, fds[0]);
    if (pid == 0)
        be_worker(self, control, us, fds);
    if (pid < 0) {
        tell_failed(self, control->seat, pid);
        return;
    }
    self->n++;
    tell_started(self, control->seat, pid);
}

static void set_up(struct zygote *self, const struct control *control)
{
    memcpy(self->setup.name, control->name, sizeof(self->setup.name));
    self->setup.name[sizeof(self->setup.name) - 1] = '\0';
    self->setup.at_once = control->at_once;
    self->setup.shared_bytes = control->shared_bytes;
    set_name(self, "-zygote");
}

static void obey(struct zygote *self)
{
    struct control control;
    struct letter letter;
    int fds[LETTER_FDS], err;
    int64_t n;

    coil__letter_expect(&letter, &control, sizeof(control));
    n = coil__sys_recvmsg(self->control, &letter.header, 0);
    if (n == -EAGAIN || n == -EINTR || n == -ENOMEM || n == -ENOBUFS || n == -ECONNRESET)
        return; /* at its end a socket that was reset reads as ended */
    if (n != 0 && n != sizeof(control))
        coil__sys_exit(1);
    self->ending = n == 0;
    if (self->ending)
        return;
    err = coil__letter_fds(&letter, fds);
    if (control.kind == CONTROL_SETUP)
        set_up(self, &control);
    else if (err != 0)
        tell_failed(self, control.seat, err);
    else
        make_child(self, &control, fds);
    coil__letter_close_fds(fds);
}

/* Without it the ends of workers would not be seen: the pool hears why, and asks another one. */
static void open_children(struct zygote *self)
{
    coil__sys_block_signals(true);
    self->children = coil__sys_children_fd();
    tell(self,
         &(struct control){.kind = CONTROL_HELLO,
                           .version = PROCESS_VERSION,
                           .status = self->children < 0 ? self->children : 0},
         -1);
    if (self->children < 0)
        coil__sys_exit(1);
}

/* Ended by the pool, it waits for its children, the spare one: whoever reaps orphans here may not
 * do so. When the pool's process has ended it does not, for its workers have to end with it. */
static void serve(struct zygote *self)
{
    struct pollfd heard[3];

    set_name(self, "-zygote");
    open_children(self);
    heard[0] = (struct pollfd){.fd = self->control, .events = POLLIN};
    heard[1] = (struct pollfd){.fd = self->children, .events = POLLIN};
    heard[2] = (struct pollfd){.fd = self->parent, .events = POLLIN};
    while (!self->ending || self->n > 0) {
        heard[0].fd = self->ending ? -1 : self->control;
        if (coil__sys_poll(heard, 3, COIL_FOREVER) < 0)
            continue;
        if (heard[2].revents != 0)
            coil__sys_exit(0);
        if (heard[1].revents != 0)
            tell_ended(self);
        if (heard[0].revents != 0)
            obey(self);
    }
    coil__sys_exit(0);
}

static void empty_input(void)
{
    int fd = coil__sys_open("/dev/null", O_RDONLY, 0);

    if (fd < 0)
        return;
    coil__sys_dup_to(fd, STDIN_FILENO);
    if (fd != STDIN_FILENO)
        coil__sys_close(fd);
}

/* Where our program has closed its standard streams, what is opened next must not become one. */
static void fill_standard_streams(void)
{
    int fd;

    do
        fd = coil__sys_open("/dev/null", O_RDWR, 0);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        coil__sys_close(fd);
}

/* The pool's process may be gone already. */
_Noreturn static void begin(struct zygote *self, int parent)
{
    coil__sys_usual_signals();
    self->parent = coil__sys_pidfd_open(parent);
    if (self->parent < 0 || coil__sys_getppid() != parent)
        coil__sys_exit(1);
    serve(self);
}

/* One that was joined may still be on its way out. */
static int count_threads(void)
{
    int threads = coil__sys_threads();

    for (int i = 0; i < LEAVING_MS && threads > 1; i++) {
        coil__sys_poll(NULL, 0, COIL_MS(1));
        threads = coil__sys_threads();
    }
    return threads;
}

int coil__zygote_fork(const struct process_setup *setup, int control, int *pid)
{
    struct zygote self = {.control = control, .setup = *setup};
    int us = coil__sys_getpid(), threads = count_threads();

    if (threads != 1)
        return threads < 0 ? threads : -COIL_ETHREADS;
    *pid = coil__sys_fork();
    if (*pid != 0)
        return *pid < 0 ? *pid : 0;
    forget_loop();
    if (control <= STDERR_FILENO && (self.control = coil__sys_dup(control)) < 0)
        coil__sys_exit(1);
    if (control <= STDERR_FILENO)
        coil__sys_close(control);
    coil__sys_close_all_but(&self.control, 1);
    empty_input();
    fill_standard_streams();
    begin(&self, us);
}

/* ---- another program ---- */

static size_t count_environment(void)
{
    size_t n = 0;

    while (environ != NULL && environ[n] != NULL)
        n++;
    return n;
}

/* Its standard input is the socket: only what stands there is sure to arrive. */
static int start_program(const char *const *program, const char *const *environment, int control,
                         int *pid)
{
    struct mach_spawn how = {.arguments = program,
                             .environment = environment,
                             .streams = {control, SPAWN_INHERIT, SPAWN_INHERIT}};

    return coil__mach_spawn(&how, pid);
}

int coil__zygote_start(const char *const *program, int control, int *pid)
{
    size_t n = count_environment();
    const char **environment = mem_alloc((n + 2) * sizeof(*environment));
    char ours[64];
    int err;

    if (environment == NULL)
        return -ENOMEM;
    snprintf(ours, sizeof(ours), "%s=%d", PROCESS_VARIABLE, coil__sys_getpid());
    for (size_t i = 0; i < n; i++)
        environment[i] = environ[i];
    environment[n] = ours;
    environment[n + 1] = NULL;
    err = start_program(program, environment, control, pid);
    mem_free(environment);
    return err;
}

/* Whether a pool has started us; then who. */
static int who_started(void)
{
    const char *text = getenv(PROCESS_VARIABLE);
    int parent = text != NULL ? atoi(text) : 0, type = 0;
    socklen_t size = sizeof(type);

    unsetenv(PROCESS_VARIABLE); /* it is not for our own children */
    if (parent <= 0 || parent != coil__sys_getppid())
        return 0;
    if (coil__sys_get_option(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
        return 0;
    return type == SOCK_SEQPACKET ? parent : 0;
}

void coil_process_worker(void)
{
    struct zygote self = {.setup = {.name = "coil-work", .at_once = 1}};
    int parent = who_started();

    if (parent == 0)
        return;
    self.control = coil__sys_dup(STDIN_FILENO);
    if (self.control < 0)
        coil__sys_exit(1);
    empty_input();
    if (count_threads() != 1) {
        tell(&self,
             &(struct control){
                 .kind = CONTROL_HELLO, .version = PROCESS_VERSION, .status = -COIL_ETHREADS},
             -1);
        coil__sys_exit(1);
    }
    begin(&self, parent);
}
