/* coil_call: asyncio's Handle and TimerHandle, in the caller's memory. */
#include "loop/loop.h"

#include "base/time.h"
#include "loop/exception.h"

static void run_call(struct coil_handle *handle)
{
    struct coil_call *call = container_of(handle, struct coil_call, timer.handle);
    struct coil_loop *loop = coil__loop_running;

    call->timer.handle.context =
        NULL;           /* moved to the loop while it runs; the call may be scheduled anew */
    if (!loop->closing) /* asyncio's close forgets what had not run */
        call->fn(call->arg);
    context_unref(loop->context);
    loop->context = NULL;
}

void coil_call_init(struct coil_call *call, coil_call_fn *fn, void *arg)
{
    *call = (struct coil_call){.fn = fn, .arg = arg};
    call->timer.handle.run = run_call;
}

void coil_call_set_context(struct coil_call *call, struct coil_context *context)
{
    context_unref(call->own_context);
    call->own_context = context_ref(context);
}

/* What it will run in: the context it was given, once, or a copy of the current one. */
static void take_context(struct coil_call *call)
{
    REQUIRE(!link_in_list(&call->timer.handle.link) && call->timer.handle.context == NULL,
            "a coil_call is scheduled while it is scheduled: coil_call_cancel it first, or use "
            "another one");
    call->timer.handle.context =
        call->own_context != NULL ? call->own_context : context_snapshot(*coil__context_slot());
    call->own_context = NULL;
}

void coil_call_soon(struct coil_loop *loop, struct coil_call *call)
{
    loop_owned(loop, "coil_call_soon");
    take_context(call);
    loop_ready(loop, &call->timer.handle);
}

void coil_call_at(struct coil_loop *loop, struct coil_call *call, int64_t when_ns)
{
    loop_owned(loop, "coil_call_at");
    take_context(call);
    call->timer.when_ns = when_ns;
    coil__timers_add(&loop->timers, &call->timer);
}

void coil_call_later(struct coil_loop *loop, struct coil_call *call, int64_t delay_ns)
{
    coil_call_at(loop, call, time_after(loop_now(loop), delay_ns));
}

int coil_call_soon_threadsafe(struct coil_loop *loop, struct coil_call *call)
{
    int err;

    if (coil__loop_running == loop && !loop->closing) { /* in its place among what is ready */
        coil_call_soon(loop, call);
        return 0;
    }
    take_context(call);
    err = coil__port_post(loop->port, &call->timer.handle);
    if (err != 0) {
        context_unref(call->timer.handle.context);
        call->timer.handle.context = NULL;
    }
    return err;
}

bool coil_call_cancel(struct coil_call *call)
{
    context_unref(call->own_context);
    call->own_context = NULL;
    if (!link_in_list(&call->timer.handle.link))
        return false;
    list_remove(&call->timer.handle.link);
    context_unref(call->timer.handle.context);
    call->timer.handle.context = NULL;
    return true;
}

bool coil_call_scheduled(const struct coil_call *call)
{
    return link_in_list(&call->timer.handle.link);
}
