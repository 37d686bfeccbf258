/* coil_to_thread: a function runs where it may block (asyncio.to_thread). */
#include <coil/context.h>

#include "io/op_wait.h"

/* Counted by the driver: a cancelled caller leaves, the worker goes on. */
struct thread_call {
    struct op_call call;
    coil_coroutine_fn *fn;
    void *arg;
    coil_drop_fn *drop;
    struct coil_context *context; /* a copy of the caller's, entered by the worker */
    struct coil_result result;
    bool taken;
};

struct thread_wait {
    struct op_wait wait;
    struct coil_result result;
};

static void call_fn(void *arg)
{
    struct thread_call *self = arg;

    self->result = self->fn(self->arg);
}

static void run_in_worker(struct op_call *call)
{
    struct thread_call *self = container_of(call, struct thread_call, call);

    coil_context_run(self->context, call_fn, self);
}

static void free_call(struct op_call *call)
{
    struct thread_call *self = container_of(call, struct thread_call, call);

    if (!self->taken && self->result.status >= 0 && self->drop != NULL)
        self->drop(self->result.value);
    context_unref(self->context);
    mem_free(self);
}

/* The block may be gone after this: what it brought is kept on the waiter's stack. */
static void call_done(struct op_wait *wait)
{
    struct thread_call *self;

    if (wait->op.result < 0)
        return;
    self = container_of(wait->op.call.block, struct thread_call, call);
    container_of(wait, struct thread_wait, wait)->result = self->result;
    self->taken = true;
}

coil_async struct coil_result coil_to_thread(coil_coroutine_fn *fn, void *arg, coil_drop_fn *drop)
{
    struct thread_wait self = {.wait = {.op = {.kind = OP_CALL}, .done = call_done}};
    struct thread_call *block;
    int err;

    if (loop_here("coil_to_thread")->closing) /* nothing new is begun: this never returns */
        return coil_error(coil__op_wait(&self.wait, "to_thread"));
    block = mem_zalloc(sizeof(*block));
    if (block == NULL)
        return coil_error(-ENOMEM);
    block->call.run = run_in_worker;
    block->call.free = free_call;
    block->fn = fn;
    block->arg = arg;
    block->drop = drop;
    block->result = coil_error(-ECANCELED);
    block->context = coil_context_copy();
    if (block->context == NULL) {
        mem_free(block);
        return coil_error(-ENOMEM);
    }
    self.wait.op.call.block = &block->call;
    err = coil__op_wait(&self.wait, "to_thread");
    if (err == 0)
        return self.wait.op.result < 0 ? coil_error(self.wait.op.result) : self.result;
    if (self.wait.op.result >= 0 && self.result.status >= 0 && drop != NULL)
        drop(self.result.value); /* it came just as the caller was cancelled */
    return coil_error(err);
}
