#include "jobs.h"

#include <sys/mman.h>
#include <time.h>

void job_init(struct job *job)
{
    *job = (struct job){.result = {0, NULL}};
    sem_init(&job->started, 0, 0);
    sem_init(&job->cancelled, 0, 0);
}

void job_fini(struct job *job)
{
    sem_destroy(&job->started);
    sem_destroy(&job->cancelled);
}

coil_async struct coil_result job_run(void *arg)
{
    struct job *job = arg;
    int err;

    job->runs++;
    sem_post(&job->started);
    for (;;) {
        err = coil_event_wait(&job->event);
        if (err != -ECANCELED)
            break;
        job->cancels++;
        sem_post(&job->cancelled);
        if (job->swallows == 0)
            return coil_error(-ECANCELED);
        if (job->swallows > 0)
            job->swallows--;
    }
    job->ended++;
    return job->result;
}

void job_drop(void *arg)
{
    struct job *job = arg;

    __atomic_add_fetch(&job->dropped, 1, __ATOMIC_SEQ_CST);
}

static struct coil_result set_event(void *event)
{
    coil_event_set(event);
    return coil_value(NULL);
}

void job_let_go(struct coil_thread *thread, struct job *job)
{
    CHECK_EQ(finish(coil_submit_call(thread, set_event, &job->event)), 0);
}

void await_post(sem_t *semaphore)
{
    struct timespec deadline;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += LIMIT / COIL_SECONDS(1);
    while (sem_timedwait(semaphore, &deadline) != 0)
        if (errno != EINTR)
            FAIL("what this test waits for did not happen");
}

void await_number(const int *number, int value)
{
    for (int ms = 0; __atomic_load_n(number, __ATOMIC_SEQ_CST) != value; ms++) {
        if (ms == LIMIT / COIL_MS(1))
            FAIL("waited for %d, and it is %d", value, __atomic_load_n(number, __ATOMIC_SEQ_CST));
        usleep(1000);
    }
}

struct coil_result give_number(void *number)
{
    return coil_number((intptr_t)number);
}

struct coil_result fail(void *unused)
{
    (void)unused;
    return coil_raise(EIO, "the disk is on fire");
}

coil_async struct coil_result wait_for_ever(void *unused)
{
    struct coil_event never = {0};

    (void)unused;
    return coil_error(coil_event_wait(&never));
}

struct coil_result end_thread(void *unused)
{
    (void)unused;
    pthread_exit(NULL);
}

static struct coil_result be_plugged(void *arg)
{
    struct plug *plug = arg;

    sem_post(&plug->in);
    while (sem_wait(&plug->out) != 0)
        ;
    return coil_value(NULL);
}

void plug_put(struct plug *plug, struct coil_thread *thread)
{
    sem_init(&plug->in, 0, 0);
    sem_init(&plug->out, 0, 0);
    plug->handle = coil_submit_call(thread, be_plugged, plug);
    await_post(&plug->in);
}

void plug_pull(struct plug *plug)
{
    sem_post(&plug->out);
    finish(plug->handle);
    sem_destroy(&plug->in);
    sem_destroy(&plug->out);
}

int64_t finish(struct coil_cfuture *handle)
{
    int64_t status;

    if (coil_cfuture_wait(handle, LIMIT) != 0)
        FAIL("a handle stays pending");
    status = coil_cfuture_result(handle, 0).status;
    coil_cfuture_unref(handle);
    return status;
}

struct coil_thread *open_thread(void)
{
    struct coil_thread *thread = coil_thread_open(NULL);

    if (thread == NULL)
        FAIL("no thread: %s", strerror(errno));
    return thread;
}

static pthread_t interrupter;
static bool interrupts_over;

static void *interrupt_all(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&interrupts_over, __ATOMIC_SEQ_CST)) {
        coil_interrupt();
        usleep(1000);
    }
    return NULL;
}

void interrupts_begin(void)
{
    __atomic_store_n(&interrupts_over, false, __ATOMIC_SEQ_CST);
    CHECK_EQ(pthread_create(&interrupter, NULL, interrupt_all, NULL), 0);
}

void interrupts_end(void)
{
    __atomic_store_n(&interrupts_over, true, __ATOMIC_SEQ_CST);
    CHECK_EQ(pthread_join(interrupter, NULL), 0);
}

/* Valgrind would call a leak what the parent's threads held: it is not asked. */
static _Noreturn void end_child(int status)
{
    if (kit_under_valgrind())
        execl("/bin/sh", "sh", "-c", status == 0 ? "exit 0" : "exit 1", NULL);
    _exit(status);
}

void in_child(int (*body)(void *arg), void *arg)
{
    pid_t pid = fork();
    int status = -1;

    CHECK(pid >= 0);
    if (pid == 0) {
        alarm((unsigned)(LIMIT / COIL_SECONDS(1) * kit_slowness()));
        end_child(body(arg));
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
}

static int errors_fd, errors_kept;

void errors_begin(void)
{
    fflush(stderr);
    errors_kept = dup(STDERR_FILENO);
    errors_fd = memfd_create("errors", 0);
    dup2(errors_fd, STDERR_FILENO);
}

char *errors_end(void)
{
    off_t size;
    char *text;

    fflush(stderr);
    dup2(errors_kept, STDERR_FILENO);
    size = lseek(errors_fd, 0, SEEK_END);
    text = calloc(1, (size_t)size + 1);
    CHECK_EQ(pread(errors_fd, text, (size_t)size, 0), size);
    close(errors_fd);
    close(errors_kept);
    return text;
}
