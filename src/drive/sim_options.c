/* Options of sockets: those that mean something here, and those that are stored and read back. */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/alloc.h"
#include "drive/sim_net.h"

#define LARGEST_VALUE 64
#define SMALLEST_BUFFER 2304
#define LARGEST_BUFFER (4 << 20)

struct option {
    struct coil_link link;
    int level;
    int name;
    uint32_t length;
    uint8_t value[LARGEST_VALUE];
};

static struct option *find(struct sim_socket *socket, int level, int name)
{
    struct coil_link *at;

    list_each (at, &socket->options) {
        struct option *option = container_of(at, struct option, link);

        if (option->level == level && option->name == name)
            return option;
    }
    return NULL;
}

static int store(struct sim_socket *socket, int level, int name, const void *value, uint32_t length)
{
    struct option *option = find(socket, level, name);

    if (length > LARGEST_VALUE)
        return -EINVAL;
    if (option == NULL) {
        option = mem_zalloc(sizeof(*option));
        if (option == NULL)
            return -ENOMEM;
        option->level = level;
        option->name = name;
        list_append(&socket->options, &option->link);
    }
    memcpy(option->value, value, length);
    option->length = length;
    return 0;
}

void coil__sim_options_fini(struct sim_socket *socket)
{
    struct coil_link *link;

    while ((link = list_pop(&socket->options)) != NULL)
        mem_free(container_of(link, struct option, link));
}

/* What a listener was told holds for what it accepts. No memory: the defaults. */
void coil__sim_options_copy(struct sim_socket *to, const struct sim_socket *from)
{
    struct coil_link *at;

    to->reuse_address = from->reuse_address;
    to->reuse_port = from->reuse_port;
    to->v6_only = from->v6_only;
    to->linger_none = from->linger_none;
    to->send_bytes = from->send_bytes;
    to->receive_bytes = from->receive_bytes;
    list_each (at, &from->options) {
        const struct option *option = container_of(at, struct option, link);

        store(to, option->level, option->name, option->value, option->length);
    }
}

/* The kernel doubles what is asked for, and so do we. */
static int buffer_size(int wanted)
{
    if (wanted < 0 || wanted > LARGEST_BUFFER / 2)
        wanted = LARGEST_BUFFER / 2;
    return wanted * 2 < SMALLEST_BUFFER ? SMALLEST_BUFFER : wanted * 2;
}

static bool read_only(int name)
{
    return name == SO_ERROR || name == SO_TYPE || name == SO_DOMAIN || name == SO_PROTOCOL ||
           name == SO_ACCEPTCONN || name == SO_PEERCRED;
}

static int set_linger(struct sim_socket *socket, const void *value, uint32_t length)
{
    struct linger linger;

    if (length < sizeof(linger))
        return -EINVAL;
    memcpy(&linger, value, sizeof(linger));
    socket->linger_none = socket->family != AF_UNIX && linger.l_onoff && linger.l_linger == 0;
    return store(socket, SOL_SOCKET, SO_LINGER, value, sizeof(linger));
}

static int set_at_socket(struct sim_driver *self, struct sim_socket *socket, int name,
                         const void *value, uint32_t length)
{
    int number, truth;

    if (length < sizeof(number))
        return -EINVAL;
    memcpy(&number, value, sizeof(number));
    truth = number != 0;
    switch (name) {
    case SO_REUSEADDR: socket->reuse_address = truth; return 0;
    case SO_REUSEPORT: socket->reuse_port = truth; return 0;
    case SO_BROADCAST: socket->broadcast = truth; return 0;
    case SO_LINGER: return set_linger(socket, value, length);
    case SO_RCVBUF: socket->receive_bytes = buffer_size(number); return 0;
    case SO_SNDBUF:
        socket->send_bytes = buffer_size(number);
        coil__sim_thing_stir(self, &socket->thing);
        return 0;
    case SO_KEEPALIVE:
    case SO_OOBINLINE:
    case SO_TIMESTAMP:
    case SO_PASSCRED: return store(socket, SOL_SOCKET, name, &truth, sizeof(truth));
    default: return read_only(name) ? -ENOPROTOOPT : store(socket, SOL_SOCKET, name, value, length);
    }
}

/* Whether a socket of that kind knows options of the level. */
static int check_level(const struct sim_socket *socket, int level)
{
    bool internet = socket->family != AF_UNIX;

    if (level == SOL_SOCKET)
        return 0;
    if (!internet)
        return -EOPNOTSUPP;
    if (level == IPPROTO_TCP)
        return socket->type == SOCK_STREAM ? 0 : -ENOPROTOOPT;
    if (level == IPPROTO_IPV6)
        return socket->family == AF_INET6 ? 0 : -ENOPROTOOPT;
    return level == IPPROTO_IP || level == IPPROTO_UDP ? 0 : -ENOPROTOOPT;
}

static int set_v6_only(struct sim_socket *socket, const void *value, uint32_t length)
{
    int number;

    if (length < sizeof(number) || socket->local.port)
        return -EINVAL;
    memcpy(&number, value, sizeof(number));
    socket->v6_only = number != 0;
    return 0;
}

int coil__sim_set_option(struct sim_driver *self, int fd, int level, int name, const void *value,
                         uint32_t length)
{
    int err;
    struct sim_socket *socket = coil__sim_socket(self, fd, &err);

    if (err == 0)
        err = check_level(socket, level);
    if (err)
        return err;
    if (level == SOL_SOCKET)
        return set_at_socket(self, socket, name, value, length);
    if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY)
        return set_v6_only(socket, value, length);
    return store(socket, level, name, value, length);
}

/* --- reading back --- */

static int tell(const void *from, uint32_t size, void *value, uint32_t *length)
{
    if (*length > size)
        *length = size;
    memcpy(value, from, *length);
    return 0;
}

static int protocol_of(const struct sim_socket *socket)
{
    if (socket->family == AF_UNIX)
        return 0;
    return socket->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
}

/* The options that are fields: true if this is one of them. */
static bool field_of(struct sim_socket *socket, int level, int name, int *out)
{
    if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY) {
        *out = socket->v6_only;
        return true;
    }
    if (level != SOL_SOCKET)
        return false;
    switch (name) {
    case SO_REUSEADDR: *out = socket->reuse_address; return true;
    case SO_REUSEPORT: *out = socket->reuse_port; return true;
    case SO_BROADCAST: *out = socket->broadcast; return true;
    case SO_TYPE: *out = socket->type; return true;
    case SO_DOMAIN: *out = socket->family; return true;
    case SO_PROTOCOL: *out = protocol_of(socket); return true;
    case SO_ACCEPTCONN: *out = socket->state == SIM_LISTENING; return true;
    case SO_RCVBUF: *out = socket->receive_bytes; return true;
    case SO_SNDBUF: *out = socket->send_bytes; return true;
    case SO_ERROR:
        *out = socket->error;
        socket->error = 0;
        return true;
    default: return false;
    }
}

/* What Linux says of those that are no zero when nobody has set them. */
static int usual(int level, int name)
{
    if (level != IPPROTO_TCP)
        return level == IPPROTO_IP && name == IP_TTL ? 64 : 0;
    switch (name) {
    case TCP_KEEPIDLE: return 7200;
    case TCP_KEEPINTVL: return 75;
    case TCP_KEEPCNT: return 9;
    case TCP_MAXSEG: return 32741;
    default: return 0;
    }
}

static int tell_special(struct sim_socket *socket, int name, void *value, uint32_t *length)
{
    struct linger linger = {0};
    struct ucred self = {getpid(), geteuid(), getegid()};

    if (name == SO_LINGER)
        return tell(&linger, sizeof(linger), value, length);
    if (socket->family != AF_UNIX || socket->state == SIM_IDLE)
        self = (struct ucred){0, (uid_t)-1, (gid_t)-1};
    return tell(&self, sizeof(self), value, length);
}

int coil__sim_get_option(struct sim_driver *self, int fd, int level, int name, void *value,
                         uint32_t *length)
{
    int err, number;
    struct sim_socket *socket = coil__sim_socket(self, fd, &err);
    const struct option *option;

    if (err == 0)
        err = check_level(socket, level);
    if (err)
        return err;
    if (field_of(socket, level, name, &number))
        return tell(&number, sizeof(number), value, length);
    option = find(socket, level, name);
    if (option != NULL)
        return tell(option->value, option->length, value, length);
    if (level == SOL_SOCKET && (name == SO_LINGER || name == SO_PEERCRED))
        return tell_special(socket, name, value, length);
    number = usual(level, name);
    return tell(&number, sizeof(number), value, length);
}
