/*
 * A server on this machine and connections to it, for the triples of streams. talk.py has the same
 * functions under the same names.
 */
#ifndef CONFORMANCE_TALK_H
#define CONFORMANCE_TALK_H

#include "common/conformance.h"

/* A server on any free port of 127.0.0.1; options may be NULL. */
coil_async struct coil_server *serve(coil_client_fn *handler,
                                     const struct coil_server_options *options);

/* One that says one piece after the other, a second apart, and then the end; NULL is behind the
 * last. */
coil_async struct coil_server *serve_pieces(const char *const *pieces);

/* A connection to it; options may be NULL. */
coil_async struct coil_stream *dial(struct coil_server *server,
                                    const struct coil_connection_options *options);

/* Closes, waits until that is done, and gives the stream up. */
coil_async void hang_up(struct coil_stream *stream);

/* A handler: line by line, until the end. */
coil_async void echo(struct coil_stream *client, void *arg);

/* Sends a line and says what comes back. */
coil_async void ask(struct coil_stream *stream, const char *line);

/* Says what was read: n bytes, or an error. */
void tell_data(const char *what, int64_t n, const char *data);

/* Writes a text. */
void put(struct coil_stream *stream, const char *words);

#endif
