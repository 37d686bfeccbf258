/* Where the jobs of a pool's loop lie. */
#include "work/desk.h"

#include "base/alloc.h"
#include "loop/loop.h"
#include "mach/thread.h"
#include "work/job.h"

__thread const void *coil__desk_pool_here;

static void lock(struct desk *desk)
{
    uintptr_t open = 0;

    while (!word_cas(&desk->lock, &open, 1)) /* held for a few instructions */
        open = 0;
}

static void unlock(struct desk *desk)
{
    word_store(&desk->lock, 0);
}

/* What the inbox held, oldest first, behind `out`; it says `next` from now on, unless it is closed.
 */
static void take(struct desk *desk, uintptr_t next, struct coil_link *out)
{
    uintptr_t was = word_load(&desk->inbox);
    struct coil_link *link, *older, *behind = out->prev;

    do
        if (was == DESK_CLOSED)
            return;
    while (!word_cas(&desk->inbox, &was, next));
    for (link = (struct coil_link *)was; link != NULL; link = older) {
        older = link->next;
        list_prepend(behind, link);
    }
}

/* On the loop: begins all that lie there. */
static void visit(struct coil_handle *handle)
{
    struct desk *desk = container_of(handle, struct desk, visit);
    struct coil_loop *loop = coil__loop_running;
    struct coil_link list, *link;

    coil__desk_pool_here = desk->pool;
    list_init(&list);
    take(desk, DESK_EMPTY, &list);
    while ((link = list_pop(&list)) != NULL) {
        struct coil_handle *job = container_of(link, struct coil_handle, link);

        loop->context = job->context;
        job->run(job);
    }
    coil__desk_unref(desk); /* the visit's */
}

struct desk *coil__desk_new(struct loop_port *port, const void *pool)
{
    struct desk *desk = mem_zalloc(sizeof(*desk));

    if (desk == NULL)
        return NULL;
    desk->refs.value = 1;
    desk->port = coil__port_ref(port);
    desk->pool = pool;
    desk->next = desk;
    desk->visit.run = visit;
    list_init(&desk->begun);
    return desk;
}

struct desk *coil__desk_ref(struct desk *desk)
{
    word_add(&desk->refs, 1);
    return desk;
}

void coil__desk_unref(struct desk *desk)
{
    if (!word_unref(&desk->refs))
        return;
    coil__port_unref(desk->port);
    mem_free(desk);
}

/* The loop has ended: nobody comes to look. True: the caller's own handle is not taken, the others
 * are refused. False: who gave the loop up meanwhile has it, and settles it. */
static bool close_inbox(struct desk *desk, struct coil_handle *own, int err)
{
    struct coil_link list, *link;
    bool found = false;

    list_init(&list);
    take(desk, DESK_CLOSED, &list);
    while ((link = list_pop(&list)) != NULL)
        if (link == &own->link)
            found = true;
        else
            coil__job_refuse_laid(container_of(link, struct coil_handle, link), err);
    return found;
}

/* The inbox was empty. 0, or why the handle is not taken. */
static int call_loop(struct desk *desk, struct coil_handle *handle)
{
    int err;

    coil__desk_ref(desk); /* the visit's: its loop may be given up meanwhile */
    err = coil__port_post(desk->port, &desk->visit);
    if (err == 0)
        return 0;
    if (close_inbox(desk, handle, err))
        word_sub(&desk->laid, 1);
    else
        err = 0;
    coil__desk_unref(desk);
    return err;
}

int coil__desk_lay(struct desk *desk, struct coil_handle *handle)
{
    uintptr_t was = word_load(&desk->inbox);

    if (desk->port->generation != coil__fork_generation)
        return -COIL_EFORKED;
    word_add(&desk->laid, 1);
    do {
        if (was == DESK_CLOSED) {
            word_sub(&desk->laid, 1);
            return -COIL_ESTOPPED;
        }
        handle->link.next = (struct coil_link *)was;
    } while (!word_cas(&desk->inbox, &was, (uintptr_t)&handle->link));
    return was == DESK_EMPTY ? call_loop(desk, handle) : 0;
}

void coil__desk_withdraw(struct desk *desk)
{
    word_sub(&desk->laid, 1);
}

size_t coil__desk_load(const struct desk *desk)
{
    size_t done = COUNTER_READ(desk->done), laid = word_load(&desk->laid);

    return laid > done ? laid - done : 0;
}

void coil__desk_begin(struct desk *desk, struct coil_link *job)
{
    lock(desk);
    list_append(&desk->begun, job);
    unlock(desk);
}

bool coil__desk_end(struct desk *desk, struct coil_link *job, enum desk_end how)
{
    bool ours;

    lock(desk);
    ours = how == DESK_REFUSED || link_in_list(job);
    list_leave(job);
    if (ours)
        COUNTER_ADD(desk->done, 1);
    if (ours && how == DESK_DESTROYED)
        desk->destroyed++;
    unlock(desk);
    return ours;
}

void coil__desk_leave(struct desk *desk, struct coil_link *out)
{
    take(desk, DESK_CLOSED, out);
}

struct coil_link *coil__desk_leave_begun(struct desk *desk, void (*hold)(struct coil_link *job))
{
    struct coil_link *link;

    lock(desk);
    link = list_pop(&desk->begun);
    if (link != NULL) {
        hold(link);
        COUNTER_ADD(desk->done, 1);
    }
    unlock(desk);
    return link;
}
