/* map: one function for many items, a bounded number of jobs at once (Executor.map). */
#include <coil/progress.h>

#include "base/alloc.h"
#include "base/check.h"
#include "mach/interrupt.h"
#include "loop/loop.h"
#include "work/circle.h"
#include "work/executor.h"
#include "work/gate.h"
#include "work/join.h"

/* A job that is out, or a place for one. */
struct slot {
    struct gate_item item;
    struct coil_cfuture *job; /* counted; NULL: none */
    size_t first, n;          /* its items */
    struct slot *next_idle;
};

/* What the jobs come back to, and all that the map holds. On the heap: it must not go with a task
 * that its loop destroys. */
struct crossing {
    struct gate gate;
    struct coil_exception *exception; /* of the error */
    size_t capacity;
    struct slot slots[];
};

struct map {
    struct coil_executor *executor;
    struct coil_function function;
    const char *items;
    size_t n, item_bytes;
    struct coil_result *results;
    struct coil_map_options options; /* complete: nothing is 0 for "default" */
    const char *place;

    struct crossing *crossing;
    struct slot *idle;
    size_t next; /* the first item that is in no job yet */
    size_t out;
    size_t failed;
    int64_t deadline_ns;
    uint32_t seen; /* interrupts, when it began */

    int64_t error; /* < 0: no more jobs begin, those that are out are cancelled */
    int64_t rest;  /* what became of the items that never began */
    struct coil_progress bar;
};

static void free_crossing(struct gate *gate)
{
    mem_free(container_of(gate, struct crossing, gate));
}

/* Its task was destroyed: nobody is told any more what the items come to. */
static void leave_crossing(struct gate *gate)
{
    struct crossing *self = container_of(gate, struct crossing, gate);

    for (size_t i = 0; i < self->capacity; i++) {
        if (self->slots[i].job != NULL)
            coil_cfuture_cancel_at(self->slots[i].job, "its map was destroyed", "map");
        coil_cfuture_unref(self->slots[i].job);
    }
    exception_unref(self->exception);
    coil__gate_close(gate);
}

static int make_crossing(struct map *self)
{
    size_t jobs = (self->n - 1) / self->options.chunk + 1;
    size_t capacity = self->options.at_once < jobs ? self->options.at_once : jobs;
    struct crossing *crossing = NULL;

    if (capacity < (PTRDIFF_MAX - sizeof(*crossing)) / sizeof(crossing->slots[0]))
        crossing = mem_alloc(sizeof(*crossing) + capacity * sizeof(crossing->slots[0]));
    if (crossing == NULL)
        return -ENOMEM;
    coil__gate_init(&crossing->gate, free_crossing);
    coil__gate_belong(&crossing->gate, leave_crossing);
    crossing->exception = NULL;
    crossing->capacity = capacity;
    for (size_t i = capacity; i-- > 0;) {
        crossing->slots[i] = (struct slot){.next_idle = self->idle};
        self->idle = &crossing->slots[i];
    }
    self->crossing = crossing;
    return 0;
}

/* ---- how it ends early ---- */

/* The first reason stands. The exception is borrowed. */
static void stop(struct map *self, int64_t error, int64_t rest, struct coil_exception *exception)
{
    if (self->error != 0)
        return;
    self->error = error;
    self->rest = rest;
    self->crossing->exception = coil__exception_ref(exception);
    for (size_t i = 0; i < self->crossing->capacity; i++)
        if (self->crossing->slots[i].job != NULL)
            coil_cfuture_cancel_at(self->crossing->slots[i].job, "its map has ended", self->place);
}

/* What says something of the executor, not of this job. */
static bool is_refusal(int64_t status)
{
    return status == -COIL_ESTOPPED || status == -COIL_EFORKED || status == -ENOMEM ||
           status == -EAGAIN || status == -EINVAL || status == -ENOSYS;
}

/* ---- what becomes of the items ---- */

/* The value moves over, if somebody wants it. */
static bool tell(struct map *self, size_t index, struct coil_result result)
{
    const struct coil_map_options *options = &self->options;

    if (result.status < 0)
        self->failed++;
    if (self->results != NULL)
        self->results[index] = options->each != NULL ? coil_number(result.status) : result;
    if (options->each != NULL)
        options->each(index, result, options->arg);
    return self->results != NULL || options->each != NULL;
}

static void tell_ended(struct map *self, size_t index, struct coil_result *result,
                       const struct coil_exception *exception)
{
    int64_t status = result->status;

    if (tell(self, index, *result))
        result->value = NULL;
    if (self->options.progress)
        coil_progress_add(&self->bar, status < 0);
    if (status < 0 && self->options.stop_on_error)
        stop(self, status, -ECANCELED, (struct coil_exception *)(uintptr_t)exception);
}

/* A job as a whole: the executor refused it, or whoever ran it died. */
static void tell_job_failed(struct map *self, const struct slot *slot, int64_t status)
{
    struct coil_exception *exception = slot->job->exception;

    for (size_t i = 0; i < slot->n; i++) {
        struct coil_result result = coil_error(status);

        tell_ended(self, slot->first + i, &result, exception);
    }
    if (is_refusal(status))
        stop(self, status, status, exception);
}

static void tell_rest(struct map *self, int64_t status)
{
    for (; self->next < self->n; self->next++)
        tell(self, self->next, coil_error(status));
}

static void job_done(struct map *self, struct slot *slot)
{
    struct coil_result result = coil_cfuture_result(slot->job, 0);
    struct coil_results *results = result.value;

    if (result.status < 0)
        tell_job_failed(self, slot, result.status);
    else
        for (size_t i = 0; i < slot->n; i++)
            tell_ended(self, slot->first + i, &results->of[i], coil_results_exception(results, i));
    coil_cfuture_unref(slot->job);
    slot->job = NULL;
    slot->next_idle = self->idle;
    self->idle = slot;
    self->out--;
}

/* ---- jobs go out and come in ---- */

/* With what was raised for it. */
static void stop_here(struct map *self, int err)
{
    struct coil_exception *exception = coil__raised_for(coil_error(err));

    stop(self, err, -ECANCELED, exception);
    exception_unref(exception);
}

/* A job that this thread would keep from being done is not waited for: it has no part in us. */
static void let_go(struct map *self, struct slot *slot, int err)
{
    coil_cfuture_cancel_at(slot->job, "nobody can wait for it", self->place);
    coil_cfuture_unref(slot->job);
    slot->job = NULL;
    stop_here(self, err);
    for (size_t i = 0; i < slot->n; i++)
        tell(self, slot->first + i, coil_error(err));
}

static void submit_chunk(struct map *self)
{
    struct slot *slot = self->idle;
    size_t left = self->n - self->next;
    int err = 0;

    slot->first = self->next;
    slot->n = left < self->options.chunk ? left : self->options.chunk;
    slot->job = coil_executor_submit_batch_at(self->executor, self->function,
                                              self->items + slot->first * self->item_bytes, slot->n,
                                              self->item_bytes, &self->options.job, self->place);
    self->next += slot->n;
    if (!coil__gate_suspends() && !coil_cfuture_done(slot->job))
        err = slot->job->kind->may_wait(slot->job);
    if (err != 0) {
        let_go(self, slot, err);
        return;
    }
    self->idle = slot->next_idle;
    self->out++;
    coil__gate_watch(&self->crossing->gate, &slot->item, slot->job);
}

static void submit_some(struct map *self)
{
    while (self->error == 0 && self->next < self->n && self->idle != NULL)
        submit_chunk(self);
}

/* They all wait for the job that maps them. */
static void let_all_go(struct map *self)
{
    for (size_t i = 0; i < self->crossing->capacity; i++)
        if (self->crossing->slots[i].job != NULL)
            let_go(self, &self->crossing->slots[i], -EDEADLK);
    self->out = 0;
}

/* Those that are out are waited for in any case: once it has stopped, whatever else happens. */
static coil_async void wait_for_arrivals(struct map *self)
{
    int err = coil__gate_wait(&self->crossing->gate,
                              self->error == 0 ? self->deadline_ns : COIL_FOREVER, self->seen);

    if (err == -EINTR)
        self->seen = coil__mach_interrupts();
    if (err == 0)
        return;
    if (err == -EDEADLK && coil__circle_is_closed(&self->crossing->gate.watched))
        let_all_go(self);
    else if (self->error == 0)
        stop_here(self, err);
    else if (err != -EINTR && err != -ECANCELED)
        coil__join_pause();
}

/* What a wait would see, for who never needs to wait. A task lets the others run as well. */
static coil_async void look_up(struct map *self)
{
    int err = 0;

    if (coil__gate_suspends())
        err = coil_yield();
    else if (coil__mach_interrupts() != self->seen)
        err = -EINTR;
    if (err == 0 && self->deadline_ns != COIL_FOREVER &&
        self->deadline_ns <= coil__gate_deadline(0))
        err = -ETIMEDOUT;
    if (err != 0)
        stop(self, err, -ECANCELED, NULL);
}

static void take(struct map *self, struct gate_item *arrived)
{
    struct gate_item *next;

    for (; arrived != NULL; arrived = next) {
        next = gate_next(arrived);
        job_done(self, container_of(arrived, struct slot, item));
    }
}

static coil_async void run(struct map *self)
{
    struct gate_item *arrived;

    submit_some(self);
    while (self->out > 0) {
        arrived = coil__gate_take(&self->crossing->gate);
        if (arrived != NULL)
            look_up(self);
        else
            wait_for_arrivals(self);
        take(self, arrived);
        submit_some(self);
    }
}

/* As coil_raise does; takes it over. */
static void note(struct coil_exception *exception)
{
    struct coil_exception **slot = coil__raised_slot();

    if (slot == NULL) {
        coil__exception_leave(exception);
        return;
    }
    exception_unref(*slot);
    *slot = exception;
}

static coil_async int64_t map(struct map *self)
{
    int err = make_crossing(self);

    if (err != 0) {
        tell_rest(self, err);
        return err;
    }
    if (self->options.progress)
        coil_progress_init(&self->bar, self->options.title, self->n);
    run(self);
    tell_rest(self, self->rest);
    if (self->options.progress)
        coil_progress_fini(&self->bar);
    if (self->error != 0)
        note(self->crossing->exception);
    coil__gate_close(&self->crossing->gate);
    return self->error != 0 ? self->error : (int64_t)self->failed;
}

coil_async int64_t coil_executor_map_at(struct coil_executor *executor,
                                        struct coil_function function, const void *items, size_t n,
                                        size_t item_bytes, struct coil_result *results,
                                        const struct coil_map_options *options, const char *place)
{
    struct map self = {.executor = executor,
                       .function = function,
                       .items = items,
                       .n = n,
                       .item_bytes = item_bytes,
                       .results = results,
                       .place = place};

    if (n == 0)
        return 0;
    if (options != NULL)
        self.options = *options;
    if (self.options.at_once == 0)
        self.options.at_once = 2 * (size_t)coil_executor_workers(executor);
    if (self.options.at_once == 0)
        self.options.at_once = 1;
    if (self.options.chunk == 0)
        self.options.chunk = 1;
    if (self.options.title == NULL)
        self.options.title = function.symbol != NULL ? function.symbol : "map";
    self.options.job.drop_arg = NULL; /* the items are copied */
    self.seen = coil__mach_interrupts();
    self.deadline_ns =
        coil__gate_deadline(self.options.timeout_ns != 0 ? self.options.timeout_ns : COIL_FOREVER);
    return map(&self);
}
