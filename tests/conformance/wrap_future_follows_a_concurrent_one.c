#include <pthread.h>

#include "common/jobs.h"

static void *settle(void *future)
{
    coil_cfuture_set_result(future, coil_number(3), NULL);
    return NULL;
}

static coil_async void of_a_thread(void)
{
    struct coil_cfuture *future = coil_cfuture_new();
    struct coil_future *wrapped = coil_wrap_future(future);
    pthread_t thread;

    pthread_create(&thread, NULL, settle, future);
    say("settled by a thread: %s", told(coil_await(wrapped)));
    pthread_join(thread, NULL);
    coil_future_unref(wrapped);
    coil_cfuture_unref(future);
}

static coil_async void cancelled_one(void)
{
    struct coil_cfuture *future = coil_cfuture_new();
    struct coil_future *wrapped = coil_wrap_future(future);

    coil_future_cancel(wrapped, NULL);
    coil_yield();
    say("awaited: %s", told(coil_await(wrapped)));
    say("the concurrent one: %s", result(future, COIL_FOREVER));
    coil_future_unref(wrapped);
    coil_cfuture_unref(future);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_cfuture *future;
    struct coil_future *wrapped;

    of_a_thread();
    cancelled_one();
    future = coil_cfuture_new();
    coil_cfuture_cancel(future);
    wrapped = coil_wrap_future(future);
    say("of a cancelled one: %s", told(coil_await(wrapped)));
    coil_future_unref(wrapped);
    coil_cfuture_unref(future);
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
