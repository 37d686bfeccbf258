/*
 * Loop pools: a loop in each of several threads, for coroutines on all cores (asyncio has none:
 * ThreadPoolExecutor with an event loop in each thread). Jobs are coroutines; each is placed on a
 * loop when it is submitted and never moves.
 *
 * A job that wants another one's result awaits it, coil_await(coil_wrap_future(job)): to block for
 * one of the same pool with coil_cfuture_wait is refused with -EDEADLK on all its threads.
 *
 * Shutting down, all loops have their grace at the same time. A loop that a job holds up, because
 * it neither awaits nor returns, is left behind with its thread, a second after the grace; its
 * other jobs are settled too. The job of a loop whose thread has died fails with -COIL_EDIED; new
 * ones go to the other loops.
 */
#ifndef COIL_LOOP_POOL_H
#define COIL_LOOP_POOL_H

#include <coil/executor.h>
#include <coil/server.h>

COIL_BEGIN_DECLS

/* Where a job without a key goes. */
enum coil_placement {
    COIL_LEAST_LOADED, /* to the loop with the fewest jobs */
    COIL_ROUND_ROBIN   /* to each in turn */
};

/* All zero is the default. */
struct coil_loop_pool_options {
    const char *name; /* of the threads and loops, followed by -0, -1 ...; default "coil-loop" */
    unsigned loops;   /* 0: as many as processors */
    enum coil_placement placement;
    bool pin;                      /* each thread to a processor of its own */
    struct coil_loop_options loop; /* driver and debug mode */
};

/**
 * Opens one: the loops run from now on.
 *
 * Suspends: no. Thread: any. Owns: the caller closes it (coil_executor_close).
 * Returns: the executor; NULL, with errno set, if a loop or a thread could not be made or pinned;
 * EINVAL beyond 4096 loops.
 */
COIL_EXPORT struct coil_executor *coil_loop_pool_open(const struct coil_loop_pool_options *options);

/**
 * One of its loops, for coil_run_coroutine_threadsafe, coil_call_soon_threadsafe and
 * coil/inspect.h.
 *
 * Suspends: no. Thread: any.
 * Returns: the loop, living until close; NULL beyond the last.
 */
COIL_EXPORT struct coil_loop *coil_loop_pool_loop(struct coil_executor *pool, unsigned index);

/* A server on every loop of a pool. */
struct coil_pool_server;

/**
 * Listens on every loop: connections are spread over them by the kernel (SO_REUSEPORT). As
 * coil_start_server; port 0: any free one, the same on all loops; options.most is for each loop. fn
 * runs on all of them at once. Simulated loops listen each in its own network, where only their own
 * tasks can connect. Call it as
 * coil_loop_pool_start_server(pool, fn, arg, host, port, &options, &server).
 *
 * Suspends: in a task; elsewhere it blocks the thread.
 * Cancel-safe: yes; nothing stays open.
 * Thread: any; not in a callback of one of the pool's loops.
 * Owns: the caller closes the server, before the pool if clients are to have their grace.
 * Returns: 0; as coil_start_server; -EINVAL for bind_only, too; -COIL_ESTOPPED; -EINTR after
 * coil_interrupt; -EDEADLK in such a callback. *out is set only on 0.
 */
COIL_EXPORT coil_async int coil_loop_pool_start_server_at(
    struct coil_executor *pool, coil_client_fn *fn, void *arg, const char *host, uint16_t port,
    const struct coil_server_options *options, struct coil_pool_server **out, const char *place);
#define coil_loop_pool_start_server(pool, fn, arg, host, port, options, out) \
    coil_loop_pool_start_server_at(pool, fn, arg, host, port, options, out, COIL_PLACE(#fn))

/**
 * The same on a Unix socket, whose one listening socket all loops share: whichever accepts a
 * connection gives it to the loop with the fewest clients. So options.most may be exceeded by what
 * the other loops are just passing on, one each.
 *
 * Suspends: in a task; elsewhere it blocks the thread.
 * Cancel-safe: yes; nothing stays open.
 * Thread: any; not in a callback of one of the pool's loops.
 * Owns: the caller closes the server, before the pool if clients are to have their grace.
 * Returns: 0; as coil_start_unix_server; the others of coil_loop_pool_start_server. *out is set
 * only on 0.
 */
COIL_EXPORT coil_async int
coil_loop_pool_start_unix_server_at(struct coil_executor *pool, coil_client_fn *fn, void *arg,
                                    const char *path, const struct coil_server_options *options,
                                    struct coil_pool_server **out, const char *place);
#define coil_loop_pool_start_unix_server(pool, fn, arg, path, options, out) \
    coil_loop_pool_start_unix_server_at(pool, fn, arg, path, options, out, COIL_PLACE(#fn))

/**
 * Where it listens.
 *
 * Suspends: no. Thread: any.
 * Returns: the port; 0 for Unix sockets.
 */
COIL_EXPORT uint16_t coil_pool_server_port(const struct coil_pool_server *server);

/**
 * How many clients the loop serves now.
 *
 * Suspends: no. Thread: any.
 * Returns: the number, already old; 0 beyond the last loop.
 */
COIL_EXPORT size_t coil_pool_server_clients(const struct coil_pool_server *server, unsigned index);

/**
 * Ends in phases on all loops at once, as coil_server_shutdown, and frees. If the pool is shut down
 * already, its clients ended with it.
 *
 * Suspends: in a task; elsewhere it blocks the thread.
 * Cancel-safe: no: it goes on, and -ECANCELED is for the next await.
 * Thread: any; it aborts in a callback of one of the pool's loops and in a client of the server.
 * Returns: how many clients had to be aborted. NULL is fine.
 */
COIL_EXPORT coil_async int64_t coil_pool_server_close(struct coil_pool_server *server,
                                                      int64_t grace_ns);

COIL_END_DECLS

#endif
