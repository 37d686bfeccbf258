/*
 * Streams: buffered reading and writing on a connection, a pipe, a terminal or a file (asyncio's
 * StreamReader and StreamWriter, in one object).
 *
 *     struct coil_stream *s;
 *     char *line;
 *     int err = coil_open_connection("localhost", 8080, &s);
 *
 *     coil_stream_printf(s, "hello\n");
 *     n = coil_stream_readline(s, &line);
 *     coil_stream_unref(s);
 *
 * One task may read while others write; two readers at once are a mistake that the second one is
 * told (-EBUSY). Reading happens when asked for: what nobody reads stays with the peer. Writing
 * happens at once as far as the world takes it; the rest is kept and goes out by itself.
 *
 * A stream is good until the last reference is given up, closed or not. It may outlive its loop: it
 * is closed then, and only unref is left to do.
 */
#ifndef COIL_STREAM_H
#define COIL_STREAM_H

#include <stdbool.h>

#include <coil/address.h>
#include <coil/loop.h>

COIL_BEGIN_DECLS

struct coil_stream;
struct iovec;

/* How a stream is made. All zero is the default. */
struct coil_stream_options {
    size_t limit_bytes;   /* the longest line or record; 0: 64 KiB (asyncio: limit) */
    size_t high_bytes;    /* drain waits when more than this is kept for writing; 0: 64 KiB */
    size_t low_bytes;     /* until no more than this is; 0: a quarter of high_bytes */
    bool coalesce_writes; /* what is written goes out together: see coil_stream_flush */
};

/* How to connect. All zero is the default. */
struct coil_connection_options {
    struct coil_stream_options stream;
    const struct coil_address *local; /* bind to this first; NULL: any */
    int family;                       /* AF_INET, AF_INET6; 0: both */
    int64_t delay_ns; /* happy eyeballs: how long until the next address is tried beside; 0: 250 ms;
                         < 0: only when the one before has failed */
};

/**
 * Connects to a host by name or address over TCP (asyncio: open_connection). Its addresses are
 * tried in turn, IPv6 and IPv4 interleaved, the next one beside the last when that is slow (RFC
 * 8305); the first to answer is taken. TCP_NODELAY is set. A host that does not answer may take
 * minutes: put a coil_timeout around it. Call it as coil_open_connection(host, port, &stream) or
 * with options.
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing stays open.
 * Owns: the caller unrefs the stream.
 * Returns: 0; -COIL_EGAI(...) if the name is not known; else the error of the first address:
 * -ECONNREFUSED, -ENETUNREACH ..., with all of them in the exception; -ECANCELED. *out is set only
 * on 0.
 */
COIL_EXPORT coil_async int coil_open_connection_with(const char *host, uint16_t port,
                                                     const struct coil_connection_options *options,
                                                     struct coil_stream **out);
#define coil_open_connection(host, port, out) coil_open_connection_with(host, port, NULL, out)

/**
 * Connects to a Unix socket (asyncio: open_unix_connection); a path that begins with @ is an
 * abstract name.
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing stays open.
 * Owns: the caller unrefs the stream.
 * Returns: 0; -ENOENT, -ECONNREFUSED, -EACCES, -ENAMETOOLONG ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_open_unix_connection_with(const char *path,
                                                          const struct coil_stream_options *options,
                                                          struct coil_stream **out);
#define coil_open_unix_connection(path, out) coil_open_unix_connection_with(path, NULL, out)

/**
 * A stream on an open descriptor: a connected socket (asyncio: connect_accepted_socket), an end of
 * a pipe (connect_read_pipe, connect_write_pipe), a terminal, a file. Its flags are not changed, so
 * standard input may be shared with others; a TCP connection gets TCP_NODELAY, as in asyncio.
 *
 * Suspends: no.
 * Owns: the stream owns `fd` from now on, also if this fails: the caller unrefs the stream.
 * Returns: 0; -ENOMEM.
 */
COIL_EXPORT int coil_stream_open(int fd, const struct coil_stream_options *options,
                                 struct coil_stream **out);

/**
 * One reference more. The same stream.
 *
 * Suspends: no. Owns: the caller gives the reference up with unref.
 * Returns: stream.
 */
COIL_EXPORT struct coil_stream *coil_stream_ref(struct coil_stream *stream);

/**
 * Gives a reference up. With the last one the stream is closed as by coil_stream_close: what was
 * written still goes out. NULL is fine.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_stream_unref(struct coil_stream *stream);

/**
 * Reads what is there, at least a byte (asyncio: reader.read(n)); with size 0, nothing. Of more
 * than 64 KiB a little may be left to the next read.
 *
 * Suspends: yes, if nothing is there; for one turn of the loop, if the last read has left some.
 * Cancel-safe: yes; nothing is lost.
 * Returns: how many bytes; 0: the end; -ECONNRESET ...; -EBUSY (another task reads); -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_stream_read(struct coil_stream *stream, void *data,
                                                size_t size);

/**
 * Reads exactly so much (asyncio: readexactly). If the stream ends before, what came is in `data`,
 * and coil_stream_partial says how much.
 *
 * Suspends: yes, if not enough is there.
 * Cancel-safe: yes; what came stays in the stream.
 * Returns: size; -COIL_EINCOMPLETE (asyncio: IncompleteReadError); as coil_stream_read.
 */
COIL_EXPORT coil_async int64_t coil_stream_readexactly(struct coil_stream *stream, void *data,
                                                       size_t size);

/**
 * Reads a line, its "\n" included (asyncio: readline); the last one may lack it. A zero byte is put
 * behind it. A line longer than the limit is thrown away, as far as it came.
 *
 * Suspends: yes, if no whole line is there.
 * Cancel-safe: yes; what came stays in the stream.
 * Owns: *line is the stream's, until the next call that reads from it or closes it.
 * Returns: how many bytes; 0: the end; -COIL_ELIMIT (asyncio: ValueError); as coil_stream_read.
 */
COIL_EXPORT coil_async int64_t coil_stream_readline(struct coil_stream *stream, char **line);

/**
 * Reads until a separator, it included (asyncio: readuntil). A zero byte is put behind it. If the
 * stream ends before, *data is what came, and coil_stream_partial says how much. What is longer
 * than the limit stays in the stream, to be read in other ways.
 *
 * Suspends: yes, if it is not there.
 * Cancel-safe: yes; what came stays in the stream.
 * Owns: *data is the stream's, until the next call that reads from it or closes it.
 * Returns: how many bytes; -COIL_EINCOMPLETE; -COIL_ELIMIT (asyncio: LimitOverrunError); -EINVAL
 * (an empty separator); as coil_stream_read.
 */
COIL_EXPORT coil_async int64_t coil_stream_readuntil(struct coil_stream *stream,
                                                     const void *separator, size_t size,
                                                     char **data);

/* Bytes that end a record: {"\r\n", 2}. */
struct coil_separator {
    const void *data;
    size_t size;
};

/**
 * The same for several separators (asyncio: readuntil of a tuple, 3.13): until the one that is
 * whole first. Of two that end together the shorter one counts, for the limit.
 *
 * Suspends: yes, if none of them is there.
 * Cancel-safe: yes; what came stays in the stream.
 * Owns: *data is the stream's, until the next call that reads from it or closes it.
 * Returns: as coil_stream_readuntil; -EINVAL (no separator, or an empty one).
 */
COIL_EXPORT coil_async int64_t coil_stream_readuntil_any(struct coil_stream *stream,
                                                         const struct coil_separator *separators,
                                                         size_t count, char **data);

/**
 * Reads what is there, at least a byte and at most 128 KiB, as coil_stream_read, but without memory
 * of the caller's. A stream that waits in it holds no more than a small buffer. A zero byte is put
 * behind the data, not counted.
 *
 * Suspends: as coil_stream_read.
 * Cancel-safe: yes; nothing is lost.
 * Owns: *data is the stream's, until the next call that reads from it or closes it.
 * Returns: how many bytes; 0: the end; as coil_stream_read.
 */
COIL_EXPORT coil_async int64_t coil_stream_readany(struct coil_stream *stream, char **data);

/**
 * Reads until the end (asyncio: read(-1)). A zero byte is put behind the data, not counted.
 *
 * Suspends: yes.
 * Cancel-safe: yes; what came stays in the stream.
 * Owns: the caller frees *data with free().
 * Returns: how many bytes; -ENOMEM; as coil_stream_read.
 */
COIL_EXPORT coil_async int64_t coil_stream_readall(struct coil_stream *stream, char **data);

/**
 * How much came before the end, after -COIL_EINCOMPLETE; how much went out, after an error of
 * coil_stream_sendfile.
 *
 * Suspends: no.
 * Returns: bytes.
 */
COIL_EXPORT size_t coil_stream_partial(const struct coil_stream *stream);

/**
 * How much of a record that is too long is known to come before its separator, after -COIL_ELIMIT
 * of readuntil (asyncio: LimitOverrunError.consumed): so much can be read in other ways.
 *
 * Suspends: no.
 * Returns: bytes.
 */
COIL_EXPORT size_t coil_stream_consumed(const struct coil_stream *stream);

/**
 * Whether a read has met the end, and everything before it was read (asyncio: at_eof). Nothing is
 * read ahead: that the peer has closed is known when a read says so.
 *
 * Suspends: no.
 * Returns: true if so.
 */
COIL_EXPORT bool coil_stream_at_eof(const struct coil_stream *stream);

/**
 * Writes (asyncio: writer.write): at once what the world takes, a copy of the rest is kept and goes
 * out by itself. Follow it by coil_stream_drain, or a peer that does not read fills the memory.
 *
 * Suspends: no.
 * Returns: 0; -ENOMEM; -EPIPE, -ECONNRESET ... (the connection is lost; also noticed by drain);
 * -ESHUTDOWN (after write_eof or close).
 */
COIL_EXPORT int coil_stream_write(struct coil_stream *stream, const void *data, size_t size);

/**
 * Writes several buffers in order (asyncio: writelines).
 *
 * Suspends: no.
 * Returns: as coil_stream_write.
 */
COIL_EXPORT int coil_stream_writev(struct coil_stream *stream, const struct iovec *parts,
                                   size_t count);

/**
 * Writes text, formatted as by printf.
 *
 * Suspends: no.
 * Returns: as coil_stream_write; -EINVAL (the format).
 */
COIL_EXPORT int coil_stream_printf(struct coil_stream *stream, const char *format, ...)
    COIL_PRINTF(2, 3);

/**
 * Sends now what a stream with coalesce_writes holds back. Such a stream gathers what is written,
 * up to 16 KiB or high_bytes, until the loop next looks at the world, which it does when all that
 * was ready has had its turn. Many small writes become one packet and one system call; where the
 * kernel has io_uring, those of all streams are one. (uvloop gathers always; asyncio, and coil
 * without the option, write at once.) It is for coroutines that write and then await something: one
 * that computes for long, or blocks, keeps back what all such streams hold, and calls this for what
 * is urgent. If it cannot go out, the next write says so, or drain, or wait_closed. Close,
 * write_eof, sendall and sendfile send first what is held; abort throws it away. The option has no
 * effect on sockets that keep the boundaries of messages.
 *
 * Suspends: no.
 * Returns: as coil_stream_write.
 */
COIL_EXPORT int coil_stream_flush(struct coil_stream *stream);

/**
 * Waits, if more is kept than the high watermark, until it is down to the low one (asyncio: drain).
 *
 * Suspends: yes, if too much is kept.
 * Cancel-safe: yes.
 * Returns: 0; -ESHUTDOWN: it is closed; -EPIPE, -ECONNRESET ...: the connection is lost;
 * -ECANCELED.
 */
COIL_EXPORT coil_async int coil_stream_drain(struct coil_stream *stream);

/**
 * Writes and waits until all of it is out (asyncio: sock_sendall). The data is not copied.
 *
 * Suspends: yes, if the world does not take it at once.
 * Cancel-safe: no: how much went out is not known then.
 * Returns: as coil_stream_write and coil_stream_drain.
 */
COIL_EXPORT coil_async int coil_stream_sendall(struct coil_stream *stream, const void *data,
                                               size_t size);

/**
 * Sends a part of a regular file behind what was written (asyncio: loop.sendfile): `size` bytes
 * from `offset`, or less if the file ends before; SIZE_MAX: to its end. Nothing of it is kept, and
 * what others write meanwhile goes out behind it. Where the system cannot send from the file itself
 * it is read and sent piece by piece. The file's own position is neither used nor changed.
 *
 * Suspends: yes.
 * Cancel-safe: no; coil_stream_partial says how much went out, also after an error.
 * Returns: how many bytes; as coil_stream_sendall; -EINVAL; -EIO, -EBADF ... (of the file: the
 * stream goes on).
 */
COIL_EXPORT coil_async int64_t coil_stream_sendfile(struct coil_stream *stream, int file,
                                                    int64_t offset, size_t size);

/**
 * How much is kept for writing, or held back (asyncio: get_write_buffer_size).
 *
 * Suspends: no.
 * Returns: bytes.
 */
COIL_EXPORT size_t coil_stream_pending(const struct coil_stream *stream);

/**
 * Sets the watermarks of drain (asyncio: set_write_buffer_limits); 0 as in coil_stream_options.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_stream_set_watermarks(struct coil_stream *stream, size_t high_bytes,
                                            size_t low_bytes);

/**
 * Ends the direction of writing after what is kept is out (asyncio: write_eof). On a socket,
 * reading goes on; anything else has one direction, and is closed.
 *
 * Suspends: no.
 * Returns: 0; -EPIPE, -ECONNRESET ...: the connection is lost.
 */
COIL_EXPORT int coil_stream_write_eof(struct coil_stream *stream);

/**
 * Closes: nothing is read any more, what was written still goes out, then the descriptor is closed
 * (asyncio: writer.close). A task that reads gets the end. Closing again is fine.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_stream_close(struct coil_stream *stream);

/**
 * Closes at once; what was not out is lost, and a TCP peer is told so (asyncio: transport.abort).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_stream_abort(struct coil_stream *stream);

/**
 * Waits until it is closed (asyncio: wait_closed), or writing has failed.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -EPIPE, -ECONNRESET ...: the connection was lost, a read or a write met it;
 * -ECANCELED.
 */
COIL_EXPORT coil_async int coil_stream_wait_closed(struct coil_stream *stream);

/**
 * Whether it is closed or about to be (asyncio: is_closing).
 *
 * Suspends: no.
 * Returns: true if so.
 */
COIL_EXPORT bool coil_stream_closing(const struct coil_stream *stream);

/**
 * Its descriptor, for options (asyncio: get_extra_info("socket")).
 *
 * Suspends: no. Owns: the stream keeps it.
 * Returns: the descriptor; -1 once closed.
 */
COIL_EXPORT int coil_stream_fd(const struct coil_stream *stream);

/**
 * Who is at the other end (asyncio: get_extra_info("peername")); coil_sock_name of the descriptor
 * tells this end.
 *
 * Suspends: no.
 * Returns: 0; -ENOTCONN, also once it is closed or reset; -ENOTSOCK.
 */
COIL_EXPORT int coil_stream_peer(const struct coil_stream *stream, struct coil_address *out);

COIL_END_DECLS

#endif
