/* gather: one future for many (asyncio.gather). */
#include <coil/gather.h>

#include "loop/exception.h"
#include "loop/loop.h"

struct gather;

/* One per distinct child; its handle is among the child's callbacks. */
struct member {
    struct coil_handle handle;
    struct gather *gather;
};

struct gather {
    struct coil_future future;
    size_t n;        /* children as given */
    size_t distinct; /* of them, not the same one again */
    size_t finished;
    bool return_exceptions;
    bool cancel_asked;
    bool abandoned;
    struct coil_result *results;   /* the value, once it is done */
    struct coil_future **children; /* counted; abandoned, only those that are done */
    struct member members[];
};

static struct gather *gather_of(struct coil_future *future)
{
    return container_of(future, struct gather, future);
}

static struct coil_result result_of(struct coil_future *child)
{
    return future_look(child);
}

/* With the first error; of a child that somebody else cancelled too, and that does not make it
 * cancelled itself. */
static void fail(struct gather *self, struct coil_future *child)
{
    enum future_state state =
        self->cancel_asked && child->state == FUTURE_CANCELLED ? FUTURE_CANCELLED : FUTURE_FAILED;

    coil__future_settle(&self->future, state, coil_error(child->result.status),
                        coil__exception_ref(child->exception));
}

static void complete(struct gather *self, struct coil_future *last)
{
    if (self->cancel_asked) { /* asyncio: a failure with CancelledError, .cancelled() false; ours is
                                 what it is */
        coil__future_settle(&self->future, FUTURE_CANCELLED, coil_error(-ECANCELED),
                            coil__exception_ref(last->exception));
        return;
    }
    for (size_t i = 0; i < self->n && !self->abandoned; i++)
        self->results[i] = result_of(self->children[i]);
    coil__future_settle(&self->future, FUTURE_DONE, coil_value(self->results), NULL);
    self->future.drop = free; /* the array's, unless somebody takes it */
    self->results = NULL;
}

static void child_done(struct gather *self, struct coil_future *child)
{
    struct coil_result result = result_of(child);

    self->finished++;
    if (!future_pending(&self->future))
        return;
    if (result.status < 0 && !self->return_exceptions)
        fail(self, child);
    else if (self->finished == self->distinct)
        complete(self, child);
}

static struct coil_future *child_of(struct member *member)
{
    return member->gather->children[member - member->gather->members];
}

static void member_done(struct coil_handle *handle)
{
    struct member *member = container_of(handle, struct member, handle);

    child_done(member->gather, child_of(member));
}

static struct coil_future *owner(struct coil_handle *handle)
{
    return &container_of(handle, struct member, handle)->gather->future;
}

static bool cancel_gather(struct coil_future *future, struct coil_exception *reason)
{
    struct gather *self = gather_of(future);
    bool any = false;

    for (size_t i = 0; i < self->n; i++)
        any |= coil__future_cancel(self->children[i], reason);
    self->cancel_asked |= any;
    return any;
}

static void free_if_over(struct gather *self)
{
    struct coil_loop *loop = self->future.loop;

    if (self->future.refs > 0 || self->finished < self->distinct)
        return;
    if (future_pending(&self->future))
        coil__future_lost(&self->future);
    mem_free(self->results);
    mem_free(self);
    loop_object_gone(loop);
}

/*
 * Abandoned: nobody has the gather any more. It still hears of children that somebody else has, or
 * that end by themselves, and a failure is reported; but it keeps none of them: who would settle a
 * child that only we have?
 */

static struct coil_future *take_child(struct member *member)
{
    struct gather *self = member->gather;
    struct coil_future *child = child_of(member);

    self->children[member - self->members] = NULL;
    return child;
}

static void abandoned_member_done(struct coil_handle *handle)
{
    struct member *member = container_of(handle, struct member, handle);
    struct gather *self = member->gather;
    struct coil_future *child = take_child(member);

    future_ref(&self->future);
    child_done(self, child);
    future_unref(child);
    future_unref(&self->future);
}

static void member_lost(struct coil_handle *handle)
{
    struct member *member = container_of(handle, struct member, handle);
    struct gather *self = member->gather;
    struct coil_future *child = take_child(member);

    if (!future_pending(child))
        future_unref(child);
    self->finished++;
    free_if_over(self);
}

static void let_go(struct member *member, struct coil_future *child)
{
    if (!link_in_list(&member->handle.link)) {
        future_unref(child);
        return;
    }
    member->handle.run = abandoned_member_done;
    if (!future_pending(child))
        return;
    child->flags |= FUTURE_WATCHED;
    future_unref(child);
}

/* One whose loop has closed hears nothing any more. */
static void end(struct gather *self)
{
    for (size_t i = 0; i < self->n; i++) {
        list_leave(&self->members[i].handle.link);
        future_unref(self->children[i]);
    }
    self->finished = self->distinct;
}

static void free_gather(struct coil_future *future)
{
    struct gather *self = gather_of(future);

    if (!self->abandoned && future->loop->closed)
        end(self);
    else if (!self->abandoned)
        for (size_t i = 0; i < self->n; i++)
            let_go(&self->members[i], self->children[i]);
    self->abandoned = true;
    future->refs--;
    free_if_over(self);
}

static const struct future_kind kind = {
    .name = "_GatheringFuture", .cancel = cancel_gather, .free = free_gather};

__attribute__((constructor)) static void register_kind(void)
{
    static const struct future_waiter waiter = {.run = member_done, .owner = owner};
    static const struct future_waiter watcher = {abandoned_member_done, owner, member_lost};

    coil__future_kinds[FUTURE_GATHER] = &kind;
    coil__future_waiter_add(&waiter);
    coil__future_waiter_add(&watcher);
}

/* Without memory: what was handed over is not left running unknown to everybody. */
static struct coil_future *give_up(struct coil_loop *loop, struct coil_future *const *children,
                                   size_t n, int flags)
{
    for (size_t i = 0; flags & COIL_TAKE_REFS && i < n; i++) {
        coil__future_cancel(children[i], NULL);
        future_unref(children[i]);
    }
    return future_ref(&loop->no_memory);
}

static struct gather *make(struct coil_loop *loop, struct coil_future *const *children, size_t n,
                           int flags, const char *place)
{
    size_t bytes = sizeof(struct gather) + n * (sizeof(struct member) + sizeof(*children));
    struct gather *self = mem_alloc(bytes);
    struct coil_result *results = mem_alloc(n * sizeof(*results) + 1);

    if (self == NULL || results == NULL) {
        mem_free(self);
        mem_free(results);
        return NULL;
    }
    future_init(&self->future, loop, FUTURE_GATHER, place);
    self->n = n;
    self->distinct = 0;
    self->finished = 0;
    self->return_exceptions = flags & COIL_RETURN_EXCEPTIONS;
    self->cancel_asked = false;
    self->abandoned = false;
    self->results = results;
    self->children = (struct coil_future **)(self->members + n);
    for (size_t i = 0; i < n; i++)
        self->children[i] = flags & COIL_TAKE_REFS ? children[i] : future_ref(children[i]);
    loop->objects++;
    return self;
}

/* Given twice is one child: marked, like the search for cycles does. */
static void find_distinct(struct gather *self)
{
    for (size_t i = 0; i < self->n; i++) {
        struct coil_future *child = self->children[i];

        self->members[i].handle.link.next = NULL;
        self->members[i].gather = future_mark(child) ? self : NULL;
        self->distinct += self->members[i].gather != NULL;
    }
    for (size_t i = 0; i < self->n; i++)
        future_unmark(self->children[i]);
}

static void watch(struct member *member)
{
    member->handle.run = member_done;
    member->handle.context = NULL;
    list_append(&child_of(member)->callbacks, &member->handle.link);
}

struct coil_future *coil_gather_at(struct coil_future *const *children, size_t n, int flags,
                                   const char *place)
{
    struct coil_loop *loop = n > 0 ? children[0]->loop : loop_here("coil_gather");
    struct gather *self;

    loop_owned(loop, "coil_gather");
    self = make(loop, children, n, flags, place);
    if (self == NULL)
        return give_up(loop, children, n, flags);
    find_distinct(self);
    for (size_t i = 0; i < n; i++) {
        REQUIRE(self->children[i]->loop == loop,
                "coil_gather: all futures must belong to the same loop");
        if (self->members[i].gather != NULL && future_pending(self->children[i]))
            watch(&self->members[i]);
    }
    if (n == 0)
        complete(self, NULL);
    for (size_t i = 0; i < n; i++)
        if (self->members[i].gather != NULL && !future_pending(self->children[i]))
            child_done(self, self->children[i]);
    return &self->future;
}
