#include "loop/future.h"

#include <stdio.h>
#include <string.h>

#include "loop/exception.h"
#include "loop/loop.h"

const struct future_kind *coil__future_kinds[FUTURE_KINDS];

static void free_plain(struct coil_future *future)
{
    struct coil_loop *loop = future->loop;

    if (unlikely((future->flags & FUTURE_WATCHED) != 0 && future_pending(future)))
        coil__future_lost(future);
    slab_put(&loop->slab, future, sizeof(*future));
    loop_object_gone(loop);
}

static const struct future_kind plain = {.name = "Future", .free = free_plain};

__attribute__((constructor)) static void register_kind(void)
{
    coil__future_kinds[FUTURE_PLAIN] = &plain;
}

struct coil_future *coil_create_future_at(struct coil_loop *loop, const char *place)
{
    struct coil_future *future;

    if (loop == NULL)
        loop = loop_here("coil_create_future");
    future = slab_get(&loop->slab, sizeof(*future));
    if (future == NULL)
        return future_ref(&loop->no_memory);
    future_init(future, loop, FUTURE_PLAIN, place);
    loop->objects++;
    return future;
}

static inline void settle(struct coil_future *future, enum future_state state,
                          struct coil_result result, struct coil_exception *exception)
{
    list_splice(&future->loop->ready, &future->callbacks);
    future->state = (uint8_t)state;
    future->result = result;
    future->exception = exception;
    if (state == FUTURE_FAILED)
        future->flags |= FUTURE_UNSEEN;
}

/* Somebody only watches it, or it has an older exception, or is settled already. */
static COLD void settle_unusually(struct coil_future *future, enum future_state state,
                                  struct coil_result result, struct coil_exception *exception)
{
    REQUIRE(future_pending(future),
            "a future is settled twice: the one of %s is %s already; ask coil_future_done first",
            future->place, coil__future_state_name(future));
    if ((future->flags & FUTURE_WATCHED) != 0)
        coil__future_hold_for_watchers(future);
    if (exception != future->exception)
        exception_unref(future->exception);
    settle(future, state, result, exception);
}

void coil__future_settle(struct coil_future *future, enum future_state state,
                         struct coil_result result, struct coil_exception *exception)
{
    if (likely(future_pending(future) && (future->flags & FUTURE_WATCHED) == 0 &&
               future->exception == NULL))
        settle(future, state, result, exception);
    else
        settle_unusually(future, state, result, exception);
}

void coil__future_settle_status(struct coil_future *future, struct coil_result result,
                                struct coil_exception *exception)
{
    enum future_state state = result.status >= 0            ? FUTURE_DONE
                              : result.status == -ECANCELED ? FUTURE_CANCELLED
                                                            : FUTURE_FAILED;

    if (state != FUTURE_DONE)
        result.value = NULL;
    coil__future_settle(future, state, result, exception);
}

void coil__future_settle_like(struct coil_future *future, struct coil_future *source)
{
    coil__future_settle(future, (enum future_state)source->state, future_look(source),
                        coil__exception_ref(source->exception));
}

/* A future of a loop that is gone will not come: it has an end all the same. */
static void end_with_loop(struct coil_future *future)
{
    if (future_pending(future) && future->loop->closed) {
        coil__future_lost(future);
        coil__future_settle(future, FUTURE_FAILED, coil_error(future->loop->end_status), NULL);
        future->flags &= (uint8_t)~FUTURE_UNSEEN;
    }
}

struct coil_future *coil_future_ref(struct coil_future *future)
{
    return future_ref(future);
}

void coil_future_unref(struct coil_future *future)
{
    if (future != NULL)
        future_unref(future);
}

static COLD void report_unseen(struct coil_future *future)
{
    char message[64];

    future->flags &= (uint8_t)~FUTURE_UNSEEN;
    snprintf(message, sizeof(message), "%s exception was never retrieved",
             coil__future_kinds[future->kind]->name);
    coil__report(future->loop, message, future->result.status, future->exception, future);
}

void coil__future_fini(struct coil_future *future)
{
    if ((future->flags & (FUTURE_UNSEEN | FUTURE_QUIET)) == FUTURE_UNSEEN)
        report_unseen(future);
    if (future->state == FUTURE_DONE && future->drop != NULL && (future->flags & FUTURE_TAKEN) == 0)
        future->drop(future->result.value);
    exception_unref(future->exception);
    future->exception = NULL;
}

void coil__future_free(struct coil_future *future)
{
    if ((future->flags & FUTURE_STATIC) != 0)
        return;
    future->refs = 1; /* whoever hears the report may ref and unref */
    coil__future_fini(future);
    coil__future_kinds[future->kind]->free(future);
}

void coil_future_set_result(struct coil_future *future, struct coil_result result,
                            coil_drop_fn *drop)
{
    loop_owned(future->loop, "coil_future_set_result");
    REQUIRE(future->kind != FUTURE_TASK,
            "a task settles itself: coil_future_set_result is for futures");
    coil__future_settle_status(future, result, NULL);
    future->drop = drop;
}

void coil_future_set_exception_at(struct coil_future *future, const char *place, int64_t code,
                                  const char *format, ...)
{
    struct coil_exception *exception;
    va_list arguments;

    loop_owned(future->loop, "coil_future_set_exception");
    REQUIRE(future->kind != FUTURE_TASK,
            "a task settles itself: coil_future_set_exception is for futures");
    va_start(arguments, format);
    exception = coil__exception_new(code, place, format, arguments);
    va_end(arguments);
    coil__future_settle_status(future, coil_error(code > 0 ? -code : code), exception);
}

bool coil__future_cancel(struct coil_future *future, struct coil_exception *reason)
{
    if (!future_pending(future))
        return false;
    if (coil__future_kinds[future->kind]->cancel != NULL)
        return coil__future_kinds[future->kind]->cancel(future, reason);
    coil__future_settle(future, FUTURE_CANCELLED, coil_error(-ECANCELED),
                        coil__exception_ref(reason));
    return true;
}

bool coil_future_cancel_at(struct coil_future *future, const char *message, const char *place)
{
    struct coil_exception *reason;
    bool cancelled;

    loop_owned(future->loop, "coil_future_cancel");
    end_with_loop(future);
    if (!future_pending(future))
        return false;
    reason = coil__exception_text(ECANCELED, place, message != NULL ? message : "");
    cancelled = coil__future_cancel(future, reason);
    exception_unref(reason);
    return cancelled;
}

bool coil_future_done(const struct coil_future *future)
{
    return !future_pending(future) || future->loop->closed;
}

bool coil_future_cancelled(const struct coil_future *future)
{
    return future->state == FUTURE_CANCELLED;
}

struct coil_result coil_future_result(struct coil_future *future)
{
    end_with_loop(future);
    return future_pending(future) ? coil_error(-COIL_EPENDING) : future_look(future);
}

struct coil_result coil_future_take(struct coil_future *future)
{
    end_with_loop(future);
    if (future->state == FUTURE_DONE)
        future->flags |= FUTURE_TAKEN;
    return coil_future_result(future);
}

const struct coil_exception *coil_future_exception(struct coil_future *future)
{
    if (future_pending(future))
        return NULL;
    future->flags &= (uint8_t)~FUTURE_UNSEEN;
    return future->exception;
}

struct coil_loop *coil_future_loop(const struct coil_future *future)
{
    return future->loop;
}

const char *coil_future_place(const struct coil_future *future)
{
    return future->place;
}

static void run_done(struct coil_handle *handle)
{
    struct coil_done *done = container_of(handle, struct coil_done, handle);
    struct coil_future *future = done->future;
    struct coil_loop *loop = future->loop;

    done->future = NULL;
    if (!loop->closing) /* asyncio's close forgets what had not run */
        done->fn(future, done->arg);
    context_unref(loop->context);
    loop->context = NULL;
    future_unref(future);
}

bool coil__future_drop_callback(struct coil_handle *handle)
{
    struct coil_done *done = container_of(handle, struct coil_done, handle);
    struct coil_future *future;

    if (handle->run != run_done)
        return coil__future_watcher_lost(handle);
    future = done->future;
    done->future = NULL;
    context_unref(handle->context);
    future_unref(future);
    return true;
}

/* `context` is taken over. */
static void add_done(struct coil_future *future, struct coil_done *done, coil_done_fn *fn,
                     void *arg, struct coil_context *context)
{
    loop_owned(future->loop, "coil_future_add_done_callback");
    end_with_loop(future);
    done->handle.run = run_done;
    done->handle.context = context;
    done->future = future_ref(future);
    done->fn = fn;
    done->arg = arg;
    if (future_pending(future))
        list_append(&future->callbacks, &done->handle.link);
    else
        loop_ready(future->loop, &done->handle);
}

void coil_future_add_done_callback(struct coil_future *future, struct coil_done *done,
                                   coil_done_fn *fn, void *arg)
{
    add_done(future, done, fn, arg, context_snapshot(*coil__context_slot()));
}

void coil_future_add_done_callback_in(struct coil_future *future, struct coil_done *done,
                                      coil_done_fn *fn, void *arg, struct coil_context *context)
{
    add_done(future, done, fn, arg, context_ref(context));
}

bool coil_future_remove_done_callback(struct coil_done *done)
{
    struct coil_future *future = done->future;

    if (future == NULL)
        return false;
    loop_owned(future->loop, "coil_future_remove_done_callback");
    list_remove(&done->handle.link);
    context_unref(done->handle.context);
    done->future = NULL;
    future_unref(future);
    return true;
}
