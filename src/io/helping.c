/* How much is received at once. */
#include "io/helping.h"

#include <assert.h>

#include "io/reading.h"

static_assert((HELPING_PAUSE << HELPING_DOUBTS) <= INT16_MAX, "a pause can be counted");

static bool with_crumb(size_t n)
{
    return n > HELPING_FULL && n < HELPING_PACKET + STREAM_LITTLE;
}

/* Nearly a packet: the crumb, and the requests that the answers before it have brought. */
static bool in_company(size_t n)
{
    return n > HELPING_PACKET - STREAM_LITTLE && n < HELPING_PACKET;
}

static void after_crumb(struct coil_stream *stream, size_t n)
{
    if (in_company(n)) {
        stream->trust = HELPING_TRUST;
        stream->doubts = 0;
    } else if (--stream->trust == 0) {
        stream->trust = (int16_t) - (HELPING_PAUSE << stream->doubts);
        if (stream->doubts < HELPING_DOUBTS)
            stream->doubts++;
    }
}

void coil__helping_learn(struct coil_stream *stream, size_t n)
{
    if (stream->crumb_left)
        after_crumb(stream, n);
    else if (stream->trust <= 0 && with_crumb(n))
        stream->trust = stream->trust < 0 ? (int16_t)(stream->trust + 1) : HELPING_TRUST;
    stream->crumb_left = stream->trust > 0 && n == HELPING_PACKET;
}

/* A poll of no descriptor is over when the loop has looked at the world. */
coil_async int coil__helping_wait(struct coil_stream *stream)
{
    struct op_wait wait;

    op_begin(&wait.op, OP_POLL, -1);
    wait.op.poll.events = 0;
    wait.done = NULL;
    return read_park(stream, &wait);
}
