/*
 * Servers: a task for each connection (asyncio.start_server).
 *
 *     static coil_async void echo(struct coil_stream *client, void *arg)
 *     {
 *         char data[4096];
 *         int64_t n;
 *
 *         (void)arg;
 *         while ((n = coil_stream_read(client, data, sizeof(data))) > 0)
 *             if (coil_stream_sendall(client, data, (size_t)n) < 0)
 *                 break;
 *     }
 *
 *     err = coil_start_server(echo, NULL, "localhost", 8080, &server);
 *     coil_server_serve_forever(server);
 *
 * A server has one owner, and is good until coil_server_unref, closed or not. It may outlive its
 * loop: it is closed then, and only unref is left to do.
 */
#ifndef COIL_SERVER_H
#define COIL_SERVER_H

#include <coil/stream.h>

COIL_BEGIN_DECLS

struct coil_server;

/*
 * What serves a connection, as a task of its own, on a stack of 64 KiB unless the options say
 * otherwise: large buffers do not belong on it. The stream is closed when it returns, after what
 * was written is out, whoever else has a reference: if others answer for it, it waits for them.
 * There is nobody to return an error to: what it wants known it reports
 * (coil_loop_call_exception_handler).
 */
typedef void coil_client_fn(struct coil_stream *client, void *arg);

/* How a server is made. All zero is the default. */
struct coil_server_options {
    struct coil_stream_options stream;
    const char *const *hosts; /* several instead of `host`, which is NULL then; ended by NULL */
    int family;               /* AF_INET, AF_INET6; 0: both */
    int backlog;              /* of listen(2); 0: 1024, as far as the system allows */
    bool reuse_port;          /* several servers, on several loops or processes, share the port */
    bool keep_alive;          /* SO_KEEPALIVE on the connections */
    bool bind_only;     /* nobody can connect before coil_server_start_serving, or serve_forever */
    size_t stack_bytes; /* of each connection's task; 0: the default */
    unsigned most;      /* connections at once; the next one waits for a free place; 0: no limit */
};

/**
 * Listens on every address of a host, by name or address; NULL or "": on all of this machine, IPv6
 * and IPv4 (asyncio: start_server). With options.hosts on every address of each of them, once where
 * they share one; those that this machine does not have are passed over, unless it has none. Port
 * 0: any free one, the same on all. Call it as coil_start_server(fn, arg, host, port, &server) or
 * with options. Connections are accepted from now on.
 *
 * Suspends: yes, to look the name up.
 * Cancel-safe: yes; nothing stays open.
 * Owns: the caller unrefs the server.
 * Returns: 0; -EADDRINUSE, -EACCES, -EADDRNOTAVAIL, -COIL_EGAI(...) ...; -EINVAL (no hosts, or a
 * host beside them); -ECANCELED. *out is set only on 0: else nothing stays open, on no address.
 */
COIL_EXPORT coil_async int coil_start_server_at(coil_client_fn *fn, void *arg, const char *host,
                                                uint16_t port,
                                                const struct coil_server_options *options,
                                                struct coil_server **out, const char *place);
#define coil_start_server(fn, arg, host, port, out) \
    coil_start_server_at(fn, arg, host, port, NULL, out, COIL_PLACE(#fn))
#define coil_start_server_with(fn, arg, host, port, options, out) \
    coil_start_server_at(fn, arg, host, port, options, out, COIL_PLACE(#fn))

/**
 * The same on a Unix socket (asyncio: start_unix_server); a path that begins with @ is an abstract
 * name. A socket file that nobody listens on any more is replaced; ours is removed at close, unless
 * another has taken its place.
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing stays open.
 * Owns: the caller unrefs the server.
 * Returns: 0; -EADDRINUSE, -EACCES, -ENAMETOOLONG ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_start_unix_server_at(coil_client_fn *fn, void *arg,
                                                     const char *path,
                                                     const struct coil_server_options *options,
                                                     struct coil_server **out, const char *place);
#define coil_start_unix_server(fn, arg, path, out) \
    coil_start_unix_server_at(fn, arg, path, NULL, out, COIL_PLACE(#fn))
#define coil_start_unix_server_with(fn, arg, path, options, out) \
    coil_start_unix_server_at(fn, arg, path, options, out, COIL_PLACE(#fn))

/**
 * The same on a socket that is bound already (asyncio: create_server(sock=)); it listens if it did
 * not.
 *
 * Suspends: no.
 * Owns: the server owns `fd` from now on, also if this fails; the caller unrefs the server.
 * Returns: 0; -ENOMEM, -EINVAL ...
 */
COIL_EXPORT int coil_serve_socket_at(coil_client_fn *fn, void *arg, int fd,
                                     const struct coil_server_options *options,
                                     struct coil_server **out, const char *place);
#define coil_serve_socket(fn, arg, fd, options, out) \
    coil_serve_socket_at(fn, arg, fd, options, out, COIL_PLACE(#fn))

/**
 * Begins to listen and accept, if options.bind_only has put that off (asyncio: start_serving).
 * Again is fine. A server that cannot listen on all of its addresses is closed.
 *
 * Suspends: no.
 * Returns: 0; -EADDRINUSE: another one listens there by now; -ESHUTDOWN: it is closed already.
 */
COIL_EXPORT int coil_server_start_serving(struct coil_server *server);

/**
 * Waits until the server is closed; begins to serve if it has not (asyncio: serve_forever). If the
 * caller is cancelled, by Ctrl-C for example, the server and its clients' streams are closed and
 * the clients' tasks waited for: a handler that reads gets the end. One that waits for something
 * else is waited for as long as it likes. Who has less patience waits himself:
 *
 *     err = coil_server_wait_closed(server);
 *     if (err == -ECANCELED)
 *         coil_server_shutdown(server, COIL_SECONDS(5));
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED; as coil_server_start_serving.
 */
COIL_EXPORT coil_async int coil_server_serve_forever(struct coil_server *server);

/**
 * Stops accepting: the listening sockets are closed, the clients go on (asyncio: Server.close).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_server_close(struct coil_server *server);

/**
 * Closes every client's stream after what was written is out (asyncio: close_clients, 3.13).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_server_close_clients(struct coil_server *server);

/**
 * Cancels every client's task and aborts its stream (asyncio: abort_clients, 3.13).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_server_abort_clients(struct coil_server *server);

/**
 * Waits until the server is closed and its last client's task has ended (asyncio: wait_closed).
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_server_wait_closed(struct coil_server *server);

/**
 * Ends in phases: stops accepting; lets the clients end by themselves for grace_ns; aborts who is
 * left; waits for them to unwind.
 *
 * Suspends: yes.
 * Cancel-safe: yes; the phase that was reached stands.
 * Returns: how many clients had to be aborted; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_server_shutdown(struct coil_server *server, int64_t grace_ns);

/**
 * Whether it accepts connections (asyncio: is_serving).
 *
 * Suspends: no.
 * Returns: true until closed, and from its start.
 */
COIL_EXPORT bool coil_server_serving(const struct coil_server *server);

/**
 * Where it listens (asyncio: Server.sockets), also after close.
 *
 * Suspends: no.
 * Returns: 0; -ENOENT: it has no more than `index` addresses.
 */
COIL_EXPORT int coil_server_address(const struct coil_server *server, size_t index,
                                    struct coil_address *out);

/**
 * The port of its first address: for port 0.
 *
 * Suspends: no.
 * Returns: it; 0 for Unix sockets.
 */
COIL_EXPORT uint16_t coil_server_port(const struct coil_server *server);

/**
 * How many clients are being served.
 *
 * Suspends: no.
 * Returns: the count.
 */
COIL_EXPORT size_t coil_server_clients(const struct coil_server *server);

/**
 * Gives the server up. If it serves it is closed; the clients go on. NULL is fine.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_server_unref(struct coil_server *server);

COIL_END_DECLS

#endif
