#include "jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "types.h"
#include "value.h"

#define CANCEL_GRACE COIL_MS(500) /* a cancelled job that has not ended by then is looked at */

/* The jobs of the process, for the signal handler. */
static struct jobs *all_jobs;

/* In a signal handler: the guard of the job whose task was running. */
static struct guard *find_guard(void)
{
    struct coil_future *task = coil_current_task();
    struct job *job = all_jobs ? __atomic_load_n(&all_jobs->newest, __ATOMIC_ACQUIRE) : NULL;

    while (task && job && job->task != task)
        job = job->next;
    return task && job ? &job->guard : NULL;
}

/*
 * A task crashed that no job guards: a child of one. There is no place to come back to, so the
 * loop's thread stays where it is for ever, and who waits learns that; the next job gets a new
 * loop.
 */
static void lose_loop(int signal)
{
    char line[160];
    int length;

    if (!all_jobs || !pthread_equal(pthread_self(), all_jobs->loop_thread))
        return;
    length =
        snprintf(line, sizeof(line), "crashed: %s in task #%ju, and the loop is lost with it\n",
                 guard_signal_name(signal), (uintmax_t)coil_task_id(coil_current_task()));
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return;
    __atomic_store_n(&all_jobs->lost, true, __ATOMIC_RELEASE);
    for (;;) {
        if (all_jobs && all_jobs->lost)
            coil_interrupt(); /* again and again: somebody may just be about to wait */
        poll(NULL, 0, 100);
    }
}

static bool is_lost(const struct jobs *jobs, const struct job *job)
{
    return !coil_cfuture_done(job->future) &&
           (job->loop != jobs->loop || __atomic_load_n(&jobs->lost, __ATOMIC_ACQUIRE));
}

static struct coil_result prepare_loop_thread(void *arg)
{
    struct jobs *jobs = arg;

    jobs->loop_thread = pthread_self();
    guard_prepare_thread();
    return coil_value(NULL);
}

static bool open_loop(struct jobs *jobs)
{
    struct coil_thread_options options = {.name = "prompt"};
    struct coil_thread *loop = coil_thread_open(&options);
    struct coil_cfuture *ready;

    if (!loop)
        return false;
    jobs->loop = loop;
    ready = coil_submit_call(loop, prepare_loop_thread, jobs);
    coil_cfuture_wait(ready, COIL_FOREVER);
    coil_cfuture_unref(ready);
    return true;
}

bool jobs_open(struct jobs *jobs)
{
    *jobs = (struct jobs){0};
    if (!open_loop(jobs))
        return false;
    pthread_mutex_init(&jobs->mutex, NULL);
    all_jobs = jobs;
    guard_install(find_guard, lose_loop);
    guard_prepare_thread();
    return true;
}

/* After a crash that took the loop. If there can be no new one, the old one refuses what it
 * gets. */
static void replace_lost_loop(struct jobs *jobs)
{
    if (!__atomic_load_n(&jobs->lost, __ATOMIC_ACQUIRE) || !open_loop(jobs))
        return;
    jobs->lost = false;
    fputs("a new loop was opened\n", stderr);
}

void jobs_close(struct jobs *jobs)
{
    struct job *job = jobs->newest;

    if (!jobs->lost)
        coil_thread_close(jobs->loop);
    all_jobs = NULL;
    while (job) {
        struct job *older = job->next;

        coil_cfuture_unref(job->future);
        free(job->name);
        free(job->place);
        free(job->type);
        free(job);
        job = older;
    }
    pthread_mutex_destroy(&jobs->mutex);
}

/* What code that may suspend has computed, as the result of its task. */
static coil_async struct coil_result value_result(const struct job *job)
{
    struct coil_result result = coil_value(NULL);

    if (!job->type)
        return result;
    if (strcmp(job->type, "struct coil_result") == 0)
        memcpy(&result, job->out, sizeof(result));
    else if (strcmp(job->type, "struct coil_future *") == 0)
        return coil_await(*(struct coil_future **)job->out);
    else if (strcmp(job->type, "int") == 0)
        result = coil_number(*(int *)job->out);
    else if (strcmp(job->type, "long") == 0)
        result = coil_number(*(long *)job->out);
    else if (type_is_pointer(job->type))
        result = coil_value(*(void **)job->out);
    return result;
}

static coil_async struct coil_result run_guarded(struct job *job)
{
    if (job->fn)
        return job->fn(job->arg);
    job->run(job->out);
    return value_result(job);
}

/* The coroutine of every job. A crash comes back here, on the same stack. */
static coil_async struct coil_result job_main(void *arg)
{
    struct job *job = arg;
    struct coil_result result;
    int signal = GUARD_ENTER(&job->guard);

    if (signal == 0) {
        job->task = coil_current_task();
        result = run_guarded(job);
    } else {
        result = coil_raise(COIL_ECRASHED, "%s", guard_signal_name(signal));
    }
    guard_leave(&job->guard);
    job->task = NULL;
    return result;
}

static struct job *new_job(struct jobs *jobs, const char *name, bool numbered)
{
    struct job *job = calloc(1, sizeof(*job));

    if (!job)
        memory_resize(NULL, SIZE_MAX, 1);
    job->name = string_copy(name, strlen(name));
    job->number = numbered ? ++jobs->last_number : 0;
    job->loop = jobs->loop;
    job->next = jobs->newest;
    __atomic_store_n(&jobs->newest, job, __ATOMIC_RELEASE);
    return job;
}

/* Runs on the thread that settles the job. */
static void announce(struct coil_cfuture *future, void *arg)
{
    struct job *job = arg;
    struct jobs *jobs = all_jobs;
    struct text line = {0};

    (void)future;
    if (!jobs || !jobs->announce)
        return;
    pthread_mutex_lock(&jobs->mutex);
    if (!job->watched && !job->told) {
        jobs_describe(jobs, job, &line);
        printf("%s\n", text_string(&line));
        fflush(stdout);
    }
    pthread_mutex_unlock(&jobs->mutex);
    text_free(&line);
}

struct job *jobs_submit(struct jobs *jobs, const struct step *step, const char *place,
                        bool numbered)
{
    const char *name = step->kind == STEP_CALL ? step->name : step->text;
    struct coil_task_options options = {0};
    struct text text = {0};
    struct job *job;

    replace_lost_loop(jobs);
    job = new_job(jobs, name ? name : "", numbered);
    options.name = job->name;
    if (step->kind == STEP_CALL) {
        void **call = step->out;

        memcpy(&job->fn, &call[0], sizeof(job->fn));
        job->arg = call[1];
    } else {
        job->run = step->run;
        job->out = step->out;
        job->size = step->size;
        if (step->type && strcmp(step->type, "void") != 0)
            job->type = string_copy(step->type, strlen(step->type));
    }
    text_printf(&text, "%s %s", job->name, place);
    job->place = text_take(&text);
    job->future = coil_submit_at(jobs->loop, job_main, job, &options, job->place);
    if (numbered)
        coil_cfuture_add_done_callback(job->future, &job->callback, announce, job);
    return job;
}

struct job *jobs_adopt(struct jobs *jobs, const char *name, struct coil_cfuture *future)
{
    struct job *job;

    for (job = jobs->newest; job; job = job->next) {
        if (job->future == future && job->number)
            return job;
    }
    job = new_job(jobs, name, true);
    job->future = coil_cfuture_ref(future);
    coil_cfuture_add_done_callback(future, &job->callback, announce, job);
    return job;
}

struct job *jobs_find(const struct jobs *jobs, int number)
{
    struct job *job = jobs->newest;

    while (job && job->number != number)
        job = job->next;
    return number > 0 ? job : NULL;
}

/* Whether the loop still turns. If not, a task keeps the thread to itself and no request reaches
 * it. */
static bool loop_answers(const struct jobs *jobs)
{
    struct coil_snapshot *snapshot;

    if (coil_snapshot_open(coil_thread_loop(jobs->loop), COIL_MS(200), &snapshot) == -ETIMEDOUT)
        return false;
    coil_snapshot_close(snapshot);
    return true;
}

void jobs_cancel(struct jobs *jobs, struct job *job)
{
    coil_cfuture_cancel(job->future);
    if (coil_cfuture_wait(job->future, CANCEL_GRACE) == -ETIMEDOUT && !loop_answers(jobs))
        guard_break(jobs->loop_thread);
}

int jobs_wait(struct jobs *jobs, struct job *job, int64_t timeout_ns)
{
    int err;

    pthread_mutex_lock(&jobs->mutex);
    job->watched = true;
    pthread_mutex_unlock(&jobs->mutex);
    err = is_lost(jobs, job) ? -EINTR : coil_cfuture_wait(job->future, timeout_ns);
    if (err == -EINTR && is_lost(jobs, job)) {
        err = 0;
    } else if (err == -EINTR) {
        jobs_cancel(jobs, job);
        err = coil_cfuture_wait(job->future, CANCEL_GRACE);
        err = err == 0 ? 0 : -EINTR;
    }
    pthread_mutex_lock(&jobs->mutex);
    job->watched = false;
    pthread_mutex_unlock(&jobs->mutex);
    return err;
}

static void describe_failure(struct job *job, int64_t status, struct text *out)
{
    const struct coil_exception *exception = coil_cfuture_exception(job->future);
    const char *sentence = exception ? coil_exception_text(exception) : "";

    if (status == -ECANCELED)
        text_puts(out, "cancelled");
    else if (status == -COIL_ECRASHED)
        text_printf(out, "crashed: %s", sentence);
    else
        text_printf(out, "failed: %s%s%s", coil_strerror(status), *sentence ? "; " : "", sentence);
}

/* The value of a job: of its own type if it has one, else as the two words of a result. */
static void describe_value(const struct job *job, struct coil_result result, struct text *out)
{
    intptr_t number = (intptr_t)result.value;

    if (job->type && strcmp(job->type, "struct coil_result") != 0 &&
        !strstr(job->type, "coil_future")) {
        text_puts(out, ": ");
        value_format(out, job->type, job->out, job->size);
    } else if (result.value && number > -65536 && number < 65536) {
        text_printf(out, ": value = %jd", (intmax_t)number);
    } else if (result.value) {
        text_printf(out, ": value = %p", result.value);
    } else if (result.status) {
        text_printf(out, ": status = %" PRId64, result.status);
    }
}

void jobs_describe(struct jobs *jobs, struct job *job, struct text *out)
{
    static const char *const words[] = {"pending", "running", "cancelling"};
    enum coil_cfuture_state state = coil_cfuture_state(job->future);
    struct coil_result result;

    text_printf(out, "[%d] %s ", job->number, job->name);
    if (is_lost(jobs, job)) {
        job->told = true;
        text_puts(out, "lost with its loop");
        return;
    }
    if (state != COIL_CFUTURE_DONE) {
        text_puts(out, words[state]);
        return;
    }
    result = coil_cfuture_result(job->future, 0);
    job->told = true;
    if (result.status < 0) {
        describe_failure(job, result.status, out);
    } else {
        text_puts(out, "done");
        describe_value(job, result, out);
    }
}
