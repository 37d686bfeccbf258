/* What the ways to read from a stream have in common. */
#ifndef COIL_IO_READING_H
#define COIL_IO_READING_H

#include "io/stream.h"
#include "task/task.h"

/* Handed out where there is no buffer. */
extern char coil__stream_nothing[1];

/* What was handed out before is the stream's again. 0, or -EBUSY: another task reads. */
int coil__read_begin(struct coil_stream *stream, const char *caller);

static inline bool stream_ended(const struct coil_stream *stream)
{
    return stream->read_error != 0 || stream->hung_up || stream->closing;
}

/* Makes an op of it that receives. */
void coil__read_aim(struct coil_stream *stream, struct op *op, void *data, size_t size);

/* Takes note of what came of it; what the reader is to be told of that. */
int64_t coil__read_note(struct coil_stream *stream, int64_t n);

/* Waits for an op as the stream's reader, who is called back if others close it. They may give it
 * up, too: the caller holds a reference. 0 or -ECANCELED. */
static inline coil_async int read_park(struct coil_stream *stream, struct op_wait *wait)
{
    static const char what[] = "stream read";
    int err;

    coil__task_here(what)->near = stream;
    stream->reader = wait;
    err = coil__op_wait(wait, what);
    stream->reader = NULL;
    return err;
}

/* Waits for an op on the stream; its result has been noted. Meanwhile others may close the stream,
 * and give it up. 0 or -ECANCELED. */
coil_async int coil__read_wait(struct coil_stream *stream, struct op_wait *wait);

/* Gives up the reference of a reader. If that is the last, what was handed out goes with the
 * stream: it says `gone` instead. */
int64_t coil__read_leave(struct coil_stream *stream, int64_t n, char **data, int64_t gone);

#endif
