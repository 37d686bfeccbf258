/* Servers on every loop of a pool. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "clients.h"
#include "pools.h"

static struct coil_pool_server *start_server(struct coil_executor *pool)
{
    const char *host = "127.0.0.1";
    struct coil_pool_server *server;
    int err;

    err =
        coil_loop_pool_start_server(pool, answer, pool, host, 0, NULL, &server); /* not in a task */
    if (err != 0)
        FAIL("no server: %s", coil_strerror(err));
    return server;
}

enum { MANY = 64 };

REAL_TEST(clients_are_spread_over_the_loops_and_all_are_served)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = start_server(pool);
    int fds[MANY], on_loop[2] = {0};

    CHECK(coil_pool_server_port(server) != 0);
    for (int i = 0; i < MANY; i++)
        CHECK((fds[i] = dial(coil_pool_server_port(server))) >= 0);
    for (int i = 0; i < MANY; i++)
        on_loop[ask_loop(fds[i])]++;
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(coil_pool_server_clients(server, i), on_loop[i]);
        CHECK(on_loop[i] >= MANY / 8); /* by chance in fewer than one of 10^12 runs */
    }
    CHECK_EQ(coil_pool_server_clients(server, 2), 0);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    CHECK_EQ(coil_pool_server_close(server, LIMIT), 0); /* not in a task */
    coil_executor_close(pool);                          /* not in a task */
}

REAL_TEST(closing_aborts_who_does_not_end_in_the_grace)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = start_server(pool);
    uint16_t port = coil_pool_server_port(server);
    int fds[8];

    for (int i = 0; i < 8; i++) {
        CHECK((fds[i] = dial(port)) >= 0);
        ask_loop(fds[i]);
    }
    CHECK_EQ(coil_pool_server_close(server, 0), 8); /* not in a task */
    CHECK_EQ(dial(port), -ECONNREFUSED);
    for (int i = 0; i < 8; i++)
        check_ended(fds[i]);
    coil_executor_close(pool); /* not in a task */
}

static int dial_host(const char *host, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK_EQ(inet_pton(AF_INET, host, &to.sin_addr), 1);
    CHECK_EQ(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

REAL_TEST(every_loop_listens_on_every_host)
{
    const char *const hosts[] = {"127.0.0.1", "127.0.0.2", NULL};
    struct coil_server_options options = {.hosts = hosts};
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = NULL;
    int on_loop[2] = {0};

    CHECK_EQ(coil_loop_pool_start_server(pool, answer, pool, NULL, 0, &options,
                                         &server), /* not in a task */
             0);
    for (int i = 0; i < MANY; i++) {
        int fd = dial_host(hosts[i % 2], coil_pool_server_port(server));

        on_loop[ask_loop(fd)]++;
        close(fd);
    }
    CHECK(on_loop[0] > 0 && on_loop[1] > 0);
    CHECK_EQ(coil_pool_server_close(server, LIMIT), 0); /* not in a task */
    coil_executor_close(pool);                          /* not in a task */
}

REAL_TEST(a_pool_has_nobody_to_start_a_server_that_is_only_bound)
{
    struct coil_server_options options = {.bind_only = true};
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = NULL;

    CHECK_EQ(coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", 0, &options,
                                         &server), /* not in a task */
             -EINVAL);
    CHECK_PTR(server, NULL);
    coil_executor_close(pool); /* not in a task */
}

REAL_TEST(a_port_in_use_is_found_to_be)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *first = start_server(pool), *second = NULL;
    uint16_t port = coil_pool_server_port(first);

    CHECK_EQ(coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", port, NULL,
                                         &second), /* not in a task */
             -EADDRINUSE);
    CHECK_PTR(second, NULL);
    CHECK_EQ(coil_pool_server_close(first, 0), 0); /* not in a task */
    CHECK_EQ(coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", port, NULL,
                                         &second), /* not in a task */
             0);
    CHECK_EQ(coil_pool_server_port(second), port);
    CHECK_EQ(coil_pool_server_close(second, 0), 0); /* not in a task */
    coil_executor_close(pool);                      /* not in a task */
}

REAL_TEST(a_host_with_several_addresses_has_one_port_on_all)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server;
    int fd;

    CHECK_EQ(
        coil_loop_pool_start_server(pool, answer, pool, NULL, 0, NULL, &server), /* not in a task */
        0);
    fd = dial(coil_pool_server_port(server));
    CHECK(fd >= 0);
    ask_loop(fd);
    close(fd);
    CHECK_EQ(coil_pool_server_close(server, LIMIT), 0); /* not in a task */
    coil_executor_close(pool);                          /* not in a task */
}

REAL_TEST(a_unix_socket_is_shared_by_all_loops)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server;
    int fds[MANY], served = 0;
    struct stat there;
    const char *path = kit_path("socket");

    CHECK_EQ(coil_loop_pool_start_unix_server(pool, answer, pool, path, NULL,
                                              &server), /* not in a task */
             0);
    CHECK_EQ(coil_pool_server_port(server), 0);
    for (int i = 0; i < MANY; i++)
        CHECK((fds[i] = dial_path(path)) >= 0);
    for (int i = 0; i < MANY; i++)
        served += ask_loop(fds[i]) < 2;
    CHECK_EQ(served, MANY);
    CHECK_EQ(coil_pool_server_clients(server, 0) + coil_pool_server_clients(server, 1), MANY);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    CHECK_EQ(coil_pool_server_close(server, LIMIT), 0); /* not in a task */
    CHECK_EQ(stat(path, &there), -1);
    coil_executor_close(pool); /* not in a task */
}

/* ---- from a task ---- */

static coil_async struct coil_result serve_once(void *pool)
{
    struct coil_pool_server *server;
    int err = coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", 0, NULL, &server);
    struct coil_stream *stream;
    char reply = '?';

    if (err == 0)
        err = coil_open_connection("127.0.0.1", coil_pool_server_port(server), &stream);
    if (err != 0)
        return coil_error(err);
    coil_stream_sendall(stream, "?", 1);
    coil_stream_read(stream, &reply, 1);
    coil_stream_unref(stream);
    return coil_number(10 * coil_pool_server_close(server, LIMIT) + (reply == '0' || reply == '1'));
}

REAL_TEST(a_task_of_any_loop_starts_and_closes_one)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);

    CHECK_EQ(coil_run(serve_once, pool).status, 1);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(finish(coil_executor_submit(pool, serve_once, pool)), 1);
    coil_executor_close(pool); /* not in a task */
}

static coil_async struct coil_result start_and_be_cancelled(void *pool)
{
    struct coil_pool_server *server = NULL;
    int err;

    coil_future_cancel(coil_current_task(), "before it could");
    err = coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", 0, NULL, &server);
    if (err == 0) /* it need not wait: the cancellation is for the next await */
        return coil_error(
            coil_pool_server_close(server, 0) == 0 && coil_yield() == -ECANCELED ? 0 : -EIO);
    return coil_error(err == -ECANCELED && server == NULL ? 0 : -EIO);
}

REAL_TEST(cancelled_while_it_starts_nothing_stays_open)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);

    CHECK_EQ(coil_run(start_and_be_cancelled, pool).status, 0);
    coil_executor_close(pool); /* not in a task */
}

struct close_late {
    struct coil_executor *pool;
    struct coil_pool_server *server;
    int64_t aborted;
    int next;
};

static coil_async struct coil_result close_cancelled(void *arg)
{
    struct close_late *close_late = arg;

    coil_future_cancel(coil_current_task(), "close goes on");
    close_late->aborted = coil_pool_server_close(close_late->server, 0);
    close_late->next = coil_yield();
    return coil_value(NULL);
}

REAL_TEST(a_close_that_is_cancelled_goes_on_to_the_end)
{
    struct close_late late = {.pool = open_pool(2, COIL_ROUND_ROBIN)};
    int fd;

    late.server = start_server(late.pool);
    fd = dial(coil_pool_server_port(late.server));
    ask_loop(fd);
    coil_run(close_cancelled, &late);
    CHECK_EQ(late.aborted, 1);
    CHECK_EQ(late.next, -ECANCELED); /* the next await hears of it */
    check_ended(fd);
    coil_executor_close(late.pool); /* not in a task */
}

/* ---- the pool's end ---- */

REAL_TEST(closed_after_its_pool_it_is_freed_all_the_same)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = start_server(pool);
    int fd = dial(coil_pool_server_port(server));

    ask_loop(fd);
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    check_ended(fd);
    coil_executor_close(pool);                      /* not in a task */
    CHECK_EQ(coil_pool_server_close(server, 0), 0); /* not in a task */
}

TEST(a_pool_that_is_shut_down_starts_none)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = NULL;

    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    CHECK_EQ(coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", 0, NULL,
                                         &server), /* not in a task */
             -COIL_ESTOPPED);
    coil_executor_close(pool);                    /* not in a task */
    CHECK_EQ(coil_pool_server_close(NULL, 0), 0); /* not in a task */
}

/* ---- simulated loops ---- */

static coil_async struct coil_result connect_here(void *arg)
{
    struct coil_pool_server *server = arg;
    struct coil_stream *stream;
    char reply = '?';
    int err;

    if (coil_pool_server_port(server) != 0)
        err = coil_open_connection("127.0.0.1", coil_pool_server_port(server), &stream);
    else
        err = coil_open_unix_connection("/run/pool", &stream);
    if (err != 0)
        return coil_error(err);
    coil_stream_sendall(stream, "?", 1);
    coil_stream_read(stream, &reply, 1);
    coil_stream_unref(stream);
    return coil_number(reply - '0');
}

static void check_each_serves_itself(struct coil_executor *pool, struct coil_pool_server *server)
{
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(finish(coil_run_coroutine_threadsafe(coil_loop_pool_loop(pool, i), connect_here,
                                                      server)),
                 i);
    CHECK_EQ(coil_pool_server_close(server, 0), 0); /* not in a task */
}

TEST(simulated_loops_listen_each_in_its_own_network)
{
    struct coil_loop_pool_options options = {.loops = 3, .loop = {.driver = "sim"}};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    struct coil_pool_server *server = NULL;

    CHECK_EQ(coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", 0, NULL,
                                         &server), /* not in a task */
             0);
    check_each_serves_itself(pool, server);
    CHECK_EQ(coil_loop_pool_start_unix_server(pool, answer, pool, "/run/pool", NULL,
                                              &server), /* not in a task */
             0);
    check_each_serves_itself(pool, server);
    coil_executor_close(pool); /* not in a task */
}

/* ---- misuse ---- */

static struct coil_pool_server *own;

static coil_async void close_own(struct coil_stream *client, void *unused)
{
    (void)client;
    (void)unused;
    coil_pool_server_close(own, 0);
}

FAIL_TEST(closed_by_its_own_client_it_would_wait_for_ever, "by one of the server's own clients")
{
    struct coil_executor *pool = open_pool(1, COIL_ROUND_ROBIN);

    CHECK_EQ(coil_loop_pool_start_server(pool, close_own, NULL, "127.0.0.1", 0, NULL,
                                         &own), /* not in a task */
             0);
    check_ended(dial(coil_pool_server_port(own)));
    pause();
}

/* ---- failures ---- */

TEST(whatever_fails_while_it_starts_nothing_stays_open)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);

    for (uint64_t k = 1; k < 80; k++) {
        struct coil_pool_server *server = NULL;
        int err;

        coil__fault_arm(k % 2 ? FAULT_SYS : FAULT_ALLOC, (k + 1) / 2, false);
        err = coil_loop_pool_start_server(pool, answer, pool, "127.0.0.1", 0, NULL,
                                          &server); /* not in a task */
        coil__fault_arm(FAULT_SYS, 0, false);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK((err == 0) == (server != NULL));
        coil_pool_server_close(server, 0); /* not in a task */
    }
    coil_executor_close(pool); /* not in a task */
}
