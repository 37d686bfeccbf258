/* Connections to hosts and paths: names looked up, addresses raced (asyncio: create_connection). */
#include <netinet/tcp.h>
#include <stdio.h>

#include <coil/sock.h>
#include <coil/stream.h>

#include "io/address.h"
#include "io/names.h"
#include "io/race.h"
#include "io/world.h"

#define DELAY_NS COIL_MS(250) /* what RFC 8305 advises */
#define ENTRY 160             /* an IP address with its error, in words */

/* Who is to be connected to. */
struct target {
    const char *host;
    uint16_t port;
    size_t count;
    int *errors;
    struct coil_address *list;
};

static void forget_target(struct target *target)
{
    mem_free(target->list);
    mem_free(target->errors);
}

/* The next that is not taken: of another family than the last, if there is one. */
static const struct addrinfo *next_address(const struct addrinfo *found, const bool *taken,
                                           int last_family, size_t *index)
{
    const struct addrinfo *any = NULL;
    size_t i = 0;

    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next, i++) {
        if (taken[i] || (any != NULL && at->ai_family == last_family))
            continue;
        if (any == NULL || at->ai_family != last_family) {
            any = at;
            *index = i;
        }
        if (at->ai_family != last_family)
            break;
    }
    return any;
}

/* The families take turns, in the order in which the system gave the addresses. */
static void interleave(struct target *target, const struct addrinfo *found, bool *taken)
{
    int family = AF_UNSPEC;

    for (size_t i = 0; i < target->count; i++) {
        size_t index = 0;
        const struct addrinfo *at = next_address(found, taken, family, &index);

        taken[index] = true;
        family = at->ai_family;
        address_take(&target->list[i], at);
    }
}

static int list_addresses(struct target *target, const struct addrinfo *found)
{
    bool *taken;

    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
        target->count++;
    target->list = mem_alloc(target->count * sizeof(*target->list));
    target->errors = mem_zalloc(target->count * sizeof(*target->errors));
    taken = mem_zalloc(target->count * sizeof(*taken));
    if (target->list != NULL && target->errors != NULL && taken != NULL)
        interleave(target, found, taken);
    else
        target->count = 0;
    mem_free(taken);
    return target->count > 0 ? 0 : -ENOMEM;
}

static coil_async int look_up(struct target *target, int family)
{
    struct addrinfo *found;
    int err = coil__look_up(target->host, target->port, family, 0, &found);

    if (err != 0)
        return err;
    err = list_addresses(target, found);
    freeaddrinfo(found);
    return err;
}

static void write_entry(char *text, const struct target *target, size_t index)
{
    char address[COIL_ADDRESS_TEXT];

    coil_address_format(&target->list[index], address, sizeof(address));
    snprintf(text, ENTRY, "%.70s: %.80s", address, coil_strerror(target->errors[index]));
}

static struct coil_exception *group_of(const struct target *target, int err, char *text,
                                       struct coil_exception **below)
{
    char *at = text + sprintf(text, "cannot connect to %s port %u",
                              target->host != NULL ? target->host : "this machine", target->port);
    size_t count = 0;

    for (size_t i = 0; i < target->count; i++) {
        char entry[ENTRY];

        write_entry(entry, target, i);
        at += sprintf(at, "%s%s", i == 0 ? ": " : "; ", entry);
        below[count] = coil__exception_text(target->errors[i], NULL, entry);
        count += below[count] != NULL;
    }
    return coil__exception_group(err, COIL_PLACE("raise"), text, below, count);
}

/* All addresses and their errors, as one exception; without memory the code has to do. */
static int raise_all(const struct target *target, int err)
{
    size_t length = target->host != NULL ? strlen(target->host) : 0;
    char *text = mem_alloc(length + 64 + target->count * (ENTRY + 2));
    struct coil_exception **below = mem_alloc(target->count * sizeof(struct coil_exception *));
    struct coil_exception **slot = coil__raised_slot();

    if (text != NULL && below != NULL) {
        exception_unref(*slot);
        *slot = group_of(target, err, text, below);
    }
    mem_free(text);
    mem_free(below);
    return err;
}

/* The family to ask for; -EINVAL: two are wanted. */
static int family_of(const struct coil_connection_options *options)
{
    int family = options->family;

    if (options->local == NULL || options->local->as.any.sa_family == family)
        return family;
    return family == AF_UNSPEC ? options->local->as.any.sa_family : -EINVAL;
}

/* A connected socket, or the error. */
static coil_async int connect_host(const char *host, uint16_t port,
                                   const struct coil_connection_options *options)
{
    struct race_options how = {.local = options->local, .delay_ns = options->delay_ns};
    struct target target = {.host = host, .port = port};
    int family = family_of(options);
    int err = family < 0 ? family : look_up(&target, family);
    int fd = err;

    if (how.delay_ns == 0)
        how.delay_ns = DELAY_NS;
    if (err == 0) {
        fd = coil__connect_race(target.list, target.count, &how, target.errors);
        if (fd < 0 && fd != -ECANCELED && fd != -ENOMEM)
            raise_all(&target, fd);
    }
    forget_target(&target);
    if (fd >= 0)
        coil_sock_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    return fd;
}

coil_async int coil_open_connection_with(const char *host, uint16_t port,
                                         const struct coil_connection_options *options,
                                         struct coil_stream **out)
{
    static const struct coil_connection_options by_default = {.family = AF_UNSPEC};
    int fd;

    if (options == NULL)
        options = &by_default;
    fd = connect_host(host, port, options);
    return fd < 0 ? fd : coil_stream_open(fd, &options->stream, out);
}

/* A connected socket, or the error. */
static coil_async int connect_path(const char *path)
{
    struct race_options how = {.delay_ns = -1};
    struct coil_address address;
    int error = 0, err = coil__address_unix(path, &address);

    return err != 0 ? err : coil__connect_race(&address, 1, &how, &error);
}

coil_async int coil_open_unix_connection_with(const char *path,
                                              const struct coil_stream_options *options,
                                              struct coil_stream **out)
{
    int fd = connect_path(path);

    if (fd >= 0)
        return coil_stream_open(fd, options, out);
    if (fd != -ECANCELED)
        coil_raise(fd, "cannot connect to unix:%s: %s", path, coil_strerror(fd));
    return fd;
}
