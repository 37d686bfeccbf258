/* No descriptors left, and other errors of a system in trouble: told, nothing leaked, and over when
 * the trouble is. */
#include <fcntl.h>
#include <sys/resource.h>

#include <coil/names.h>

#include "base/fault.h"
#include "loop/loop.h"
#include "unit/io/programs.h"
#include "unit/io/sockets.h"
#include "unit/io/streams.h"

/* --- no descriptors --- */

static struct coil_address somewhere; /* a listener */

static coil_async int64_t connects(void)
{
    struct coil_stream *stream;
    int err = coil_open_connection("127.0.0.1", coil_address_port(&somewhere), &stream);

    if (err == 0)
        coil_stream_unref(stream);
    return err;
}

static coil_async int64_t opens(void)
{
    int fd = coil_open("/tmp", O_RDONLY | O_DIRECTORY, 0);

    return fd < 0 ? fd : coil_close(fd);
}

static coil_async int64_t reads_file(void)
{
    char *data;
    size_t size;
    int err = coil_read_file("/tmp/coil-test-limit", &data, &size);

    if (err == 0)
        free(data);
    return err;
}

static coil_async int64_t writes_file(void)
{
    int err = coil_write_file("/tmp/coil-test-limit", "x", 1);

    return err == 0 ? coil_unlink("/tmp/coil-test-limit") : err;
}

static int64_t pipes(void)
{
    int fds[2], err = coil_pipe(fds);

    if (err == 0) {
        coil_close_soon(fds[0]);
        coil_close_soon(fds[1]);
    }
    return err;
}

static int64_t pairs(void)
{
    int fds[2], err = coil_sock_pair(AF_UNIX, SOCK_STREAM, fds);

    if (err == 0) {
        coil_close_soon(fds[0]);
        coil_close_soon(fds[1]);
    }
    return err;
}

static int64_t opens_endpoint(void)
{
    struct coil_address any = address_of("127.0.0.1:0");
    struct coil_datagram *endpoint = NULL;
    int err = coil_datagram_open(&any, NULL, NULL, &endpoint);

    coil_datagram_close(endpoint);
    return err;
}

static coil_async void echo(struct coil_stream *client, void *arg)
{
    char data[64];
    int64_t n;

    (void)arg;
    while ((n = coil_stream_read(client, data, sizeof(data))) > 0)
        coil_stream_write(client, data, (size_t)n);
}

static coil_async int64_t starts_server(void)
{
    struct coil_server *server = NULL;
    int err = coil_start_server(echo, NULL, "127.0.0.1", 0, &server);

    coil_server_unref(server);
    return err;
}

static coil_async int64_t starts_child(void)
{
    const struct coil_process_options piped = {.in = COIL_PIPE, .out = COIL_PIPE};
    const char *const command[] = {"/bin/true", NULL};
    struct coil_process *child = NULL;
    int err = coil_create_subprocess_exec(command, &piped, &child);

    return err == 0 ? run_to_end(child) : err;
}

/* The C library needs one for /etc/hosts, and has words of its own for it. */
static coil_async int64_t looks_up(void)
{
    struct addrinfo *found;
    int err = coil_getaddrinfo("localhost", "80", NULL, &found);

    if (err == 0)
        freeaddrinfo(found);
    return err;
}

static coil_async int64_t looks_up_literal(void)
{
    struct addrinfo *found;
    int err = coil_getaddrinfo("127.0.0.1", "80", NULL, &found);

    if (err == 0)
        freeaddrinfo(found);
    return err;
}

enum { ANY_ERROR = 1 };

static const struct {
    const char *name;
    int64_t (*fn)(void);
    int64_t without; /* what it says when there are no descriptors */
} needs[] = {
    {"open_connection", connects, -EMFILE},
    {"open", opens, -EMFILE},
    {"write_file", writes_file, -EMFILE},
    {"pipe", pipes, -EMFILE},
    {"sock_pair", pairs, -EMFILE},
    {"datagram_open", opens_endpoint, -EMFILE},
    {"start_server", starts_server, -EMFILE},
    {"create_subprocess_exec", starts_child, -EMFILE},
    {"getaddrinfo", looks_up, ANY_ERROR},
    {"getaddrinfo of a literal", looks_up_literal, 0},
};

#define NEEDS (sizeof(needs) / sizeof(needs[0]))

/* Takes every number of the world's, which may be simulated, and of the process; gives back how
 * many of each there are. */
static void use_up(int *world, size_t *n_world, int *real, size_t *n_real)
{
    struct rlimit tight;

    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &tight), 0);
    tight.rlim_cur = 96;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    *n_world = *n_real = 0;
    while ((real[*n_real] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        ++*n_real;
    while ((world[*n_world] = coil_sock_open(AF_INET, SOCK_STREAM, 0)) >= 0)
        ++*n_world;
}

static void give_back(const int *world, size_t n_world, const int *real, size_t n_real)
{
    while (n_world > 0)
        coil_close_soon(world[--n_world]);
    while (n_real > 0)
        close(real[--n_real]);
}

static coil_async void check_needs(bool without)
{
    for (size_t i = 0; i < NEEDS; i++) {
        int64_t status = needs[i].fn();
        int64_t expected = without ? needs[i].without : 0;

        if (expected == ANY_ERROR ? status > 0 || status == -ECANCELED : status != expected)
            FAIL("%s %s descriptors says %s", needs[i].name, without ? "without" : "with",
                 coil_strerror((int)status));
    }
}

DRIVER_LOOP_TEST(without_descriptors_everything_says_so_and_goes_on_when_there_are_some)
{
    int world[128], real[128], listener = listen_on("127.0.0.1:0", 20, &somewhere);
    int lowest = lowest_free(), before = count_descriptors();
    size_t n_world, n_real;

    need_pidfds();
    check_needs(false);
    for (int round = 0; round < 3; round++) {
        use_up(world, &n_world, real, &n_real);
        check_needs(true);
        give_back(world, n_world, real, n_real);
        check_needs(false);
    }
    CHECK_EQ(reads_file(), -ENOENT);
    CHECK_EQ(lowest_free(), lowest);
    CHECK_EQ(count_descriptors(), before);
    coil_close_soon(listener);
}

/* --- accept in trouble: the driver is asked through our own door --- */

static const struct driver_ops *usual;
static struct driver_ops troubled;
static int64_t trouble;
static int troubles;

static int64_t attempt_in_trouble(struct driver *driver, struct op *op)
{
    if (op->kind != OP_ACCEPT || troubles == 0)
        return usual->attempt(driver, op);
    troubles--;
    return trouble;
}

static void be_in_trouble(int64_t with, int how_often)
{
    struct driver *driver = coil_loop_current()->driver;

    if (usual == NULL)
        usual = driver->ops;
    troubled = *usual;
    troubled.attempt = attempt_in_trouble;
    driver->ops = &troubled;
    trouble = with;
    troubles = how_often;
}

static coil_async void check_served(struct coil_server *server)
{
    struct coil_stream *client;
    char data[4];

    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &client), 0);
    CHECK_EQ(coil_stream_write(client, "x", 1), 0);
    CHECK_EQ(coil_stream_read(client, data, sizeof(data)), 1);
    coil_stream_unref(client);
}

DRIVER_LOOP_TEST(a_connection_that_is_lost_before_it_is_accepted_does_not_end_a_server)
{
    static const int losses[] = {ECONNABORTED, EPROTO,      ENETDOWN,    EHOSTDOWN, ENONET,
                                 EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT, EPERM,     ETIMEDOUT};
    struct coil_server *server;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        be_in_trouble(-losses[i], 3);
        check_served(server); /* and behind it the trouble */
        CHECK_EQ(troubles, 0);
        check_served(server);
    }
    CHECK_EQ(heard_take(), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(any_other_trouble_is_told_and_waited_out)
{
    static const int others[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EIO, ENOSR};
    struct coil_server *server;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    for (size_t i = 0; i < (in_simulator() ? sizeof(others) / sizeof(others[0]) : 2); i++) {
        be_in_trouble(-others[i], 1);
        check_served(server);
        CHECK_EQ(heard_take(), 1);
        CHECK_HAS(heard.message, "trying again");
        check_served(server); /* within a second */
    }
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(without_memory_for_a_client_the_next_is_served)
{
    struct coil_server *server;
    struct coil_address at;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    CHECK_EQ(coil_server_address(server, 0, &at), 0);
    for (uint64_t k = 1; k < 16; k++) {
        int fds[3];

        for (int i = 0; i < 3; i++)
            fds[i] = coil_sock_open(AF_INET, SOCK_STREAM, 0);
        coil__fault_arm(FAULT_ALLOC, k, false);
        for (int i = 0; i < 3; i++)
            coil_sock_connect(fds[i], &at);
        let_run(5);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        for (int i = 0; i < 3; i++)
            coil_close_soon(fds[i]);
        check_served(server);
    }
    heard_take(); /* of some it was told */
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    coil_server_unref(server);
}

static void closes_its_server(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    (void)loop, (void)report;
    coil_server_close(arg);
    heard.count++;
}

DRIVER_LOOP_TEST(a_server_may_be_closed_by_who_is_told_of_its_trouble)
{
    struct coil_server *server;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    coil_loop_set_exception_handler(coil_loop_current(), closes_its_server, server);
    be_in_trouble(-EMFILE, 1);
    check_served(server);
    CHECK_EQ(heard_take(), 1);
    CHECK(!coil_server_serving(server));
    CHECK_EQ(coil_server_wait_closed(server), 0);
    coil_server_unref(server);
    if (in_simulator())
        CHECK_EQ(coil_sleep(COIL_MS(1100)), 0); /* nothing is tried again */
}
