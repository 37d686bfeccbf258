#include "hand.h"

#include "base/list.h"
#include "work/executor.h"

struct hand_job {
    struct coil_link link;
    struct coil_cfuture *future;
    struct coil_executor *executor;
    coil_coroutine_fn *fn;
    void *arg;
    coil_drop_fn *drop_arg, *drop_result;
};

struct hand {
    struct coil_executor executor;
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct coil_link jobs;
    size_t submitted, out, most_out, limit;
    pthread_t thread;
    bool threaded, last, closing;
};

static struct hand *hand_of(struct coil_executor *executor)
{
    return container_of(executor, struct hand, executor);
}

static struct coil_cfuture *submit(struct coil_executor *executor, const struct job_spec *spec)
{
    struct hand *self = hand_of(executor);
    struct hand_job *job;
    struct coil_cfuture *future;

    pthread_mutex_lock(&self->lock);
    if (self->submitted == self->limit) {
        pthread_mutex_unlock(&self->lock);
        return coil__job_refuse(spec, -COIL_ESTOPPED);
    }
    job = malloc(sizeof(*job));
    future = coil_cfuture_new_at(spec->place);
    *job = (struct hand_job){.future = coil_cfuture_ref(future),
                             .executor = executor,
                             .fn = spec->fn,
                             .arg = spec->arg,
                             .drop_arg = spec->options->drop_arg,
                             .drop_result = spec->options->drop_result};
    list_append(&self->jobs, &job->link);
    self->submitted++;
    if (++self->out > self->most_out)
        self->most_out = self->out;
    pthread_cond_signal(&self->came);
    pthread_mutex_unlock(&self->lock);
    return future;
}

static const struct executor_kind kind = {.submit = submit};

struct coil_executor *hand_open(unsigned workers)
{
    struct hand *self = calloc(1, sizeof(*self));

    coil__executor_init(&self->executor, &kind, workers);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->came, NULL);
    list_init(&self->jobs);
    self->limit = SIZE_MAX;
    return &self->executor;
}

static struct hand_job *next(struct hand *self, bool last)
{
    struct coil_link *link = list_empty(&self->jobs) ? NULL
                             : last                  ? self->jobs.prev
                                                     : self->jobs.next;

    if (link == NULL)
        return NULL;
    list_remove(link);
    return container_of(link, struct hand_job, link);
}

static void run(struct hand *self, struct hand_job *job)
{
    struct coil_result result;

    pthread_mutex_lock(&self->lock);
    self->out--;
    pthread_mutex_unlock(&self->lock);
    if (coil_cfuture_set_running(job->future)) {
        coil__job_state = &job->future->state;
        coil__raised_clear();
        result = job->fn(job->arg);
        coil__job_state = NULL;
        if (job->drop_arg != NULL)
            job->drop_arg(job->arg);
        CHECK_EQ(coil_cfuture_set_result(job->future, result, job->drop_result), 0);
    } else if (job->drop_arg != NULL) {
        job->drop_arg(job->arg);
    }
    coil_cfuture_unref(job->future);
    free(job);
}

bool hand_run(struct coil_executor *executor, bool last)
{
    struct hand *self = hand_of(executor);
    struct hand_job *job;

    pthread_mutex_lock(&self->lock);
    job = next(self, last);
    pthread_mutex_unlock(&self->lock);
    if (job != NULL)
        run(self, job);
    return job != NULL;
}

static void *run_all(void *arg)
{
    struct hand *self = arg;
    struct hand_job *job;

    for (;;) {
        pthread_mutex_lock(&self->lock);
        while ((job = next(self, self->last)) == NULL && !self->closing)
            pthread_cond_wait(&self->came, &self->lock);
        pthread_mutex_unlock(&self->lock);
        if (job == NULL)
            return NULL;
        run(self, job);
    }
}

void hand_start(struct coil_executor *executor, bool last)
{
    struct hand *self = hand_of(executor);

    self->threaded = true;
    self->last = last;
    CHECK_EQ(pthread_create(&self->thread, NULL, run_all, self), 0);
}

void hand_refuse_after(struct coil_executor *executor, size_t jobs)
{
    hand_of(executor)->limit = jobs;
}

size_t hand_submitted(struct coil_executor *executor)
{
    return hand_of(executor)->submitted;
}

size_t hand_most_out(struct coil_executor *executor)
{
    return hand_of(executor)->most_out;
}

void hand_close(struct coil_executor *executor)
{
    struct hand *self = hand_of(executor);

    pthread_mutex_lock(&self->lock);
    self->closing = true;
    pthread_cond_signal(&self->came);
    pthread_mutex_unlock(&self->lock);
    if (self->threaded)
        CHECK_EQ(pthread_join(self->thread, NULL), 0);
    while (hand_run(executor, false)) /* those that were cancelled */
        ;
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->came);
    free(self);
}
