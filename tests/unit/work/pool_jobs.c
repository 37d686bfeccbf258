#include "pool_jobs.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "work/processes.h"

struct coil_executor *open_processes_with(const struct coil_process_pool_options *options)
{
    struct coil_executor *pool;

    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    pool = coil_process_pool_open(options);
    CHECK(pool != NULL);
    return pool;
}

struct coil_executor *open_processes(unsigned workers)
{
    return open_processes_with(&(struct coil_process_pool_options){.workers = workers});
}

struct coil_cfuture *give(struct coil_executor *pool, coil_coroutine_fn *fn, int64_t number)
{
    return coil_executor_submit_bytes(pool, fn, &number, sizeof(number));
}

struct coil_result wait_for(struct coil_cfuture *job)
{
    CHECK_EQ(coil_cfuture_wait(job, LIMIT * kit_slowness()), 0);
    return coil_cfuture_result(job, 0);
}

int64_t status_of(struct coil_cfuture *job)
{
    int64_t status = wait_for(job).status;

    coil_cfuture_unref(job);
    return status;
}

coil_async int64_t await_status_of(struct coil_cfuture *job)
{
    struct coil_future *future = coil_wrap_future(job);
    int64_t status = coil_await(future).status;

    coil_future_unref(future);
    coil_cfuture_unref(job);
    return status;
}

const char *text_of(struct coil_cfuture *job)
{
    return coil_exception_text(coil_cfuture_exception(job));
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* "Running" is what was given to a worker; this is to be certain that it has taken it. */
static bool has_begun(struct coil_cfuture *future)
{
    struct process_job *job = container_of(future, struct process_job, future);
    bool begun;

    pthread_mutex_lock(&job->pool->lock);
    begun = job->seat == NULL ? coil_cfuture_done(future)
                              : (word_load(&job->seat->board->slots[job->slot].state) &
                                 ~(uintptr_t)SLOT_WAITED) != SLOT_PUT;
    pthread_mutex_unlock(&job->pool->lock);
    return begun;
}

void await_running(struct coil_cfuture *job)
{
    for (int i = 0; coil_cfuture_state(job) == COIL_CFUTURE_PENDING || !has_begun(job); i++) {
        CHECK(i < 8000 * kit_slowness());
        nap();
    }
}

struct coil_result double_it(void *number)
{
    return coil_number(2 * *(int64_t *)number);
}

struct coil_result tell_pid(void *unused)
{
    (void)unused;
    return coil_number(getpid());
}

struct coil_result exit_with(void *code)
{
    fprintf(stderr, "farewell\n");
    exit((int)*(int64_t *)code);
}

struct coil_result kill_self(void *signal)
{
    raise((int)*(int64_t *)signal);
    return coil_number(0);
}

struct coil_result compute_for_ever(void *unused)
{
    (void)unused;
    for (volatile uint64_t n = 0;; n++)
        ;
    return coil_number(0);
}

coil_async struct coil_result sleep_for_ever(void *unused)
{
    (void)unused;
    return coil_error(coil_sleep(COIL_SECONDS(1000)));
}

struct coil_result compute_until_told(void *unused)
{
    (void)unused;
    while (!coil_job_cancelled())
        sched_yield();
    return coil_number(42);
}

struct coil_result echo(void *bytes)
{
    return coil_bytes_result(bytes, coil_job_arg_bytes(bytes));
}

/* Each test a user of its own: what is on its way is counted for all processes of one. */
void be_an_ordinary_user(void)
{
    struct rlimit limit = {.rlim_cur = 64, .rlim_max = 64};
    uid_t user = 20000 + (uid_t)getpid() % 40000;

    if (kit_under_valgrind())
        SKIP("valgrind keeps a limit of its own, which it does not lower");
    if (geteuid() == 0 && setresuid(user, user, user) != 0)
        SKIP("there is no ordinary user to be");
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* As ps tells it; 'Z' also if there is no such process. */
static char state_of(int pid, int *parent)
{
    char path[64], line[512], *after, state = 'Z';
    FILE *file;

    *parent = -1;
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return state;
    if (fgets(line, sizeof(line), file) != NULL && (after = strrchr(line, ')')) != NULL)
        sscanf(after + 1, " %c %d", &state, parent);
    fclose(file);
    return state;
}

int parent_of(int pid)
{
    int parent;

    return state_of(pid, &parent) == 'Z' ? -1 : parent;
}

void await_stop(int pid)
{
    int parent;

    for (int i = 0; state_of(pid, &parent) != 'T'; i++) {
        CHECK(i < 8000 * kit_slowness());
        nap();
    }
}

int children_of(int pid, int *out, int most)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int n = 0;

    while ((entry = readdir(folder)) != NULL) {
        int child = atoi(entry->d_name);

        if (child > 0 && parent_of(child) == pid && n < most)
            out[n++] = child;
    }
    closedir(folder);
    return n;
}

void await_children(int pid, int n, int *out)
{
    for (int i = 0; children_of(pid, out, n + 1) != n; i++) {
        CHECK(i < 8000 * kit_slowness());
        nap();
    }
}

int hold(int pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    CHECK(pidfd >= 0);
    return pidfd;
}

void await_end(int pidfd)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    CHECK_EQ(poll(&ended, 1, 8000 * kit_slowness()), 1);
    close(pidfd);
}

void adopt_orphans(void)
{
    CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

void bury_orphans(void)
{
    while (waitpid(-1, NULL, 0) > 0)
        ;
}
