/* Loops that accept from one Unix socket, and pass connections on to each other. */
#include "base/fault.h"
#include "clients.h"
#include "pools.h"

enum { LOOPS = 4, MANY = 64 };

static const char *path;

static struct coil_pool_server *start_server(struct coil_executor *pool,
                                             const struct coil_server_options *options)
{
    struct coil_pool_server *server;

    path = kit_path("socket");
    /* not in a task */
    CHECK_EQ(coil_loop_pool_start_unix_server(pool, answer, pool, path, options, &server), 0);
    return server;
}

static void end(struct coil_executor *pool, struct coil_pool_server *server)
{
    CHECK_EQ(coil_pool_server_close(server, LIMIT), 0); /* not in a task */
    coil_executor_close(pool);                          /* not in a task */
}

REAL_TEST(every_loop_gets_as_many_clients)
{
    struct coil_executor *pool = open_pool(LOOPS, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = start_server(pool, NULL);
    int fds[MANY], on_loop[LOOPS] = {0};

    for (int i = 0; i < MANY; i++) {
        CHECK((fds[i] = dial_path(path)) >= 0);
        on_loop[ask_loop(fds[i])]++;
    }
    for (unsigned i = 0; i < LOOPS; i++) {
        CHECK_EQ(on_loop[i], MANY / LOOPS);
        CHECK_EQ(coil_pool_server_clients(server, i), MANY / LOOPS);
    }
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    end(pool, server);
}

REAL_TEST(who_has_lost_clients_gets_the_next)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = start_server(pool, NULL);
    int fds[8], loops[8], left = 0;

    for (int i = 0; i < 8; i++) {
        CHECK((fds[i] = dial_path(path)) >= 0);
        loops[i] = ask_loop(fds[i]);
    }
    for (int i = 0; i < 8; i++)
        if (loops[i] == 0)
            close(fds[i]);
    while (coil_pool_server_clients(server, 0) > 0)
        usleep(100);
    for (int i = 0; i < 8; i++) {
        if (loops[i] != 0)
            continue;
        CHECK((fds[i] = dial_path(path)) >= 0);
        CHECK_EQ(ask_loop(fds[i]), 0);
        left++;
    }
    CHECK_EQ(left, 4);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    end(pool, server);
}

/* But for what another loop is just passing on. */
REAL_TEST(nobody_gets_more_than_it_may_have)
{
    const struct coil_server_options options = {.most = 2};
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_pool_server *server = start_server(pool, &options);
    int fds[MANY];

    for (int i = 0; i < MANY; i++) /* the others wait, or are served when these have gone */
        CHECK((fds[i] = dial_path(path)) >= 0);
    for (int i = 0; i < MANY; i++) {
        for (unsigned k = 0; k < 2; k++)
            CHECK(coil_pool_server_clients(server, k) <= options.most + 1);
        close(fds[i]);
    }
    end(pool, server);
}

/* A loop that is full takes nobody from the queue whom another could serve. */
REAL_TEST(full_loop_leaves_clients_to_others)
{
    const struct coil_server_options options = {.most = 1};

    for (int again = 0; again < 20; again++) {
        struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
        struct coil_pool_server *server = start_server(pool, &options);
        int fds[2];

        for (int i = 0; i < 2; i++) {
            CHECK((fds[i] = dial_path(path)) >= 0);
            ask_loop(fds[i]); /* which answers */
        }
        for (int i = 0; i < 2; i++)
            close(fds[i]);
        end(pool, server);
    }
}

static bool stop_dialling;

static void *dial_on(void *number)
{
    int fd;

    while (!__atomic_load_n(&stop_dialling, __ATOMIC_SEQ_CST) && (fd = dial_path(path)) >= 0) {
        close(fd);
        __atomic_add_fetch((int *)number, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

/* Those on their way, too: their descriptors are not left open, which the kit looks at. */
REAL_TEST(server_closes_while_connections_come)
{
    struct coil_executor *pool = open_pool(LOOPS, COIL_ROUND_ROBIN);

    for (int again = 0; again < 10; again++) {
        struct coil_pool_server *server = start_server(pool, NULL);
        pthread_t thread;
        int number = 0;

        stop_dialling = false;
        CHECK_EQ(pthread_create(&thread, NULL, dial_on, &number), 0);
        while (__atomic_load_n(&number, __ATOMIC_SEQ_CST) < 20)
            usleep(100);
        coil_pool_server_close(server, 0); /* not in a task */
        __atomic_store_n(&stop_dialling, true, __ATOMIC_SEQ_CST);
        CHECK_EQ(pthread_join(thread, NULL), 0);
    }
    coil_executor_close(pool); /* not in a task */
}
