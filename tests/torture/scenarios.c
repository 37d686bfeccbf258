#include "torture/scenarios.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit.h"

int tokens_alive;

void *token_new(void)
{
    __atomic_add_fetch(&tokens_alive, 1, __ATOMIC_SEQ_CST);
    return malloc(16);
}

void token_drop(void *token)
{
    if (token == NULL)
        return;
    CHECK(__atomic_sub_fetch(&tokens_alive, 1, __ATOMIC_SEQ_CST) >= 0);
    free(token);
}

static const struct coil_task_options owning = {.drop_arg = token_drop, .drop_result = token_drop};

/* Sleeps a little and gives a token; its argument is one, too. */
static coil_async struct coil_result gives_token(void *arg)
{
    int err = coil_sleep(COIL_MS(1));

    (void)arg;
    return err != 0 ? coil_error(err) : coil_value(token_new());
}

static coil_async struct coil_result fails_later(void *arg)
{
    int err = coil_sleep(COIL_MS(2));

    (void)arg;
    return err != 0 ? coil_error(err) : coil_raise(EIO, "as it was told to");
}

static struct coil_future *start(coil_coroutine_fn *fn)
{
    return coil_create_task_with(fn, token_new(), &owning);
}

static coil_async struct coil_result sleepers(void *arg)
{
    struct coil_future *tasks[5];
    int64_t status = 0;

    (void)arg;
    for (int i = 0; i < 5; i++)
        tasks[i] = start(gives_token);
    for (int i = 0; i < 5; i++) {
        struct coil_result r = coil_join(tasks[i]);

        if (r.status < 0)
            status = r.status;
        else
            token_drop(r.value);
    }
    return coil_error(status);
}

static coil_async struct coil_result gathers(void *arg)
{
    struct coil_future *tasks[4];
    struct coil_result r;

    (void)arg;
    for (int i = 0; i < 4; i++)
        tasks[i] = start(i == 2 ? fails_later : gives_token);
    r = coil_join(coil_gather(tasks, 4, COIL_RETURN_EXCEPTIONS | COIL_TAKE_REFS));
    if (r.status == 0)
        free(r.value);
    for (int i = 0; i < 4; i++)
        tasks[i] = start(i == 2 ? fails_later : gives_token);
    r = coil_join(coil_gather(tasks, 4, COIL_TAKE_REFS));
    if (r.status == 0)
        free(r.value);
    return coil_error(r.status);
}

static coil_async struct coil_result groups(void *arg)
{
    struct coil_task_group group, inner;
    int64_t err;

    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task_with(&group, gives_token, token_new(), &owning);
    coil_task_group_enter(&inner);
    coil_task_group_create_task_with(&inner, gives_token, token_new(), &owning);
    coil_task_group_create_task_with(&inner, fails_later, token_new(), &owning);
    err = coil_task_group_exit(&inner, coil_sleep(COIL_MS(5)));
    coil_task_group_create_task_with(&group, fails_later, token_new(), &owning);
    return coil_error(coil_task_group_exit(&group, err));
}

static coil_async struct coil_result timeouts(void *arg)
{
    struct coil_timeout outer, inner;
    struct coil_future *task;
    struct coil_result r;
    int64_t err;

    (void)arg;
    coil_timeout_enter(&outer, COIL_MS(20));
    coil_timeout_enter(&inner, COIL_MS(1));
    err = coil_timeout_exit(&inner, coil_sleep(COIL_SECONDS(1)));
    if (err == -ETIMEDOUT)
        err = coil_sleep(COIL_MS(1));
    err = coil_timeout_exit(&outer, err);
    if (err < 0)
        return coil_error(err);
    task = start(gives_token);
    r = coil_wait_for(task, COIL_US(500)); /* too short */
    coil_future_unref(task);
    if (r.status != -ETIMEDOUT)
        return coil_error(r.status);
    task = start(gives_token);
    r = coil_wait_for(task, COIL_MS(50));
    coil_future_unref(task);
    return coil_error(r.status < 0 ? r.status : 0);
}

static coil_async struct coil_result produces(void *arg)
{
    struct coil_queue *queue = arg;

    for (int i = 0; i < 12; i++) {
        void *token = token_new();
        int err = coil_queue_put(queue, token);

        if (err != 0) {
            token_drop(token);
            return coil_error(err);
        }
    }
    return coil_value(NULL);
}

static coil_async struct coil_result consumes(void *arg)
{
    struct coil_queue *queue = arg;

    for (int i = 0; i < 12; i++) {
        struct coil_result r = coil_queue_get(queue);

        if (r.status < 0)
            return coil_error(r.status);
        token_drop(r.value);
        coil_queue_task_done(queue);
        if (i % 4 == 0 && coil_yield() != 0)
            return coil_error(-ECANCELED);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result queues(void *arg)
{
    struct coil_queue queue;
    struct coil_task_group group;
    int64_t err;

    (void)arg;
    coil_queue_init(&queue, 3);
    coil_task_group_enter(&group);
    err = coil_future_is_task(coil_task_group_create_task(&group, produces, &queue)) ? 0 : -ENOMEM;
    if (!coil_future_is_task(coil_task_group_create_task(&group, consumes, &queue)))
        err = -ENOMEM;
    err = coil_task_group_exit(&group, err);
    coil_queue_shutdown(&queue, true, token_drop);
    coil_queue_fini(&queue);
    return coil_error(err);
}

struct shared {
    struct coil_lock lock;
    struct coil_semaphore semaphore;
    struct coil_condition condition;
    struct coil_event event;
    int inside, done;
};

static coil_async struct coil_result uses_locks(void *arg)
{
    struct shared *shared = arg;
    int err = coil_semaphore_acquire(&shared->semaphore);

    if (err != 0)
        return coil_error(err);
    err = coil_lock_acquire(&shared->lock);
    if (err == 0) {
        CHECK_EQ(shared->inside++, 0);
        err = coil_sleep(COIL_US(100));
        shared->inside--;
        coil_lock_release(&shared->lock);
    }
    coil_semaphore_release(&shared->semaphore);
    if (err == 0)
        err = coil_event_wait(&shared->event);
    if (err == 0 && (err = coil_lock_acquire(shared->condition.lock)) == 0) {
        shared->done++;
        coil_condition_notify_all(&shared->condition);
        coil_lock_release(shared->condition.lock);
    }
    return coil_error(err);
}

static bool all_done(void *arg)
{
    return ((struct shared *)arg)->done == 4;
}

static coil_async int wait_for_done(struct shared *shared)
{
    int err = coil_lock_acquire(shared->condition.lock);

    if (err != 0)
        return err;
    err = coil_condition_wait_for(&shared->condition, all_done, shared);
    coil_lock_release(shared->condition.lock);
    return err;
}

static coil_async struct coil_result locks(void *arg)
{
    struct shared shared = {.inside = 0};
    struct coil_task_group group;
    int err;

    (void)arg;
    coil_semaphore_init(&shared.semaphore, 2);
    coil_condition_init(&shared.condition, NULL);
    coil_task_group_enter(&group);
    err = 0;
    for (int i = 0; i < 4; i++)
        if (!coil_future_is_task(coil_task_group_create_task(&group, uses_locks, &shared)))
            err = -ENOMEM;
    if (err == 0)
        err = coil_sleep(COIL_MS(1));
    coil_event_set(&shared.event);
    if (err == 0)
        err = wait_for_done(&shared);
    return coil_error(coil_task_group_exit(&group, err));
}

static coil_async struct coil_result passes_barrier(void *arg)
{
    int64_t index = coil_barrier_wait(arg);

    if (index < 0)
        coil_barrier_abort(arg); /* so that nobody waits for us */
    return coil_error(index < 0 ? index : 0);
}

static coil_async struct coil_result barriers(void *arg)
{
    struct coil_barrier barrier;
    struct coil_task_group group;
    int64_t err = 0;

    (void)arg;
    coil_barrier_init(&barrier, 3);
    coil_task_group_enter(&group);
    for (int i = 0; i < 3; i++)
        if (!coil_future_is_task(coil_task_group_create_task(&group, passes_barrier, &barrier)))
            err = -ENOMEM;
    return coil_error(coil_task_group_exit(&group, err));
}

static coil_async struct coil_result generates(struct coil_generator *self, void *arg)
{
    for (int i = 0; i < 4; i++) {
        int err = coil_sleep(COIL_MS(1));

        if (err != 0)
            return coil_error(err);
        if (coil_generate(self, token_new()).status == -ECANCELED)
            return coil_error(coil_sleep(COIL_US(10)));
    }
    (void)arg;
    return coil_value(NULL);
}

static coil_async struct coil_result generators(void *arg)
{
    struct coil_result r = {0, NULL};

    (void)arg;
    for (int most = 2; most <= 10; most += 8) { /* closed in the middle; to its end */
        struct coil_generator *g = coil_generator_open(generates, NULL, 0);

        if (g == NULL)
            return coil_error(-ENOMEM);
        for (int i = 0; i < most && (r = coil_generator_next(g)).status >= 0; i++)
            token_drop(r.value);
        coil_generator_close(g);
    }
    return coil_error(r.status == -COIL_EENDED ? 0 : r.status);
}

struct steps {
    void *token;
    struct coil_future *future;
    int left;
};

static void drop_steps(void *state)
{
    token_drop(((struct steps *)state)->token);
}

static enum coil_step steps(struct coil_stackless *co, struct steps *self)
{
    COIL_BEGIN(co);
    for (; self->left > 0; self->left--) {
        COIL_SLEEP(co, COIL_MS(1));
        if (co->sent.status < 0)
            COIL_RETURN(co, co->sent);
        COIL_YIELD(co);
    }
    COIL_AWAIT(co, self->future);
    COIL_RETURN(co, co->sent);
    COIL_END(co);
}

static coil_async struct coil_result stackless(void *arg)
{
    struct coil_task_options options = {.drop_arg = drop_steps};
    struct coil_future *f = coil_create_future(), *tasks[3];
    int64_t status = 0;

    (void)arg;
    for (int i = 0; i < 3; i++) {
        struct steps state = {token_new(), f, i + 1};

        tasks[i] = coil_create_stackless_task(steps, &state, sizeof(state), &options);
    }
    status = coil_sleep(COIL_MS(2));
    if (!coil_future_done(f))
        coil_future_set_result(f, coil_value(token_new()), token_drop);
    for (int i = 0; i < 3; i++) {
        struct coil_result r = coil_join(tasks[i]);

        if (r.status < 0)
            status = r.status;
    }
    coil_future_unref(f);
    return coil_error(status);
}

static struct coil_var first_var = COIL_VAR("first", 0), second_var = COIL_VAR("second", 0);

static coil_async struct coil_result sets_vars(void *arg)
{
    struct coil_token token;
    int err = coil_var_set_owned(&first_var, token_new(), token_drop, &token);

    (void)arg;
    if (err != 0)
        return coil_error(err);
    err = coil_var_set_owned(&second_var, token_new(), token_drop, NULL);
    if (coil_yield() != 0)
        err = -ECANCELED;
    coil_var_reset(&token);
    return coil_error(err);
}

static coil_async struct coil_result contexts(void *arg)
{
    struct coil_task_options options = {.context = coil_context_copy()};
    struct coil_future *a, *b;
    int64_t status;

    (void)arg;
    if (options.context == NULL)
        return coil_error(-ENOMEM);
    a = coil_create_task(sets_vars, NULL);
    b = coil_create_task_with(sets_vars, NULL, &options);
    status = coil_join(a).status;
    if (status == 0)
        status = coil_await(b).status;
    coil_future_unref(b);
    coil_context_unref(options.context);
    return coil_error(status);
}

static struct coil_result makes_token(void *arg)
{
    (void)arg;
    return coil_value(token_new());
}

static coil_async struct coil_result workers(void *arg)
{
    struct coil_result r = coil_value(NULL);

    (void)arg;
    for (int i = 0; i < 3 && r.status == 0; i++) {
        r = coil_to_thread(makes_token, NULL, token_drop);
        if (r.status == 0)
            token_drop(r.value);
    }
    return coil_error(r.status);
}

static coil_async struct coil_result polls(void *arg)
{
    int ends[2], got;

    (void)arg;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        return coil_error(-EMFILE);
    got = coil_poll(ends[0], POLLOUT);
    if (got >= 0 && write(ends[1], "x", 1) == 1)
        got = coil_poll(ends[0], POLLIN);
    if (got >= 0)
        got = coil_poll(ends[1], POLLOUT);
    close(ends[0]);
    close(ends[1]);
    return coil_error(got < 0 ? got : 0);
}

static coil_async int64_t drain(struct coil_as_completed *all)
{
    struct coil_result r;

    while ((r = coil_as_completed_next(all)).status >= 0)
        coil_future_result(r.value);
    coil_as_completed_close(all);
    return r.status == -COIL_EENDED ? 0 : r.status;
}

static coil_async struct coil_result waits(void *arg)
{
    struct coil_future *tasks[20], *shielded;
    struct coil_as_completed *all;
    int64_t err;

    (void)arg;
    for (int i = 0; i < 20; i++)
        tasks[i] = start(i % 6 == 5 ? fails_later : gives_token);
    shielded = coil_shield(tasks[0]);
    err = coil_wait(tasks, 20, COIL_US(500), COIL_FIRST_EXCEPTION);
    all = err < 0 ? NULL : coil_as_completed_open(tasks, 20, COIL_SECONDS(1));
    if (all != NULL)
        err = drain(all);
    if (err >= 0)
        err = coil_await(shielded).status;
    coil_future_unref(shielded);
    for (int i = 0; i < 20; i++) {
        coil_future_cancel(tasks[i], NULL);
        coil_future_exception(tasks[i]);
        coil_future_unref(tasks[i]);
    }
    return coil_error(err < 0 ? err : 0);
}

static coil_async struct coil_result eager_child(void *arg)
{
    struct coil_task_options options = {.eager = true, .drop_result = token_drop};
    intptr_t depth = (intptr_t)arg;
    struct coil_result r;

    if (depth == 0)
        return coil_yield() == 0 ? coil_value(token_new()) : coil_error(-ECANCELED);
    r = coil_join(coil_create_task_with(eager_child, (void *)(depth - 1), &options));
    return r;
}

static coil_async struct coil_result eager(void *arg)
{
    struct coil_result r = eager_child((void *)4);

    (void)arg;
    if (r.status == 0)
        token_drop(r.value);
    return coil_error(r.status);
}

static coil_async struct coil_result leaves(void *arg)
{
    (void)arg;
    for (int i = 0; i < 4; i++)
        coil_future_unref(start(gives_token)); /* whoever runs us cleans up */
    return coil_error(coil_yield());
}

static coil_async struct coil_result threads(void *arg)
{
    struct coil_thread *thread = coil_thread_open(NULL);
    struct coil_cfuture *jobs[3];

    (void)arg;
    if (thread == NULL)
        return coil_error(-ENOMEM);
    for (int i = 0; i < 3; i++)
        jobs[i] = coil_submit_with(thread, gives_token, token_new(), &owning);
    coil_cfuture_cancel(jobs[0]);
    for (int i = 0; i < 3; i++) {
        coil_cfuture_result(jobs[i], COIL_SECONDS(30));
        coil_cfuture_unref(jobs[i]);
    }
    coil_thread_close(thread);
    return coil_value(NULL);
}

const struct scenario scenarios[] = {
    {"sleepers", sleepers, false},   {"gathers", gathers, false},
    {"groups", groups, false},       {"timeouts", timeouts, false},
    {"queues", queues, false},       {"locks", locks, false},
    {"barriers", barriers, false},   {"generators", generators, false},
    {"stackless", stackless, false}, {"contexts", contexts, false},
    {"workers", workers, true},      {"polls", polls, false},
    {"waits", waits, false},         {"eager", eager, false},
    {"leaves", leaves, false},       {"threads", threads, true},
};
const int scenarios_count = sizeof(scenarios) / sizeof(scenarios[0]);
