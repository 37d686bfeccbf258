/* Concurrent futures that stand for one of a loop. */
#include "work/deputy.h"

#include "jobs.h"

static int freed;

static void cancel(struct coil_cfuture *future)
{
    if ((word_or(&future->state, CF_POSTED) & CF_POSTED) == 0)
        coil__deputy_post_cancel(deputy_of(future));
}

static int may_wait(const struct coil_cfuture *future)
{
    return deputy_is_here(deputy_of(future)) ? -EDEADLK : 0;
}

static void count_freed(struct coil_cfuture *future)
{
    coil__port_unref(deputy_of(future)->port);
    free(deputy_of(future));
    freed++;
}

static const struct cfuture_kind kind = {
    .cancel = cancel, .may_wait = may_wait, .free = count_freed};

static struct deputy *appoint(struct coil_loop *loop, struct coil_future *source)
{
    struct deputy *self = calloc(1, sizeof(*self));

    coil__deputy_init(self, &kind, "deputy");
    self->port = coil__port_ref(loop->port);
    self->source = source;
    return self;
}

/* Its part, and the caller's. */
static void dismiss(struct deputy *self)
{
    self->source = NULL;
    coil__cfuture_complete(&self->future, coil_error(-ECANCELED), NULL, NULL);
    coil_cfuture_unref(&self->future);
    coil_cfuture_unref(&self->future);
}

static void *cancel_twice(void *future)
{
    CHECK(coil_cfuture_cancel_at(future, "enough", "here"));
    CHECK(coil_cfuture_cancel_at(future, "more than that", "here"));
    return NULL;
}

static coil_async struct coil_result be_cancelled(void *unused)
{
    struct coil_future *source = coil_create_future();
    struct deputy *self = appoint(coil_loop_current(), source);
    pthread_t thread;

    (void)unused;
    CHECK_EQ(coil_cfuture_wait(&self->future, COIL_FOREVER), -EDEADLK);
    CHECK_EQ(pthread_create(&thread, NULL, cancel_twice, &self->future), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(self->future.refs.value, 3); /* one request is under way */
    CHECK_EQ(coil_await(source).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_future_exception(source)), "enough");
    CHECK_EQ(self->future.refs.value, 2);
    coil_future_unref(source);
    dismiss(self);
    return coil_number(0);
}

DRIVER_TEST(a_cancellation_is_posted_once_and_done_on_the_loop)
{
    CHECK_EQ(coil_run(be_cancelled, NULL).status, 0);
    CHECK_EQ(freed, 1);
}

static coil_async struct coil_result come_late(void *unused)
{
    struct deputy *self = appoint(coil_loop_current(), NULL);

    (void)unused;
    coil_cfuture_cancel(&self->future);
    while (self->future.refs.value > 2)
        CHECK_EQ(coil_yield(), 0);
    CHECK_EQ(coil_cfuture_state(&self->future), COIL_CFUTURE_CANCELLING);
    dismiss(self);
    return coil_number(0);
}

DRIVER_TEST(with_nothing_to_cancel_the_request_is_forgotten)
{
    CHECK_EQ(coil_run(come_late, NULL).status, 0);
    CHECK_EQ(freed, 1);
}

DRIVER_TEST(a_loop_that_is_gone_takes_no_request)
{
    struct coil_loop *loop;
    struct deputy *self;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    self = appoint(loop, NULL);
    CHECK_EQ(coil_cfuture_wait(&self->future, 0), -ETIMEDOUT); /* it runs nowhere */
    coil_loop_close(loop);
    coil_cfuture_cancel(&self->future);
    CHECK_EQ(self->future.refs.value, 2);
    dismiss(self);
    CHECK_EQ(freed, 1);
}
