/*
 * Sending through a stream from where no copy is kept: the caller's memory, a file. One task at a
 * time may, from begin_alone, which waits until nothing is kept, to end_alone; what others write
 * meanwhile is kept behind it.
 */
#ifndef COIL_IO_ALONE_H
#define COIL_IO_ALONE_H

#include "io/stream.h"

/* 0; -ESHUTDOWN, or why it is lost. */
int coil__stream_may_write(struct coil_stream *stream, const char *caller);

coil_async int coil__stream_begin_alone(struct coil_stream *stream, const char *caller);
void coil__stream_end_alone(struct coil_stream *stream);

/* Does an op, whose result is in it. An error is that of the task or of the stream, not the op's.
 */
coil_async int coil__stream_run_alone(struct coil_stream *stream, struct op_wait *wait);

/* Sends from memory; *sent counts what went out, also if it fails. */
coil_async int coil__stream_send_alone(struct coil_stream *stream, const char *data, size_t size,
                                       size_t *sent);

#endif
