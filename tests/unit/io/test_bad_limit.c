/* No descriptors left: told, nothing leaked, and over when there are some again. */
#include <fcntl.h>
#include <sys/resource.h>

#include <coil/names.h>

#include "unit/io/programs.h"
#include "unit/io/servers.h"
#include "unit/io/sockets.h"

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
    int err = coil_read_file(kit_path("file"), &data, &size);

    if (err == 0)
        free(data);
    return err;
}

static coil_async int64_t writes_file(void)
{
    int err = coil_write_file(kit_path("file"), "x", 1);

    return err == 0 ? coil_unlink(kit_path("file")) : err;
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
    int lowest = lowest_free(), before = kit_count_descriptors();
    size_t n_world, n_real;

    need_all_descriptors();
    check_needs(false);
    for (int round = 0; round < 3; round++) {
        use_up(world, &n_world, real, &n_real);
        check_needs(true);
        give_back(world, n_world, real, n_real);
        check_needs(false);
    }
    CHECK_EQ(reads_file(), -ENOENT);
    CHECK_EQ(lowest_free(), lowest);
    CHECK_EQ(kit_count_descriptors(), before);
    coil_close_soon(listener);
}
