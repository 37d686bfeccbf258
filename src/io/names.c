/* Names, by the C library's lookups in worker threads of their own. */
#include "io/names.h"

#include <stdio.h>

#include "io/op_wait.h"
#include "mach/sys_names.h"

#define HOST_MOST 1025 /* as NI_MAXHOST */
#define SERVICE_MOST 32

/* Counted by the driver: a cancelled caller leaves, the worker looks on. */
struct lookup {
    struct op_call call;
    int result;
};

/* Runs the block's function in its pool; `done` is the last place to look into the block. */
static coil_async int run_in_pool(struct lookup *lookup, struct op_wait *wait, const char *what)
{
    int err;

    lookup->call.pool = MACH_POOL_NAMES;
    wait->op.kind = OP_CALL;
    wait->op.call.block = &lookup->call;
    err = coil__op_wait(wait, what);
    return err != 0 ? err : (int)wait->op.result;
}

/* --- addresses of a name --- */

struct address_lookup {
    struct lookup lookup;
    struct addrinfo hints;
    struct addrinfo *found; /* freed with the block, unless taken */
    const char *host, *service;
    char text[]; /* both, copied */
};

struct address_wait {
    struct op_wait wait;
    struct addrinfo *found;
    int result;
};

static struct address_lookup *address_lookup_of(struct op_call *call)
{
    return container_of(call, struct address_lookup, lookup.call);
}

static void look_up_address(struct op_call *call)
{
    struct address_lookup *self = address_lookup_of(call);

    self->lookup.result =
        coil__sys_getaddrinfo(self->host, self->service, &self->hints, &self->found);
}

static void free_address_lookup(struct op_call *call)
{
    struct address_lookup *self = address_lookup_of(call);

    if (self->found != NULL)
        freeaddrinfo(self->found);
    mem_free(self);
}

static void take_addresses(struct op_wait *wait)
{
    struct address_wait *to = container_of(wait, struct address_wait, wait);
    struct address_lookup *self;

    if (wait->op.result < 0)
        return;
    self = address_lookup_of(wait->op.call.block);
    to->result = self->lookup.result;
    if (to->result == 0)
        to->found = self->found;
    self->found = NULL;
}

static const char *copy_text(char **at, const char *text)
{
    char *copy = *at;

    if (text == NULL)
        return NULL;
    *at = stpcpy(copy, text) + 1;
    return copy;
}

static struct address_lookup *address_lookup_new(const char *host, const char *service,
                                                 const struct addrinfo *hints)
{
    size_t room =
        (host != NULL ? strlen(host) + 1 : 0) + (service != NULL ? strlen(service) + 1 : 0);
    struct address_lookup *self = mem_zalloc(sizeof(*self) + room);
    char *at;

    if (self == NULL)
        return NULL;
    at = self->text;
    self->lookup.call.run = look_up_address;
    self->lookup.call.free = free_address_lookup;
    self->hints = *hints;
    self->host = copy_text(&at, host);
    self->service = copy_text(&at, service);
    return self;
}

static coil_async int look_up_in_thread(const char *host, const char *service,
                                        const struct addrinfo *hints, struct addrinfo **out)
{
    struct address_wait self = {.wait = {.done = take_addresses}};
    struct address_lookup *lookup;
    int err;

    if (loop_here("coil_getaddrinfo")->closing)
        return coil__op_never("getaddrinfo");
    lookup = address_lookup_new(host, service, hints);
    if (lookup == NULL)
        return -ENOMEM;
    err = run_in_pool(&lookup->lookup, &self.wait, "getaddrinfo");
    if (err == 0 && self.result == 0)
        *out = self.found;
    else if (self.found != NULL)
        freeaddrinfo(self.found); /* it came just as the caller was cancelled */
    return err != 0 ? err : self.result;
}

/* What needs neither a file nor the network: -EAGAIN if this does. */
static int look_up_here(const char *host, const char *service, const struct addrinfo *hints,
                        struct addrinfo **out)
{
    struct addrinfo literal = *hints;
    int err;

    if (service != NULL && strspn(service, "0123456789") != strlen(service))
        return -EAGAIN;
    literal.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
    err = coil__sys_getaddrinfo(host, service, &literal, out);
    return err == -COIL_EGAI(EAI_NONAME) && !(hints->ai_flags & AI_NUMERICHOST) ? -EAGAIN : err;
}

coil_async int coil_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                                struct addrinfo **out)
{
    static const struct addrinfo stream = {.ai_socktype = SOCK_STREAM};
    struct addrinfo asked = {.ai_flags = 0};
    struct addrinfo *found;
    int err;

    loop_here("coil_getaddrinfo");
    if (hints == NULL)
        hints = &stream;
    asked.ai_flags = hints->ai_flags; /* the rest has to be zero */
    asked.ai_family = hints->ai_family;
    asked.ai_socktype = hints->ai_socktype;
    asked.ai_protocol = hints->ai_protocol;
    err = look_up_here(host, service, &asked, &found);
    if (err == -EAGAIN)
        err = look_up_in_thread(host, service, &asked, &found);
    if (err == 0)
        *out = found;
    return err;
}

coil_async int coil__look_up(const char *host, uint16_t port, int family, int flags,
                             struct addrinfo **out)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    char service[8];
    int err;

    snprintf(service, sizeof(service), "%u", port);
    err = coil_getaddrinfo(host, service, &hints, out);
    if (err <= -COIL_EGAI_BASE)
        coil_raise(err, "cannot look up %s: %s", host, coil_strerror(err));
    return err;
}

/* --- the name of an address --- */

/* What is asked, and the answer. */
struct name_lookup {
    struct lookup lookup;
    struct coil_address address;
    int flags;
    size_t host_size, service_size;
    char host[HOST_MOST], service[SERVICE_MOST];
};

struct name_wait {
    struct op_wait wait;
    char *host, *service;
    int result;
};

static struct name_lookup *name_lookup_of(struct op_call *call)
{
    return container_of(call, struct name_lookup, lookup.call);
}

static void look_up_name(struct op_call *call)
{
    struct name_lookup *self = name_lookup_of(call);

    self->lookup.result = coil__sys_getnameinfo(
        &self->address.as.any, self->address.length, self->host_size > 0 ? self->host : NULL,
        self->host_size, self->service_size > 0 ? self->service : NULL, self->service_size,
        self->flags);
}

static void free_name_lookup(struct op_call *call)
{
    mem_free(name_lookup_of(call));
}

/* An answer that the system wrote has fitted into as much as the caller has. */
static void take_name(struct op_wait *wait)
{
    struct name_wait *to = container_of(wait, struct name_wait, wait);
    struct name_lookup *self;

    if (wait->op.result < 0)
        return;
    self = name_lookup_of(wait->op.call.block);
    to->result = self->lookup.result;
    if (to->result != 0)
        return;
    if (self->host_size > 0)
        strcpy(to->host, self->host);
    if (self->service_size > 0)
        strcpy(to->service, self->service);
}

static size_t at_most(const char *buffer, size_t size, size_t most)
{
    if (buffer == NULL)
        return 0;
    return size < most ? size : most;
}

static coil_async int name_in_thread(const struct coil_address *address, char *host,
                                     size_t host_size, char *service, size_t service_size,
                                     int flags)
{
    struct name_wait self = {.wait = {.done = take_name}, .host = host, .service = service};
    struct name_lookup *lookup;
    int err;

    if (loop_here("coil_getnameinfo")->closing)
        return coil__op_never("getnameinfo");
    lookup = mem_zalloc(sizeof(*lookup));
    if (lookup == NULL)
        return -ENOMEM;
    lookup->lookup.call.run = look_up_name;
    lookup->lookup.call.free = free_name_lookup;
    lookup->address = *address;
    lookup->flags = flags;
    lookup->host_size = at_most(host, host_size, HOST_MOST);
    lookup->service_size = at_most(service, service_size, SERVICE_MOST);
    err = run_in_pool(&lookup->lookup, &self.wait, "getnameinfo");
    return err != 0 ? err : self.result;
}

coil_async int coil_getnameinfo(const struct coil_address *address, char *host, size_t host_size,
                                char *service, size_t service_size, int flags)
{
    bool needs_host = host != NULL && !(flags & NI_NUMERICHOST);
    bool needs_service = service != NULL && !(flags & NI_NUMERICSERV);

    loop_here("coil_getnameinfo");
    if (needs_host || needs_service)
        return name_in_thread(address, host, host_size, service, service_size, flags);
    return coil__sys_getnameinfo(&address->as.any, address->length, host, host_size, service,
                                 service_size, flags);
}
