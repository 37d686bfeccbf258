/*
 * A server on every loop of a pool: a server in each, with listeners of its own on the same
 * addresses.
 *
 * The first loop's server is started like any other, so that an address which is in use is found to
 * be; then its sockets are opened to sharing (SO_REUSEPORT), and the other loops' are bound beside
 * them. What cannot be shared so, like a Unix socket, is shared as it is: each loop accepts from a
 * duplicate, and passes on what others have more room for. Simulated loops have nothing in common:
 * each listens in a network of its own.
 */
#include "work/pool_server.h"

#include "base/alloc.h"
#include "io/server.h"
#include "task/task.h"
#include "work/job.h"
#include "work/join.h"
#include "work/loop_thread.h"

/* On the stack of a client's task. */
struct served {
    struct coil_link link; /* in part->serving */
    struct coil_future *task;
};

/* A callback on one of the loops, which cannot go on meanwhile. */
static bool would_wait_for_itself(const struct coil_pool_server *self)
{
    struct coil_loop *loop = coil__loop_running;

    if (loop != NULL && !coil__joins_in_task())
        for (unsigned i = 0; i < self->count; i++)
            if (self->parts[i].port == loop->port)
                return true;
    return false;
}

/* ---- its life ---- */

static void free_server(struct coil_pool_server *self)
{
    for (unsigned i = 0; i < self->count; i++) {
        coil__pool_sockets_close(&self->parts[i].sockets);
        coil_server_unref(self->parts[i].server); /* a leftover's: its loop is closed */
    }
    mem_free(self->host);
    mem_free(self);
}

void coil__pool_server_ref(struct coil_pool_server *self)
{
    word_add(&self->refs, 1);
}

void coil__pool_server_unref(struct coil_pool_server *self)
{
    struct coil_executor *executor = &self->pool->executor;

    if (!word_unref(&self->refs))
        return;
    free_server(self);
    executor_unref(executor);
}

static void free_leftover(struct pool_leftover *leftover)
{
    free_server(container_of(leftover, struct coil_pool_server, leftover));
}

/* It cannot be freed before its loops have ended: the pool does, after that. */
static void leave_to_pool(struct coil_pool_server *self)
{
    struct loop_pool *pool = self->pool;
    uintptr_t was = word_load(&pool->leftovers);

    self->leftover.free = free_leftover;
    do
        self->leftover.next = (struct pool_leftover *)was;
    while (!word_cas(&pool->leftovers, &was, (uintptr_t)&self->leftover));
    executor_unref(&pool->executor);
}

static void job_gone(void *part)
{
    coil__pool_server_unref(((struct part *)part)->whole);
}

/* Asks the part's loop to run fn(part). */
static void ask(struct part *part, coil_coroutine_fn *fn)
{
    struct coil_task_options options = {.name = "pool server", .drop_arg = job_gone};

    coil__pool_server_ref(part->whole);
    part->job = coil__cfuture_submit(part->port, fn, part, &options, false, part->whole->place);
}

/* What it came to. */
static int64_t take_answer(struct part *part)
{
    int64_t status = coil_cfuture_result(part->job, 0).status;

    coil_cfuture_unref(part->job);
    part->job = NULL;
    return status;
}

static struct coil_pool_server *make(struct loop_pool *pool, const char *host, const char *place,
                                     const struct coil_server_options *options)
{
    unsigned n = pool->executor.workers;
    struct coil_pool_server *self = mem_zalloc(sizeof(*self) + n * sizeof(self->parts[0]));

    if (self == NULL)
        return NULL;
    self->host = mem_strdup(host != NULL ? host : "");
    if (self->host == NULL) {
        mem_free(self);
        return NULL;
    }
    executor_ref(&pool->executor);
    self->pool = pool;
    self->refs.value = 1;
    self->place = place;
    self->count = n;
    self->simulated = strcmp(coil_loop_driver(coil_thread_loop(pool->loops[0].thread)), "sim") == 0;
    if (options != NULL)
        self->options = *options;
    for (unsigned i = 0; i < n; i++) {
        self->parts[i].whole = self;
        self->parts[i].port = pool->loops[i].desk->port;
        list_init(&self->parts[i].serving);
    }
    return self;
}

/* ---- start ---- */

static coil_async void serve(struct coil_stream *client, void *arg)
{
    struct part *part = arg;
    struct served served = {.task = coil__loop_running->current};

    list_append(&part->serving, &served.link);
    part->whole->fn(client, part->whole->arg);
    list_remove(&served.link);
}

/* Nothing has come to the server yet. */
static void open_part(struct part *part, bool passes_on)
{
    part->server->tally = &part->clients;
    if (passes_on) {
        part->server->pass_on = coil__pool_pass_on;
        part->server->coming = &part->coming;
    }
    word_store(&part->open, 1);
}

static coil_async int start_by_name(struct part *part)
{
    struct coil_pool_server *self = part->whole;

    if (self->is_path)
        return coil_start_unix_server_at(serve, part, self->host, &self->options, &part->server,
                                         self->place);
    return coil_start_server_at(serve, part, self->host, self->port, &self->options, &part->server,
                                self->place);
}

/* The first loop's task: its own server, and the sockets of all the others. */
static coil_async struct coil_result start_first(void *arg)
{
    struct part *part = arg;
    struct coil_pool_server *self = part->whole;
    int err;

    coil__desk_pool_here = self->pool;
    err = start_by_name(part);
    if (err != 0)
        return coil_error(err);
    self->port = self->is_path ? 0 : coil_server_port(part->server);
    self->shares = !self->simulated && (self->is_path || !coil__pool_sockets_share(part->server));
    open_part(part, self->shares);
    for (unsigned i = 1; i < self->count && err == 0 && !self->simulated; i++)
        err = coil__pool_sockets_open(&self->parts[i].sockets, part->server, !self->shares);
    return coil_error(err);
}

/* Each of the others'. */
static coil_async struct coil_result start_beside(void *arg)
{
    struct part *part = arg;
    struct coil_pool_server *self = part->whole;
    struct pool_sockets sockets = part->sockets;
    int err;

    coil__desk_pool_here = self->pool;
    part->sockets.count = 0; /* the server's now, also if it fails */
    if (self->simulated)
        err = start_by_name(part);
    else
        err = coil__server_new(serve, part, sockets.fds, sockets.count, &self->options, self->place,
                               &part->server);
    if (err == 0)
        open_part(part, self->shares);
    return coil_error(err);
}

static coil_async int start_all(struct coil_pool_server *self)
{
    int err, asked;

    ask(&self->parts[0], start_first);
    asked = coil__join(self->parts[0].job, true);
    err = (int)take_answer(&self->parts[0]);
    if (err != 0 || asked != 0)
        return asked != 0 ? asked : err;
    for (unsigned i = 1; i < self->count; i++)
        ask(&self->parts[i], start_beside);
    for (unsigned i = 1; i < self->count; i++) {
        int late = coil__join(self->parts[i].job, true);
        int answer = (int)take_answer(&self->parts[i]);

        err = err != 0 ? err : answer;
        asked = asked != 0 ? asked : late;
    }
    return asked != 0 ? asked : err;
}

static coil_async int start(struct coil_pool_server *self, struct coil_pool_server **out)
{
    int err;

    if (self == NULL)
        return -ENOMEM;
    err = self->options.bind_only ? -EINVAL : would_wait_for_itself(self) ? -EDEADLK : 0;
    if (err != 0) {
        coil__pool_server_unref(self);
        return err;
    }
    err = start_all(self);
    if (err == 0)
        *out = self;
    else
        coil_pool_server_close(self, 0);
    return err;
}

coil_async int coil_loop_pool_start_server_at(struct coil_executor *executor, coil_client_fn *fn,
                                              void *arg, const char *host, uint16_t port,
                                              const struct coil_server_options *options,
                                              struct coil_pool_server **out, const char *place)
{
    struct loop_pool *pool = coil__loop_pool_of(executor, "coil_loop_pool_start_server");
    struct coil_pool_server *self = make(pool, host, place, options);

    if (self != NULL) {
        self->fn = fn;
        self->arg = arg;
        self->port = port;
    }
    return start(self, out);
}

coil_async int coil_loop_pool_start_unix_server_at(struct coil_executor *executor,
                                                   coil_client_fn *fn, void *arg, const char *path,
                                                   const struct coil_server_options *options,
                                                   struct coil_pool_server **out, const char *place)
{
    struct loop_pool *pool = coil__loop_pool_of(executor, "coil_loop_pool_start_unix_server");
    struct coil_pool_server *self = make(pool, path, place, options);

    if (self != NULL) {
        self->fn = fn;
        self->arg = arg;
        self->is_path = true;
    }
    return start(self, out);
}

uint16_t coil_pool_server_port(const struct coil_pool_server *self)
{
    return self->port;
}

size_t coil_pool_server_clients(const struct coil_pool_server *self, unsigned index)
{
    return index < self->count ? COUNTER_READ(self->parts[index].clients) : 0;
}

/* ---- close ---- */

/* On its loop. When the pool is shut down meanwhile the clients are cancelled with everything else;
 * they are still waited for, since they use the part. */
static coil_async struct coil_result stop_part(void *arg)
{
    struct part *part = arg;
    int64_t aborted, status;

    word_store(&part->open, 0);
    if (part->server == NULL)
        return coil_number(0);
    status = aborted = coil_server_shutdown(part->server, part->whole->grace_ns);
    while (status < 0) {
        aborted = (int64_t)coil_server_clients(part->server);
        coil_server_abort_clients(part->server);
        status = coil_server_wait_closed(part->server);
    }
    coil_server_unref(part->server);
    part->server = NULL;
    return coil_number(aborted);
}

/* Its own task would be waited for, for ever. */
static void require_elsewhere(const struct coil_pool_server *self)
{
    struct coil_loop *loop = coil__loop_running;
    struct coil_link *at;

    REQUIRE(
        !would_wait_for_itself(self),
        "coil_pool_server_close in a callback of one of its loops: close it from a task or another "
        "thread");
    for (unsigned i = 0; loop != NULL && i < self->count; i++)
        if (self->parts[i].port == loop->port)
            list_each (at, &self->parts[i].serving)
                REQUIRE(container_of(at, struct served, link)->task != loop->current,
                        "coil_pool_server_close by one of the server's own clients: close it from "
                        "another task or thread");
}

/* Without memory to ask the loop with, it is asked again. */
static coil_async int64_t stopped(struct part *part, bool *cancelled)
{
    int64_t status;

    for (;;) {
        *cancelled |= coil__join(part->job, false) == -ECANCELED;
        status = take_answer(part);
        if (status != -ENOMEM)
            return status;
        coil__join_pause();
        ask(part, stop_part);
    }
}

coil_async int64_t coil_pool_server_close(struct coil_pool_server *self, int64_t grace_ns)
{
    int64_t aborted = 0, status;
    bool cancelled = false, ended = true;

    if (self == NULL)
        return 0;
    require_elsewhere(self);
    self->grace_ns = grace_ns;
    for (unsigned i = 0; i < self->count; i++)
        ask(&self->parts[i], stop_part);
    for (unsigned i = 0; i < self->count; i++) {
        status = stopped(&self->parts[i], &cancelled);
        aborted += status > 0 ? status : 0;
        ended &= status >= 0;
    }
    if (cancelled)
        task_of(coil__loop_running->current)->flags |= TASK_MUST_CANCEL;
    if (ended)
        coil__pool_server_unref(self);
    else
        leave_to_pool(self);
    return aborted;
}
