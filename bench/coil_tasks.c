/* Rows of one loop: yields, spawns, and two tasks that talk. */
#include "coil_rows.h"

static void per_op(const char *name, long full, int runs, row_body_fn *body)
{
    row_run((struct row){name, bench_count(full), runs, bench_now, body});
}

static coil_async struct coil_result nothing(void *arg)
{
    return coil_value(arg);
}

static coil_async struct coil_result yielder(void *arg)
{
    for (intptr_t left = (intptr_t)arg; left > 0; left--)
        coil_yield();
    return coil_number(0);
}

static coil_async void yield_2(long ops)
{
    spawn_join(2, yielder, (void *)(intptr_t)(ops / 2));
}

void run_yield_2(const char *name)
{
    per_op(name, 10000000, RUNS, yield_2);
}

static coil_async void yield_1000(long ops)
{
    spawn_join(1000, yielder, (void *)(intptr_t)(ops / 1000));
}

void run_yield_1000(const char *name)
{
    per_op(name, 10000000, RUNS, yield_1000);
}

static coil_async void spawn_await(long ops)
{
    for (long i = 0; i < ops; i++)
        coil_join(coil_create_task(nothing, NULL));
}

void run_spawn_await(const char *name)
{
    per_op(name, 2000000, RUNS, spawn_await);
}

static coil_async void spawn_all(long ops)
{
    spawn_join(ops, nothing, NULL);
}

void run_spawn_join(const char *name)
{
    per_op(name, 100000, RUNS, spawn_all);
}

struct letters { /* every message is a future made for it, which carries the next one back */
    struct coil_future *first;
    long count;
};

static coil_async struct coil_result answer_letters(void *arg)
{
    struct letters *letters = arg;
    struct coil_future *request = letters->first;

    for (long i = 0; i < letters->count; i++) {
        struct coil_future *reply = coil_join(request).value;

        request = coil_create_future();
        coil_future_set_result(reply, coil_value(request), NULL);
    }
    coil_future_unref(request);
    return coil_number(0);
}

static coil_async void future_trip(long ops)
{
    struct letters letters = {coil_create_future(), ops};
    struct coil_future *request = letters.first;
    struct coil_future *peer = coil_create_task(answer_letters, &letters);

    for (long i = 0; i < ops; i++) {
        struct coil_future *reply = coil_create_future();

        coil_future_set_result(request, coil_value(reply), NULL);
        request = coil_join(reply).value;
    }
    coil_join(peer);
}

void run_future_trip(const char *name)
{
    per_op(name, 2000000, RUNS, future_trip);
}

struct bells {
    struct coil_event there;
    struct coil_event back;
    long count;
};

static coil_async struct coil_result answer_bells(void *arg)
{
    struct bells *bells = arg;

    for (long i = 0; i < bells->count; i++) {
        coil_event_wait(&bells->there);
        coil_event_clear(&bells->there);
        coil_event_set(&bells->back);
    }
    return coil_number(0);
}

static coil_async void event_trip(long ops)
{
    struct bells bells = {.count = ops};
    struct coil_future *peer = coil_create_task(answer_bells, &bells);

    for (long i = 0; i < ops; i++) {
        coil_event_set(&bells.there);
        coil_event_wait(&bells.back);
        coil_event_clear(&bells.back);
    }
    coil_join(peer);
}

void run_event_trip(const char *name)
{
    per_op(name, 2000000, RUNS, event_trip);
}

struct pipes {
    struct coil_queue there;
    struct coil_queue back;
    long count;
};

static coil_async struct coil_result answer_pipes(void *arg)
{
    struct pipes *pipes = arg;

    for (long i = 0; i < pipes->count; i++)
        coil_queue_put(&pipes->back, coil_queue_get(&pipes->there).value);
    return coil_number(0);
}

static coil_async void queue_trip(long ops)
{
    struct pipes pipes = {.count = ops};
    struct coil_future *peer;

    coil_queue_init(&pipes.there, 1);
    coil_queue_init(&pipes.back, 1);
    peer = coil_create_task(answer_pipes, &pipes);
    for (intptr_t i = 0; i < ops; i++) {
        coil_queue_put(&pipes.there, (void *)i);
        coil_queue_get(&pipes.back);
    }
    coil_join(peer);
    coil_queue_fini(&pipes.there);
    coil_queue_fini(&pipes.back);
}

void run_queue_trip(const char *name)
{
    per_op(name, 2000000, RUNS, queue_trip);
}

static coil_async void gather(long ops)
{
    struct coil_future **tasks = calloc((size_t)ops, sizeof(struct coil_future *));

    if (!tasks)
        bench_die("calloc");
    for (long i = 0; i < ops; i++)
        tasks[i] = coil_create_task(yielder, (void *)1);
    coil_join(coil_gather(tasks, (size_t)ops, COIL_TAKE_REFS));
    free(tasks);
}

void run_gather(const char *name)
{
    per_op(name, 10000, 10, gather);
}

static coil_async void timeout_yield(long ops)
{
    for (long i = 0; i < ops; i++) {
        struct coil_timeout limit;

        coil_timeout_enter(&limit, HOUR);
        if (coil_timeout_exit(&limit, coil_yield()))
            abort();
    }
}

void run_timeout_yield(const char *name)
{
    per_op(name, 2000000, RUNS, timeout_yield);
}
