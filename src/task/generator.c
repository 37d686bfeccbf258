/* Generators: a stack of their own, entered by whoever asks for the next value. */
#include <coil/generator.h>

#include <pthread.h>

#include "task/task.h"

enum generator_state { GENERATOR_NEW, GENERATOR_SUSPENDED, GENERATOR_RUNNING, GENERATOR_ENDED };

/* At the top of its stack. */
struct coil_generator {
    coil_generator_fn *fn;
    void *arg;
    struct mach_context here;    /* the body, while suspended */
    struct mach_context caller;  /* whoever asked, while the body runs */
    struct coil_result passed;   /* from one to the other */
    struct coil_loop *loop;      /* whose stacks it uses; NULL: the thread's */
    struct coil_timeout *scopes; /* that the body holds, while suspended */
    void *high;
    unsigned class;
    enum generator_state state;
};

/* Outside of loops a thread has a pool of its own. */
static __thread struct mach_stacks *thread_stacks;
static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

static void thread_ends(void *stacks)
{
    coil__mach_overflow_thread_leave();
    coil__mach_stacks_fini(stacks);
    mem_free(stacks);
}

static void make_key(void)
{
    pthread_key_create(&thread_key, thread_ends);
}

static struct mach_stacks *stacks_for(struct coil_loop *loop)
{
    if (loop != NULL)
        return &loop->stacks;
    if (thread_stacks == NULL && (thread_stacks = mem_zalloc(sizeof(*thread_stacks))) != NULL) {
        coil__mach_stacks_init(thread_stacks);
        coil__mach_overflow_thread_enter();
        pthread_once(&thread_once, make_key);
        pthread_setspecific(thread_key, thread_stacks);
    }
    return thread_stacks;
}

static void run_body(void *arg)
{
    struct coil_generator *self = arg;

    self->passed = self->fn(self, self->arg);
    self->state = GENERATOR_ENDED;
    mach_switch_last(&self->here, &self->caller);
}

struct coil_generator *coil_generator_open(coil_generator_fn *fn, void *arg, size_t stack_bytes)
{
    struct coil_loop *loop = coil__loop_running;
    struct mach_stacks *stacks = stacks_for(loop);
    unsigned class = coil__mach_stack_class(stack_bytes);
    struct coil_generator *self;
    void *high;

    if (stacks == NULL || fault(FAULT_ALLOC))
        return NULL;
    high = mach_stack_get(stacks, class);
    if (high == NULL)
        return NULL;
    self = (struct coil_generator *)(((uintptr_t)high - sizeof(*self)) & ~(uintptr_t)15);
    *self =
        (struct coil_generator){.fn = fn, .arg = arg, .loop = loop, .high = high, .class = class};
    coil__mach_context_init(&self->here, mach_stack_low(high, class), self, run_body, self);
    if (loop != NULL)
        loop->objects++;
    return self;
}

/* Enters the body and comes back. The running task, if it can, may be parked in there. */
static void switch_to_body(struct coil_generator *self, struct coil_loop *loop)
{
    struct task *task = loop != NULL && coil__task_can_await(loop) ? task_of(loop->current) : NULL;
    struct mach_context outer;

    if (task == NULL) {
        coil__mach_context_adopt(&self->caller);
        mach_switch(&self->caller, &self->here);
        return;
    }
    outer = task->context;
    self->caller = outer;
    mach_context_stand_in(&task->context, &self->here);
    mach_switch(&self->caller, &self->here);
    mach_context_stand_in(&task->context, &outer);
}

/* Runs the body to what it generates or returns. The scopes that it holds on to are among the
 * task's only while it runs: they are no concern of whoever asks. */
static struct coil_result resume(struct coil_generator *self, struct coil_result passed)
{
    struct coil_loop *loop = coil__loop_running;
    struct task *task = task_running(loop);
    struct coil_timeout *below = task != NULL ? task->scope : NULL;

    self->passed = passed;
    self->state = GENERATOR_RUNNING;
    if (task != NULL)
        coil__scopes_put_on(task, self->scopes);
    switch_to_body(self, loop);
    REQUIRE(self->state != GENERATOR_ENDED ||
                (task != NULL ? task->scope == below : self->scopes == NULL),
            "a generator's body returned from inside a scope: coil_timeout_exit comes first");
    if (task != NULL)
        self->scopes = coil__scopes_take_off(task, below);
    return self->passed;
}

coil_async struct coil_result coil_generator_send(struct coil_generator *self, void *value)
{
    struct coil_result result;

    switch (self->state) {
    case GENERATOR_RUNNING: return coil_error(-EBUSY);
    case GENERATOR_ENDED: return coil_error(-COIL_EENDED);
    case GENERATOR_NEW:
        if (value != NULL)
            return coil_error(-EINVAL);
        break;
    case GENERATOR_SUSPENDED: break;
    }
    result = resume(self, coil_value(value));
    if (self->state == GENERATOR_ENDED && result.status >= 0)
        result.status = -COIL_EENDED;
    return result;
}

coil_async struct coil_result coil_generator_next(struct coil_generator *self)
{
    return coil_generator_send(self, NULL);
}

struct coil_result coil_generate(struct coil_generator *self, const void *value)
{
    REQUIRE(self->state == GENERATOR_RUNNING,
            "coil_generate is called outside the generator's body: only the body gives values");
    self->passed = coil_value(value);
    self->state = GENERATOR_SUSPENDED;
    mach_switch(&self->here, &self->caller);
    return self->passed;
}

static void free_generator(struct coil_generator *self)
{
    struct coil_loop *loop = self->loop;
    unsigned class = self->class;
    void *high = self->high;

    coil__mach_context_fini(&self->here);
    mach_stack_put(stacks_for(loop), high, class);
    if (loop != NULL)
        loop_object_gone(loop);
}

static int cancels_asked(void)
{
    struct task *task = task_running(coil__loop_running);

    return task != NULL ? task->cancelling : 0;
}

/* The body is told to end. How that ended, 0 if as asked; a cancellation of whoever closes that
 * came meanwhile looks the same to the body, and is not to be lost. */
static coil_async int64_t end_body(struct coil_generator *self)
{
    int asked = cancels_asked();
    struct coil_result result = resume(self, coil_error(-ECANCELED));

    if (self->state == GENERATOR_SUSPENDED) {
        coil__scopes_drop(self->scopes, NULL);
        return -EPROTO;
    }
    if (result.status == -ECANCELED && cancels_asked() <= asked)
        return 0;
    return result.status >= 0 ? 0 : result.status;
}

coil_async int64_t coil_generator_close(struct coil_generator *self)
{
    int64_t err = 0;

    if (self == NULL)
        return 0;
    if (self->state == GENERATOR_RUNNING) /* its body, or a task that is parked in there */
        return -EBUSY;
    if (self->state == GENERATOR_SUSPENDED)
        err = end_body(self);
    free_generator(self);
    return err;
}
