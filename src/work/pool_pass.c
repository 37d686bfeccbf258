/* Loops that accept from one socket: whoever has fewer clients than another gets the next. */
#include "base/alloc.h"
#include "io/server.h"
#include "mach/sys.h"
#include "work/pool_server.h"

/* A connection on its way to another loop. */
struct passage {
    struct coil_handle handle; /* posted */
    struct part *to;
    int fd;
};

static size_t load_of(const struct part *part)
{
    return COUNTER_READ(part->clients) + word_load(&part->coming);
}

static struct part *least_loaded(struct part *self)
{
    struct coil_pool_server *whole = self->whole;
    struct part *best = self;

    for (unsigned i = 0; i < whole->count; i++)
        if (word_load(&whole->parts[i].open) != 0 && load_of(&whole->parts[i]) < load_of(best))
            best = &whole->parts[i];
    return best;
}

/* On the other loop. Where the server has ended it is as if it had not been accepted. */
static void arrive(struct coil_handle *handle)
{
    struct passage *self = container_of(handle, struct passage, handle);
    struct part *part = self->to;

    if (part->server != NULL && coil_server_serving(part->server)) {
        coil__server_serve(part->server, self->fd);
        word_sub(&part->coming, 1);
        coil__server_accept(part->server); /* if it could not be served */
    } else {
        coil__sys_close(self->fd);
    }
    mem_free(self);
    coil__pool_server_unref(part->whole);
}

/* False: that loop is gone. */
static bool post(struct part *to, struct passage *passage)
{
    word_add(&to->coming, 1);
    coil__pool_server_ref(to->whole);
    if (coil__port_post(to->port, &passage->handle) == 0)
        return true;
    word_sub(&to->coming, 1);
    coil__pool_server_unref(to->whole);
    return false;
}

bool coil__pool_pass_on(void *part, int fd)
{
    struct part *to = least_loaded(part);
    struct passage *passage;

    if (to == part)
        return false;
    passage = mem_alloc(sizeof(*passage));
    if (passage == NULL)
        return false;
    *passage = (struct passage){.handle = {.run = arrive}, .to = to, .fd = fd};
    if (post(to, passage))
        return true;
    mem_free(passage);
    return false;
}
