/* Pipes: one queue of bytes between two things. */
#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/alloc.h"
#include "drive/sim.h"
#include "drive/sim_bytes.h"

#define PIPE_BYTES 65536

struct pipe_end {
    struct sim_thing thing;
    struct pipe *pipe;
};

struct pipe {
    struct sim_bytes bytes;
    struct pipe_end *reader; /* NULL: closed */
    struct pipe_end *writer;
};

static struct pipe_end *end_of(struct sim_thing *thing)
{
    return container_of(thing, struct pipe_end, thing);
}

static int64_t pipe_take(struct sim_driver *self, struct sim_thing *thing,
                         struct sim_transfer *what)
{
    struct pipe *pipe = end_of(thing)->pipe;
    int64_t taken;

    if (pipe->reader == NULL || thing != &pipe->reader->thing)
        return -EBADF;
    if (what->size == 0)
        return 0;
    if (pipe->bytes.used == 0)
        return pipe->writer ? -EAGAIN : 0;
    taken = coil__sim_bytes_get(&pipe->bytes, what->parts, what->count, what->limit, false);
    if (pipe->writer)
        coil__sim_thing_stir(self, &pipe->writer->thing);
    return taken;
}

/* Up to PIPE_BUF bytes go all or not at all. */
static int64_t pipe_give(struct sim_driver *self, struct sim_thing *thing,
                         struct sim_transfer *what)
{
    struct pipe *pipe = end_of(thing)->pipe;
    size_t space = sim_bytes_free(&pipe->bytes);
    size_t least = what->size <= PIPE_BUF ? what->size : 1;
    int64_t given;

    if (pipe->writer == NULL || thing != &pipe->writer->thing)
        return -EBADF;
    if (what->size == 0)
        return 0;
    if (pipe->reader == NULL)
        return -EPIPE;
    if (space < least)
        return -EAGAIN;
    if (space > what->limit && what->size > PIPE_BUF)
        space = what->limit;
    if (space > what->size)
        space = what->size;
    given = coil__sim_bytes_put(&pipe->bytes, what->parts, what->count, space);
    if (given > 0)
        coil__sim_thing_stir(self, &pipe->reader->thing);
    return given;
}

static uint32_t pipe_events(struct sim_thing *thing)
{
    struct pipe *pipe = end_of(thing)->pipe;
    uint32_t events = 0;

    if (pipe->reader != NULL && thing == &pipe->reader->thing) {
        events |= pipe->bytes.used ? POLLIN | POLLRDNORM : 0;
        return events | (pipe->writer ? 0 : POLLHUP);
    }
    events |= sim_bytes_free(&pipe->bytes) >= PIPE_BUF ? POLLOUT | POLLWRNORM : 0;
    return events | (pipe->reader ? 0 : POLLERR);
}

static int pipe_stat(struct sim_thing *thing, struct stat *out)
{
    (void)thing;
    out->st_mode = S_IFIFO | 0600;
    out->st_blksize = PIPE_BUF;
    return 0;
}

static int pipe_close(struct sim_driver *self, struct sim_thing *thing)
{
    struct pipe_end *end = end_of(thing);
    struct pipe *pipe = end->pipe;
    struct pipe_end *other = end == pipe->reader ? pipe->writer : pipe->reader;

    if (end == pipe->reader)
        pipe->reader = NULL;
    else
        pipe->writer = NULL;
    if (other != NULL) {
        coil__sim_thing_stir(self, &other->thing);
    } else {
        coil__sim_bytes_fini(&pipe->bytes);
        mem_free(pipe);
    }
    mem_free(end);
    return 0;
}

static const struct sim_kind pipe_kind = {
    .take = pipe_take,
    .give = pipe_give,
    .events = pipe_events,
    .close = pipe_close,
    .stat = pipe_stat,
};

static struct pipe *pipe_new(void)
{
    struct pipe *pipe = mem_zalloc(sizeof(*pipe));

    if (pipe == NULL)
        return NULL;
    pipe->bytes.limit = PIPE_BYTES;
    pipe->reader = mem_zalloc(sizeof(*pipe->reader));
    pipe->writer = mem_zalloc(sizeof(*pipe->writer));
    if (pipe->reader != NULL && pipe->writer != NULL) {
        pipe->reader->pipe = pipe;
        pipe->writer->pipe = pipe;
        return pipe;
    }
    mem_free(pipe->reader);
    mem_free(pipe->writer);
    mem_free(pipe);
    return NULL;
}

int coil__sim_pipe(struct sim_driver *self, int fds[2])
{
    struct pipe *pipe = pipe_new();
    int reader, writer;

    if (pipe == NULL)
        return -ENOMEM;
    reader = coil__sim_thing_open(self, &pipe->reader->thing, &pipe_kind);
    if (reader < 0) {
        mem_free(pipe->reader);
        mem_free(pipe->writer);
        mem_free(pipe);
        return reader;
    }
    writer = coil__sim_thing_open(self, &pipe->writer->thing, &pipe_kind);
    if (writer < 0) {
        mem_free(pipe->writer);
        pipe->writer = NULL;
        coil__sim_thing_close(self, reader);
        return writer;
    }
    fds[0] = reader;
    fds[1] = writer;
    return 0;
}
