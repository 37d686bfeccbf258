#include "work/process_worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <coil/task.h>

#include "base/alloc.h"
#include "base/list.h"
#include "loop/exception.h"
#include "mach/sys_io.h"
#include "mach/sys_process.h"
#include "mach/thread.h"
#include "work/bytes.h"
#include "work/executor.h"
#include "work/process_message.h"
#include "work/process_pack.h"

static struct worker *here; /* for what runs in the child of a fork */

static bool is_fork(const struct worker *self)
{
    return self->pid != coil__sys_getpid();
}

/* ---- jobs ---- */

/* Not every address of the pool's process is one here: it may have loaded a library since. */
static struct coil_result check_function(struct worker_job *job)
{
    const struct coil_function *function = &job->payload->function;
    const void *code = (const void *)(uintptr_t)function->fn;

    if (code == NULL || code == job->worker->known)
        return coil_number(0);
    if (!coil__sys_is_code(code))
        return coil_raise(ENOSYS,
                          "%s is not in the worker: it was loaded after the pool was opened",
                          function->symbol);
    job->worker->known = code;
    return coil_number(0);
}

/* Of several at a time only the task's own state is known. */
static void watch_flag(const struct worker_job *job, bool on)
{
    if (job->worker->setup.at_once == 1)
        coil__job_state = on ? &job->worker->board->slots[job->slot].flag : NULL;
}

static coil_async struct coil_result run_job(void *arg)
{
    struct worker_job *job = arg;
    struct coil_result result;

    job->task = coil_current_task();
    result = check_function(job);
    watch_flag(job, true);
    if (result.status == 0)
        result = coil__payload_run(job->payload);
    watch_flag(job, false);
    fflush(stdout);
    if (is_fork(job->worker)) /* the job has forked, and its child came back here, too */
        coil__sys_exit(result.status < 0);
    coil__worker_tell(job, result);
    return coil_number(0);
}

/* The task has ended, or never was; or its thread ends, and with it the worker. */
static void drop_job(void *arg)
{
    struct worker_job *job = arg;

    if (job->task == NULL)
        coil__worker_tell_failure(job, -ENOMEM, "there was no memory for the job's task", "");
    list_leave(&job->link);
    coil__payload_free(job->payload);
    coil__worker_job_ended(job->worker);
    mem_free(job);
}

/* Parts as they lie in the memory of whoever submitted them, with room between. */
static void copy_parts(struct payload *payload, const struct job_head *head, const char *data)
{
    for (size_t i = 0; i < head->n && head->part_bytes > 0; i++)
        memcpy(payload_part(payload, i), data + i * head->stride, head->part_bytes);
}

static bool parts_fit(const struct job_head *head)
{
    size_t size;

    if (head->n == 0 || head->part_bytes == 0)
        return true;
    return !__builtin_mul_overflow(head->n - 1, head->stride, &size) &&
           !__builtin_add_overflow(size, head->part_bytes, &size) && size <= head->data_bytes;
}

static int copy_payload(struct worker_job *job, const struct job_parts *parts,
                        struct coil_function function)
{
    const struct job_head *head = &parts->head;

    if (!parts_fit(head))
        return -EBADMSG;
    job->payload = coil__payload_new(function, NULL, head->n, head->part_bytes,
                                     (head->flags & JOB_BATCH) != 0);
    if (job->payload == NULL)
        return -ENOMEM;
    copy_parts(job->payload, head, parts->data);
    return 0;
}

/* From the message, or from the memory file that came with it, which is closed. */
static int take_payload(struct worker_job *job, const struct job_parts *parts, int fd)
{
    const struct job_head *head = &parts->head;
    struct coil_function function = {(coil_coroutine_fn *)(uintptr_t)head->function, job->name};
    int err;

    if ((head->flags & JOB_SHARED) == 0)
        err = copy_payload(job, parts, function);
    else if (fd < 0)
        err = -EMFILE;
    else
        err = coil__payload_from_file(function, fd, head->n, head->part_bytes,
                                      (head->flags & JOB_BATCH) != 0, &job->payload);
    if (err == 0)
        job->payload->drop = coil_bytes_free;
    return err;
}

static void start_job(struct worker_job *job, const struct job_head *head)
{
    struct coil_task_options options = {
        .name = job->name, .stack_bytes = head->stack_bytes, .eager = true, .drop_arg = drop_job};

    list_append(&job->worker->jobs, &job->link);
    job->worker->running++;
    coil_future_unref(coil_create_task_with(run_job, job, &options));
}

void coil__worker_begin(struct worker *self, unsigned slot, const struct job_parts *parts, int fd)
{
    struct worker_job lost = {.worker = self, .id = parts->head.id, .slot = slot};
    struct worker_job *job = mem_zalloc(sizeof(*job) + parts->head.name_bytes + 1);
    int err = -ENOMEM;

    if (job != NULL) {
        *job = lost;
        memcpy(job->name, parts->name, parts->head.name_bytes);
        err = take_payload(job, parts, fd);
    } else if (fd >= 0) {
        coil__sys_close(fd);
    }
    if (err == 0) {
        start_job(job, &parts->head);
        return;
    }
    coil__worker_tell_failure(&lost, err, "the worker could not take the job", "");
    mem_free(job);
}

void coil__worker_look_at_flag(struct worker_job *job)
{
    const struct slot *slot = &job->worker->board->slots[job->slot];
    char reason[REASON_BYTES + 1];

    if (word_load(&slot->flag) == 0 || job->cancelled)
        return;
    job->cancelled = true;
    snprintf(reason, sizeof(reason), "%.*s", REASON_BYTES, slot->reason);
    coil_future_cancel(job->task, reason);
}

/* ---- the worker ---- */

/* What a job forks is none of the pool's: it must not answer for us, nor seem to live when we do
 * not. */
static void leave_pool(void)
{
    if (here == NULL)
        return;
    coil__sys_dup_to(here->errors, STDERR_FILENO);
    coil__sys_close(here->seat.socket);
    coil__sys_close(here->seat.bell);
    coil__sys_close(here->errors);
    here = NULL;
}

static void end_worker(void *arg)
{
    struct worker *self = arg;

    if (!list_empty(&self->jobs) && !is_fork(self))
        fprintf(stderr, "coil: a job has ended its thread (pthread_exit)\n");
    fflush(stdout);
    coil__sys_exit(0);
}

static int take_board(struct worker *self)
{
    void *boards = NULL;
    int err;

    self->slots = self->setup.at_once + WAITING_MOST;
    err = coil__sys_mmap(&boards, coil__boards_bytes(self->seat.of, self->slots),
                         PROT_READ | PROT_WRITE, MAP_SHARED, self->seat.boards, 0);
    if (err != 0)
        return err;
    coil__sys_close(self->seat.boards);
    self->boards = boards;
    self->board = coil__board_at(boards, self->seat.index, self->slots);
    for (int i = 0; i < EARS; i++)
        self->ears[i].fd = -1;
    self->ears[0].fd = self->seat.ear;
    return 0;
}

static int take_seat(struct worker *self)
{
    int err = take_board(self);

    if (err != 0)
        return err;
    self->errors = coil__sys_dup(STDERR_FILENO);
    if (self->errors < 0)
        return self->errors;
    err = coil__sys_dup_to(self->seat.words, STDERR_FILENO);
    if (err < 0)
        return err;
    coil__sys_close(self->seat.words);
    self->buffer_bytes = sizeof(struct job_head) + NAME_MOST + TEXT_MOST + self->setup.shared_bytes;
    self->buffer = mem_alloc(self->buffer_bytes);
    self->taken = mem_alloc(2 * self->slots * sizeof(*self->taken));
    self->order = self->taken + self->slots;
    return self->buffer != NULL && self->taken != NULL ? 0 : -ENOMEM;
}

static void set_name(const struct worker *self)
{
    char name[32];

    snprintf(name, sizeof(name), "%.11s-%u", self->setup.name, self->seat.index);
    name[15] = '\0';
    coil__mach_thread_set_name(name);
}

/* Time has to pass here, whatever the pool's process is tested with. */
static const char *driver(void)
{
    const char *wanted = getenv("COIL_DRIVER");

    return wanted != NULL && strcmp(wanted, "sim") == 0 ? "epoll" : NULL;
}

static void run(struct worker *self)
{
    struct coil_loop_options options = {.driver = driver(), .name = self->setup.name};
    struct coil_result result;

    if (self->setup.begin != NULL)
        self->setup.begin(self->setup.arg);
    result = coil_run_with(coil__worker_serve, self, &options);
    if (result.status < 0)
        fprintf(stderr, "coil: a worker's loop failed: %s\n", coil_strerror(result.status));
    coil__sys_exit(result.status < 0);
}

void coil__worker_run(const struct process_setup *setup, const struct worker_seat *seat)
{
    static struct worker self;
    int err;

    self = (struct worker){.setup = *setup, .seat = *seat, .pid = coil__sys_getpid()};
    self.spin.limit_ns = SPIN_NS;
    list_init(&self.jobs);
    here = &self;
    set_name(&self);
    coil__sys_block_signals(false);
    err = take_seat(&self);
    if (err < 0) {
        fprintf(stderr, "coil: a worker could not begin: %s\n", coil_strerror(err));
        coil__sys_exit(1);
    }
    coil__bytes_shared_from = setup->shared_bytes;
    pthread_atfork(NULL, NULL, leave_pool);
    pthread_cleanup_push(end_worker, &self);
    run(&self);
    pthread_cleanup_pop(0);
    coil__sys_exit(0);
}
