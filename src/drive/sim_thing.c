/* The simulator's descriptors, and who waits for them. */
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "drive/sim.h"

/* --- numbers --- */

/*
 * The process's limit counts for us as if our numbers were real and came after those of the real
 * descriptors that were open when the driver was opened; of these its epoll is the last.
 */
static size_t most_things(const struct sim_driver *self)
{
    size_t real = (size_t)self->polls.epoll + 1;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > SIM_FIRST_FD)
        return SIM_FIRST_FD;
    return limit.rlim_cur > real ? limit.rlim_cur - real : 0;
}

static int room_for(struct sim_driver *self, size_t number)
{
    size_t room = self->thing_room ? self->thing_room : 16;
    struct sim_thing **things;

    while (room <= number)
        room *= 2;
    if (room == self->thing_room)
        return 0;
    things = mem_realloc(self->things, room * sizeof(*things));
    if (things == NULL)
        return -ENOMEM;
    for (size_t i = self->thing_room; i < room; i++)
        things[i] = NULL;
    self->things = things;
    self->thing_room = room;
    return 0;
}

void coil__sim_thing_init(struct sim_thing *thing, const struct sim_kind *kind)
{
    thing->kind = kind;
    thing->fd = -1;
    for (int way = 0; way < SIM_WAYS; way++)
        list_init(&thing->ways[way]);
    list_init(&thing->loose);
    list_init(&thing->hopeful);
    thing->hope.next = NULL;
}

int coil__sim_thing_open(struct sim_driver *self, struct sim_thing *thing,
                         const struct sim_kind *kind)
{
    size_t number = self->lowest;

    while (number < self->thing_room && self->things[number] != NULL)
        number++;
    if (number >= most_things(self))
        return -EMFILE;
    if (room_for(self, number) != 0)
        return -ENOMEM;
    self->lowest = number + 1;
    self->things[number] = thing;
    coil__sim_thing_init(thing, kind);
    thing->fd = SIM_FIRST_FD + (int)number;
    return thing->fd;
}

struct sim_thing *coil__sim_thing(const struct sim_driver *self, int fd)
{
    size_t number = (size_t)fd - SIM_FIRST_FD;

    return sim_is_ours(fd) && number < self->thing_room ? self->things[number] : NULL;
}

int coil__sim_thing_close(struct sim_driver *self, int fd)
{
    struct sim_thing *thing = coil__sim_thing(self, fd);
    size_t number = (size_t)fd - SIM_FIRST_FD;

    if (thing == NULL)
        return -EBADF;
    coil__sim_thing_forget(self, thing);
    coil__sim_thing_stir(self, thing);
    list_leave(&thing->hope);
    self->things[number] = NULL;
    if (number < self->lowest)
        self->lowest = number;
    return thing->kind->close(self, thing);
}

/* --- waiting --- */

static enum sim_way way_of(const struct op *op)
{
    switch (op->kind) {
    case OP_WRITE:
    case OP_WRITEV:
    case OP_SEND:
    case OP_SENDMSG:
    case OP_SENDFILE:
    case OP_CONNECT: return SIM_OUT;
    default: return SIM_IN;
    }
}

/* Ops that take turns, for what they move has an order. */
static bool takes_turns(const struct op *op)
{
    switch (op->kind) {
    case OP_READ:
    case OP_WRITE: return op->rw.offset < 0;
    case OP_READV:
    case OP_WRITEV: return op->vector.offset < 0;
    case OP_RECV:
    case OP_SEND:
    case OP_RECVMSG:
    case OP_SENDMSG:
    case OP_SENDFILE:
    case OP_ACCEPT:
    case OP_CONNECT:
    case OP_WAITID: return true;
    default: return false;
    }
}

/* Tries the op soon; sooner than it knew, if it waited for a time of its own. */
static void hurry(struct sim_driver *self, struct op *op)
{
    if (op == self->trying)
        return;
    if (!sim_due(op)) {
        coil__sim_schedule(self, op);
    } else if (self->due[op->mine[0]].when - self->now > COIL_MS(1)) {
        coil__sim_due_remove(self, op);
        coil__sim_schedule(self, op);
    }
}

void coil__sim_thing_wait(struct sim_driver *self, struct sim_thing *thing, struct op *op)
{
    struct coil_link *list = takes_turns(op) ? &thing->ways[way_of(op)] : &thing->loose;
    bool first = list_empty(list) || list == &thing->loose;

    list_append(list, &op->link);
    op->stage = STAGE_ASKED;
    if (first)
        coil__sim_schedule(self, op);
}

void coil__sim_thing_stir(struct sim_driver *self, struct sim_thing *thing)
{
    struct coil_link *at;

    for (int way = 0; way < SIM_WAYS; way++)
        if (!list_empty(&thing->ways[way]))
            hurry(self, op_of(thing->ways[way].next));
    list_each (at, &thing->loose)
        hurry(self, op_of(at));
    while ((at = list_pop(&thing->hopeful)) != NULL)
        coil__sim_thing_stir(self, container_of(at, struct sim_thing, hope));
}

void coil__sim_thing_hope(struct sim_thing *thing, struct sim_thing *other)
{
    list_leave(&thing->hope);
    list_append(&other->hopeful, &thing->hope);
}

void coil__sim_thing_leave(struct sim_driver *self, struct sim_thing *thing, struct op *op)
{
    struct coil_link *list = &thing->ways[way_of(op)];

    list_remove(&op->link);
    if (takes_turns(op) && !list_empty(list))
        hurry(self, op_of(list->next));
}

static void end_all(struct sim_driver *self, struct coil_link *list)
{
    struct coil_link *link;

    while ((link = list_pop(list)) != NULL) {
        struct op *op = op_of(link);

        if (sim_due(op))
            coil__sim_due_remove(self, op);
        coil__drive_finish(&self->driver, op, -EBADF);
    }
}

void coil__sim_thing_forget(struct sim_driver *self, struct sim_thing *thing)
{
    for (int way = 0; way < SIM_WAYS; way++)
        end_all(self, &thing->ways[way]);
    end_all(self, &thing->loose);
}

bool coil__sim_thing_busy(const struct sim_thing *thing, const struct op *op)
{
    return takes_turns(op) && !list_empty(&thing->ways[way_of(op)]);
}
