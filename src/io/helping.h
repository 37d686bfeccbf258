/*
 * How much is received from a connection at once.
 *
 * TCP over loopback carries 64 KiB less its headers in a packet. 64 KiB, the size of many a window
 * and buffer, come as a packet and a crumb; written again they leave so, and the crumb costs two
 * packets more, its own and its acknowledgement. Where many small requests are under way at once
 * that is a fifth of the time: the answers in the packet bring new requests, which the crumb could
 * have come with. So who was served a packet and a crumb is served no more than a packet from then
 * on: the crumb stays with the kernel while the others have their turn. If it comes alone
 * nevertheless, many times, somebody waits for it (a message of 64 KiB), and helpings are whole
 * again for a while, a longer one each time.
 */
#ifndef COIL_IO_HELPING_H
#define COIL_IO_HELPING_H

#include "io/stream.h"

#define HELPING_PACKET ((64u << 10) - 128) /* less than any packet that is full */
#define HELPING_FULL ((64u << 10) - 40)    /* no packet is fuller, for it has headers */
#define HELPING_TRUST 64                   /* crumbs alone, one after the other */
#define HELPING_PAUSE 16                   /* crumbs that are served after that at first */
#define HELPING_DOUBTS 9                   /* how often that doubles: 8192, in the end */

/* Where there is room for so much, this is asked for. */
static inline size_t helping(const struct coil_stream *stream, size_t room)
{
    return unlikely(stream->trust > 0) && room > HELPING_PACKET ? HELPING_PACKET : room;
}

void coil__helping_learn(struct coil_stream *stream, size_t n);

/* So many bytes came, 0 if none. */
static inline void helping_came(struct coil_stream *stream, size_t n)
{
    if (unlikely(n >= HELPING_PACKET) || unlikely(stream->crumb_left))
        coil__helping_learn(stream, n);
}

/* To be asked where a crumb is left: the others have their turn. Meanwhile one of them may close
 * the stream. 0 or -ECANCELED. */
coil_async int coil__helping_wait(struct coil_stream *stream);

#endif
