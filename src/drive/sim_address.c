/* Internet addresses and ports: which host we are, and who is bound where. */
#include <arpa/inet.h>
#include <errno.h>

#include "drive/sim_net.h"

#define FIRST_PORT 32768
#define LAST_PORT 60999

static uint32_t v4_of(const struct sim_ip *ip)
{
    return (uint32_t)ip->host.s6_addr[12] << 24 | (uint32_t)ip->host.s6_addr[13] << 16 |
           (uint32_t)ip->host.s6_addr[14] << 8 | ip->host.s6_addr[15];
}

static bool is_v4(const struct sim_ip *ip)
{
    return IN6_IS_ADDR_V4MAPPED(&ip->host);
}

static void set_v4(struct sim_ip *ip, uint32_t host)
{
    ip->host = (struct in6_addr){0};
    ip->host.s6_addr[10] = ip->host.s6_addr[11] = 0xff;
    for (int i = 0; i < 4; i++)
        ip->host.s6_addr[12 + i] = (uint8_t)(host >> (24 - 8 * i));
}

static bool same_host(const struct sim_ip *a, const struct sim_ip *b)
{
    return IN6_ARE_ADDR_EQUAL(&a->host, &b->host);
}

int coil__sim_ip_parse(const struct sim_socket *socket, const struct sockaddr *address,
                       uint32_t length, struct sim_ip *out)
{
    struct sockaddr_in6 v6;
    struct sockaddr_in v4;

    if (length < sizeof(sa_family_t))
        return -EINVAL;
    if (socket->family == AF_INET && length < sizeof(v4))
        return -EINVAL;
    if (address->sa_family == AF_INET && length >= sizeof(v4)) {
        if (socket->family != AF_INET)
            return -EAFNOSUPPORT;
        memcpy(&v4, address, sizeof(v4));
        set_v4(out, ntohl(v4.sin_addr.s_addr));
        out->port = ntohs(v4.sin_port);
        return 0;
    }
    if (socket->family != address->sa_family)
        return -EAFNOSUPPORT;
    if (length < offsetof(struct sockaddr_in6, sin6_scope_id))
        return -EINVAL;
    memcpy(&v6, address, offsetof(struct sockaddr_in6, sin6_scope_id));
    out->host = v6.sin6_addr;
    out->port = ntohs(v6.sin6_port);
    return 0;
}

void coil__sim_ip_tell(const struct sim_socket *socket, const struct sim_ip *ip,
                       struct sockaddr *address, uint32_t *length)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(ip->port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(ip->port)};
    bool old = socket->family == AF_INET;
    uint32_t full = old ? sizeof(v4) : sizeof(v6);

    v6.sin6_addr = ip->host;
    if (is_v4(ip))
        v4.sin_addr.s_addr = htonl(v4_of(ip));
    memcpy(address, old ? (void *)&v4 : (void *)&v6, *length < full ? *length : full);
    *length = full;
}

bool coil__sim_ip_any(const struct sim_ip *ip)
{
    return IN6_IS_ADDR_UNSPECIFIED(&ip->host) || (is_v4(ip) && v4_of(ip) == 0);
}

void coil__sim_ip_aim(struct sim_ip *ip)
{
    if (!coil__sim_ip_any(ip))
        return;
    if (is_v4(ip))
        set_v4(ip, INADDR_LOOPBACK);
    else
        ip->host = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
}

/* We are 127/8, 10/8 and ::1. The networks reserved for documentation swallow everything. */
enum sim_route coil__sim_route(const struct sim_ip *ip)
{
    uint32_t v4 = v4_of(ip);

    if (coil__sim_ip_any(ip) || IN6_IS_ADDR_LOOPBACK(&ip->host))
        return SIM_HERE;
    if (!is_v4(ip))
        return ip->host.s6_addr[0] == 0x20 && ip->host.s6_addr[1] == 0x01 &&
                       ip->host.s6_addr[2] == 0x0d && ip->host.s6_addr[3] == 0xb8
                   ? SIM_BLACKHOLE
                   : SIM_NOWHERE;
    if (v4 >> 24 == 127 || v4 >> 24 == 10)
        return SIM_HERE;
    if (v4 == INADDR_BROADCAST)
        return SIM_BROADCAST;
    if (v4 >> 8 == 0xc00002 || v4 >> 8 == 0xc63364 || v4 >> 8 == 0xcb0071)
        return SIM_BLACKHOLE;
    return SIM_NOWHERE;
}

/* --- ports --- */

static struct sim_socket *placed(struct coil_link *at)
{
    return container_of(at, struct sim_socket, place);
}

/* Whether datagrams or connections to one could go to the other. */
static bool overlap(const struct sim_socket *a, const struct sim_ip *ip, bool b_v6, bool b_v6_only)
{
    bool a_any = coil__sim_ip_any(&a->local);
    bool b_any = coil__sim_ip_any(ip);
    bool a_v6 = !is_v4(&a->local);

    if (same_host(&a->local, ip))
        return true;
    if (a_v6 == b_v6)
        return a_any || b_any;
    if (a_v6)
        return a_any && !a->v6_only;
    return b_any && !b_v6_only;
}

static bool may_share(const struct sim_socket *a, const struct sim_socket *b)
{
    if (a->reuse_port && b->reuse_port)
        return true;
    if (!a->reuse_address || !b->reuse_address)
        return false;
    return a->type == SOCK_DGRAM || (a->state != SIM_LISTENING && b->state != SIM_LISTENING);
}

static bool taken_in(struct coil_link *row, const struct sim_socket *socket,
                     const struct sim_ip *ip)
{
    struct coil_link *at;

    list_each (at, row) {
        const struct sim_socket *other = placed(at);

        if (other != socket && other->local.port == ip->port && other->type == socket->type &&
            overlap(other, ip, !is_v4(ip), socket->v6_only) && !may_share(other, socket))
            return true;
    }
    return false;
}

static bool taken(struct sim_driver *self, const struct sim_socket *socket, const struct sim_ip *ip)
{
    return taken_in(&self->ports[ip->port % SIM_PORT_ROWS], socket, ip) ||
           taken_in(&self->accepted[ip->port % SIM_PORT_ROWS], socket, ip);
}

static int choose_port(struct sim_driver *self, const struct sim_socket *socket, struct sim_ip *ip)
{
    struct sim_socket strict = {.type = socket->type, .v6_only = socket->v6_only};

    for (int i = FIRST_PORT; i <= LAST_PORT; i++) {
        ip->port = self->next_port;
        self->next_port =
            self->next_port == LAST_PORT ? FIRST_PORT : (uint16_t)(self->next_port + 1);
        if (!taken(self, &strict, ip))
            return 0;
    }
    return -EADDRINUSE;
}

void coil__sim_ip_place(struct sim_driver *self, struct sim_socket *socket)
{
    list_append(&self->accepted[socket->local.port % SIM_PORT_ROWS], &socket->place);
}

int coil__sim_ip_bind(struct sim_driver *self, struct sim_socket *socket, const struct sim_ip *ip)
{
    struct sim_ip wanted = *ip;
    int err;

    if (socket->local.port)
        return -EINVAL;
    if (coil__sim_route(ip) != SIM_HERE || (socket->v6_only && is_v4(ip)))
        return -EADDRNOTAVAIL;
    err = wanted.port ? 0 : choose_port(self, socket, &wanted);
    if (err)
        return err;
    if (ip->port && taken(self, socket, ip))
        return -EADDRINUSE;
    socket->local = wanted;
    list_append(&self->ports[wanted.port % SIM_PORT_ROWS], &socket->place);
    return 0;
}

/* Of those that are bound to one port the first to listen has it. */
int coil__sim_ip_may_listen(struct sim_driver *self, const struct sim_socket *socket)
{
    return taken(self, socket, &socket->local) ? -EADDRINUSE : 0;
}

struct sim_ip coil__sim_ip_near(const struct sim_ip *to)
{
    struct sim_ip near = *to;

    if (is_v4(to) && v4_of(to) >> 24 == 127)
        set_v4(&near, INADDR_LOOPBACK);
    else if (is_v4(to) && coil__sim_route(to) != SIM_HERE)
        set_v4(&near, 10u << 24 | 1);
    near.port = 0;
    return near;
}

int coil__sim_ip_bind_any(struct sim_driver *self, struct sim_socket *socket)
{
    struct sim_ip any = {.host = IN6ADDR_ANY_INIT};

    if (socket->family == AF_INET)
        set_v4(&any, INADDR_ANY);
    return coil__sim_ip_bind(self, socket, &any);
}

int coil__sim_ip_source(struct sim_driver *self, struct sim_socket *socket, const struct sim_ip *to)
{
    struct sim_ip from = coil__sim_ip_near(to);

    if (socket->local.port == 0)
        return coil__sim_ip_bind(self, socket, &from) ? -EADDRNOTAVAIL : 0;
    if (coil__sim_ip_any(&socket->local))
        socket->local.host = from.host;
    return 0;
}

/* How well a socket fits; 0: not at all. */
static int fit(const struct sim_socket *socket, const struct sim_ip *ip, const struct sim_ip *from)
{
    bool exact = same_host(&socket->local, ip);

    if (socket->type == SOCK_STREAM && socket->state != SIM_LISTENING)
        return 0;
    if (socket->local.port != ip->port || !overlap(socket, ip, !is_v4(ip), true))
        return 0;
    if (socket->state == SIM_CONNECTED) {
        if (from == NULL || socket->remote.port != from->port || !same_host(&socket->remote, from))
            return 0;
        return 3;
    }
    return exact ? 2 : 1;
}

/* Among equals (SO_REUSEPORT), the sender's port decides, as a hash does in the kernel. */
struct sim_socket *coil__sim_ip_find(struct sim_driver *self, int type, const struct sim_ip *ip,
                                     const struct sim_ip *from)
{
    struct coil_link *row = &self->ports[ip->port % SIM_PORT_ROWS];
    struct sim_socket *best = NULL;
    struct coil_link *at;
    int best_fit = 0;
    unsigned equals = 0;

    list_each (at, row) {
        struct sim_socket *socket = placed(at);
        int now = socket->type == type ? fit(socket, ip, from) : 0;

        if (now == 0 || now < best_fit)
            continue;
        equals = now > best_fit ? 1 : equals + 1;
        if (now > best_fit || from->port % equals == 0)
            best = socket;
        best_fit = now;
    }
    return best;
}
