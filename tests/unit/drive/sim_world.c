#include "sim_world.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdio.h>

#include "base/alloc.h"

void sim_open(struct world *world, uint64_t seed)
{
    setenv("COIL_DRIVER", "sim", 1);
    world_open(world, seed);
}

int wait_alone(struct world *world, int64_t deadline_ns)
{
    int err;

    world->waiting = true;
    err = world->driver->ops->wait(world->driver, deadline_ns, true);
    world->waiting = false;
    return err;
}

struct sockaddr_storage ip(const char *host, int port)
{
    struct sockaddr_storage out = {.ss_family = AF_INET};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out;

    v4->sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1)
        return out;
    out.ss_family = AF_INET6;
    CHECK_EQ(inet_pton(AF_INET6, host, &v6->sin6_addr), 1);
    return out;
}

uint32_t ip_length(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

int ip_port(const struct sockaddr_storage *address)
{
    return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

int bind_ip(struct world *world, int fd, const char *host, int port)
{
    struct sockaddr_storage address = ip(host, port);

    return ASK(world, bind, fd, (struct sockaddr *)&address, ip_length(&address));
}

int listen_ip(struct world *world, const char *host, int backlog, int *port)
{
    struct sockaddr_storage address = ip(host, 0);
    int fd = make_socket(world, address.ss_family, SOCK_STREAM);

    CHECK_EQ(bind_ip(world, fd, host, 0), 0);
    CHECK_EQ(ASK(world, listen, fd, backlog), 0);
    address = name_of(world, fd, false);
    *port = ip_port(&address);
    return fd;
}

int connect_ip(struct world *world, int fd, const char *host, int port)
{
    struct sockaddr_storage address = ip(host, port);

    return (int)do_connect(world, fd, &address, ip_length(&address));
}

struct sockaddr_storage name_of(struct world *world, int fd, bool peer)
{
    struct sockaddr_storage address = {0};
    uint32_t length = sizeof(address);

    CHECK_EQ(ASK(world, name, fd, peer, (struct sockaddr *)&address, &length), 0);
    return address;
}

int set_int(struct world *world, int fd, int level, int name, int value)
{
    return ASK(world, set_option, fd, level, name, &value, sizeof(value));
}

int get_int(struct world *world, int fd, int level, int name)
{
    int value = -1;
    uint32_t length = sizeof(value);
    int err = ASK(world, get_option, fd, level, name, &value, &length);

    return err ? err : value;
}

uint32_t poll_now(struct world *world, int fd, uint32_t events)
{
    struct probe probe;
    int64_t result;

    probe_poll(&probe, world, fd, events);
    settle(world);
    if (!probe.done) {
        probe_cancel(&probe);
        CHECK_EQ(world_finish(world, &probe), -ECANCELED);
        return 0;
    }
    result = probe.op.result;
    CHECK(result > 0);
    return (uint32_t)result;
}

int64_t send_to(struct world *world, int fd, const char *host, int port, const char *text)
{
    struct sockaddr_storage address = ip(host ? host : "0.0.0.0", port);
    struct iovec part = {(void *)(uintptr_t)text, strlen(text)};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_SENDMSG, fd);

    if (host) {
        header.msg_name = &address;
        header.msg_namelen = ip_length(&address);
    }
    op->message.header = &header;
    op->message.flags = 0;
    return probe_run(&probe);
}

int64_t receive_from(struct world *world, int fd, char *data, size_t size,
                     struct sockaddr_storage *from, int flags)
{
    struct iovec part = {data, size};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = from};
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_RECVMSG, fd);
    int64_t result;

    header.msg_namelen = from ? sizeof(*from) : 0;
    op->message.header = &header;
    op->message.flags = flags;
    result = probe_run(&probe);
    if (result >= 0 && (size_t)result < size)
        data[result] = '\0';
    return result;
}

int64_t try_data(struct world *world, enum op_kind kind, int fd, void *data, size_t size)
{
    struct probe probe;

    probe_data(&probe, world, kind, fd, data, size);
    settle(world);
    if (probe.done)
        return probe.op.result;
    probe_cancel(&probe);
    world_finish(world, &probe);
    return probe.op.result == -ECANCELED ? -EAGAIN : probe.op.result;
}

/* --- files --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int64_t do_list(struct world *world, const char *path, char *text)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_LIST, -1);
    char *names[50];
    char *block = NULL;
    int64_t count;

    *text = '\0';
    op->list.path = path;
    op->list.names = &block;
    count = probe_run(&probe);
    if (count < 0)
        return count;
    CHECK(count <= 50);
    for (int64_t i = 0; i < count; i++)
        names[i] = i ? names[i - 1] + strlen(names[i - 1]) + 1 : block;
    qsort(names, (size_t)count, sizeof(*names), by_name);
    for (int64_t i = 0; i < count; i++) {
        CHECK(strlen(text) + strlen(names[i]) + 2 < 400);
        strcat(text, names[i]);
        strcat(text, " ");
    }
    mem_free(block);
    return count;
}

void put_file(struct world *world, const char *path, const char *text)
{
    int fd = (int)do_open(world, path, O_WRONLY | O_CREAT | O_TRUNC);

    CHECK(fd >= 0);
    CHECK_EQ(write_all(world, fd, text, strlen(text)), strlen(text));
    world_shut(world, fd);
}

void check_file(struct world *world, const char *path, const char *text)
{
    char data[1000];
    int fd = (int)do_open(world, path, O_RDONLY);
    size_t size;

    CHECK(fd >= 0);
    size = read_all(world, fd, data, sizeof(data) - 1);
    data[size] = '\0';
    CHECK_STR(data, text);
    world_shut(world, fd);
}

void folder_open(struct folder *folder)
{
    strcpy(folder->path, kit_path("sim-XXXXXX"));
    CHECK(mkdtemp(folder->path) != NULL);
}

const char *in(struct folder *folder, const char *name)
{
    snprintf(folder->text, sizeof(folder->text), "%s/%s", folder->path, name);
    return folder->text;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void folder_close(struct folder *folder)
{
    CHECK_EQ(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}
