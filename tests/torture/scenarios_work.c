/*
 * Scenarios of executors: whatever fails, is cancelled or runs out of time, their jobs are done
 * once, and neither threads, nor descriptors, nor values stay behind.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <coil/futex.h>
#include <coil/loop_pool.h>
#include <coil/thread_pool.h>

#include "kit.h"
#include "torture/scenarios.h"

#define LONG COIL_SECONDS(1000)

enum { ITEMS = 5 };

/* --- jobs --- */

static struct coil_result gives_at_once(void *arg)
{
    (void)arg;
    return coil_value(token_new());
}

static coil_async struct coil_result gives_later(void *arg)
{
    int err = coil_sleep(COIL_US(200));

    (void)arg;
    return err != 0 ? coil_error(err) : coil_value(token_new());
}

static struct coil_result fails_at_once(void *arg)
{
    (void)arg;
    return coil_raise(EIO, "as it was told to");
}

static struct coil_result computes_till_cancelled(void *arg)
{
    (void)arg;
    while (!coil_job_cancelled())
        usleep(100);
    return coil_error(-ECANCELED);
}

static coil_async struct coil_result sleeps_till_cancelled(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep(LONG));
}

static const struct coil_job_options owning = {.drop_arg = token_drop, .drop_result = token_drop};

static struct coil_executor *open_threads(void)
{
    const struct coil_thread_pool_options options = {.threads = 2};

    return coil_thread_pool_open(&options);
}

static struct coil_executor *open_loops(void)
{
    const struct coil_loop_pool_options options = {.loops = 2};

    return coil_loop_pool_open(&options);
}

/* --- map --- */

static coil_async int64_t map_over(struct coil_executor *pool, coil_coroutine_fn *fn, size_t chunk)
{
    const struct coil_map_options options = {
        .at_once = 2, .chunk = chunk, .timeout_ns = LONG, .job.drop_result = token_drop};
    struct coil_result results[ITEMS] = {{0, NULL}};
    const int items[ITEMS] = {0};
    int64_t status = coil_executor_map_with(pool, fn, items, ITEMS, results, &options);

    for (int i = 0; i < ITEMS; i++)
        token_drop(results[i].value);
    return status;
}

static coil_async struct coil_result map_twice(struct coil_executor *pool, coil_coroutine_fn *fn)
{
    int64_t status;

    if (pool == NULL)
        return coil_error(-ENOMEM);
    status = map_over(pool, fn, 1);
    if (status >= 0)
        status = map_over(pool, fn, 2);
    coil_executor_close(pool);
    return coil_error(status < 0 ? status : 0);
}

static coil_async struct coil_result maps_threads(void *arg)
{
    (void)arg;
    return map_twice(open_threads(), gives_at_once);
}

static coil_async struct coil_result maps_loops(void *arg)
{
    (void)arg;
    return map_twice(open_loops(), gives_later);
}

/* --- waiting for several --- */

static coil_async int64_t take_each(struct coil_cfuture *const *jobs, size_t n)
{
    struct coil_cfuture_as_completed *all = coil_cfuture_as_completed_open(jobs, n);
    struct coil_result r;

    if (all == NULL)
        return -ENOMEM;
    while ((r = coil_cfuture_as_completed_next(all, LONG)).status >= 0) {
        struct coil_result given = coil_cfuture_take(r.value, 0);

        if (given.status >= 0)
            token_drop(given.value);
    }
    coil_cfuture_as_completed_close(all);
    return r.status == -COIL_EENDED ? 0 : r.status;
}

static coil_async int64_t wait_for_several(struct coil_executor *threads,
                                           struct coil_executor *loops)
{
    struct coil_cfuture *jobs[ITEMS];
    int64_t status;

    for (int i = 0; i < ITEMS; i++)
        jobs[i] = i % 2 == 0
                      ? coil_executor_submit_with(threads, gives_at_once, token_new(), &owning)
                      : coil_executor_submit_with(loops, gives_later, token_new(), &owning);
    status = coil_cfuture_wait_many(jobs, ITEMS, COIL_US(300), COIL_FIRST_COMPLETED);
    if (status >= 0)
        status = coil_cfuture_wait_many(jobs, ITEMS, LONG, COIL_ALL_COMPLETED);
    if (status >= 0)
        status = take_each(jobs, ITEMS);
    for (int i = 0; i < ITEMS; i++) {
        coil_cfuture_cancel(jobs[i]);
        coil_cfuture_unref(jobs[i]);
    }
    return status;
}

static coil_async struct coil_result waits_many(void *arg)
{
    struct coil_executor *threads = open_threads(), *loops = open_loops();
    int64_t status = wait_for_several(threads, loops);

    (void)arg;
    coil_executor_close(threads);
    coil_executor_close(loops);
    return coil_error(status < 0 ? status : 0);
}

/* --- shutdown --- */

static coil_async struct coil_result shut_down(struct coil_executor *pool, coil_coroutine_fn *fn)
{
    const struct coil_stop_options options = {.drain_ns = COIL_MS(1)};
    struct coil_cfuture *jobs[4];
    int64_t status;

    if (pool == NULL)
        return coil_error(-ENOMEM);
    for (int i = 0; i < 4; i++)
        jobs[i] = coil_executor_submit_with(pool, fn, token_new(), &owning);
    status = coil_executor_shutdown(pool, &options);
    if (status >= 0) /* again: it is over already */
        status = coil_executor_shutdown(pool, NULL);
    for (int i = 0; i < 4; i++) {
        coil_cfuture_exception(jobs[i]); /* seen: nobody need be told */
        coil_cfuture_unref(jobs[i]);
    }
    coil_executor_close(pool);
    return coil_error(status < 0 ? status : 0);
}

static coil_async struct coil_result ends_threads(void *arg)
{
    (void)arg;
    return shut_down(open_threads(), computes_till_cancelled);
}

static coil_async struct coil_result ends_loops(void *arg)
{
    (void)arg;
    return shut_down(open_loops(), sleeps_till_cancelled);
}

/* --- run_in_executor, to_thread --- */

static coil_async int64_t await_one(struct coil_future *future)
{
    struct coil_result r = coil_join(future);

    if (r.status >= 0)
        token_drop(r.value);
    return r.status;
}

static coil_async int64_t run_beside(struct coil_executor *pool, coil_coroutine_fn *fn)
{
    int64_t status = await_one(coil_run_in_executor_with(pool, fn, token_new(), &owning));

    if (status >= 0)
        status = await_one(coil_run_in_executor_with(pool, fails_at_once, token_new(), &owning));
    return status == -EIO ? 0 : status;
}

static coil_async struct coil_result runs_beside(void *arg)
{
    struct coil_executor *threads = open_threads(), *loops = open_loops();
    struct coil_loop *loop = coil_loop_current();
    int64_t status = run_beside(threads, gives_at_once); /* without threads by the default one */
    struct coil_result r;

    (void)arg;
    if (status >= 0)
        status = loops == NULL ? -ENOMEM : run_beside(loops, gives_later);
    if (status >= 0)
        status = run_beside(NULL, gives_at_once);
    if (status >= 0 && coil_loop_set_default_executor(loop, threads) == 0) {
        r = coil_to_thread(gives_at_once, NULL, token_drop);
        status = r.status;
        if (status >= 0)
            token_drop(r.value);
        coil_loop_set_default_executor(loop, NULL);
    }
    coil_executor_close(threads);
    coil_executor_close(loops);
    return coil_error(status < 0 ? status : 0);
}

/* --- servers of a pool --- */

static coil_async void echo_one(struct coil_stream *client, void *arg)
{
    char byte;

    (void)arg;
    if (coil_stream_read(client, &byte, 1) == 1)
        coil_stream_sendall(client, &byte, 1);
}

static coil_async int64_t ask(struct coil_stream *stream)
{
    char byte = '?';
    int64_t status = coil_stream_sendall(stream, &byte, 1);

    if (status == 0)
        status = coil_stream_read(stream, &byte, 1);
    coil_stream_unref(stream);
    return status;
}

static coil_async struct coil_result visits_port(void *port)
{
    struct coil_stream *stream;
    int64_t status = coil_open_connection("127.0.0.1", (uint16_t)(uintptr_t)port, &stream);

    return coil_error(status != 0 || (status = ask(stream)) < 0 ? status : 0);
}

static coil_async struct coil_result visits_path(void *path)
{
    struct coil_stream *stream;
    int64_t status = coil_open_unix_connection(path, &stream);

    return coil_error(status != 0 || (status = ask(stream)) < 0 ? status : 0);
}

/* Clients are jobs of the pool, since its loops have a network whatever our own is. */
static coil_async int64_t visit(struct coil_executor *pool, coil_coroutine_fn *fn, void *where)
{
    int64_t status = 0;

    for (int i = 0; i < 2 && status >= 0; i++)
        status = coil_join(coil_run_in_executor(pool, fn, where)).status;
    return status;
}

static coil_async int64_t serve_port(struct coil_executor *pool)
{
    struct coil_pool_server *server;
    int64_t status =
        coil_loop_pool_start_server(pool, echo_one, NULL, "127.0.0.1", 0, NULL, &server);

    if (status != 0)
        return status;
    status = visit(pool, visits_port, (void *)(uintptr_t)coil_pool_server_port(server));
    if (coil_pool_server_close(server, COIL_MS(1)) < 0)
        status = -ECANCELED;
    return status;
}

static coil_async int64_t serve_path(struct coil_executor *pool)
{
    char *path = kit_path("socket");
    struct coil_pool_server *server;
    int64_t status;

    status = coil_loop_pool_start_unix_server(pool, echo_one, NULL, path, NULL, &server);
    if (status == 0) {
        status = visit(pool, visits_path, path);
        if (coil_pool_server_close(server, COIL_MS(1)) < 0)
            status = -ECANCELED;
    }
    unlink(path); /* not so where it is one of the calls that fail */
    return status;
}

static coil_async struct coil_result serves(void *arg)
{
    const struct coil_loop_pool_options options = {.loops = 2, .loop.driver = "epoll"};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    int64_t status;

    (void)arg;
    if (pool == NULL)
        return coil_error(-ENOMEM);
    status = serve_port(pool);
    if (status >= 0)
        status = serve_path(pool);
    coil_executor_close(pool);
    return coil_error(status < 0 ? status : 0);
}

const struct scenario scenarios_work[] = {
    {"maps_threads", maps_threads, true},
    {"maps_loops", maps_loops, true},
    {"waits_many", waits_many, true},
    {"ends_threads", ends_threads, true},
    {"ends_loops", ends_loops, true},
    {"runs_beside", runs_beside, true},
    {"serves", serves, true},
};
const int scenarios_work_count = sizeof(scenarios_work) / sizeof(scenarios_work[0]);
