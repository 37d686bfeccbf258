/* Datagrams: UDP, and Unix. A full receiver loses UDP's, and makes Unix's senders wait. */
#include <errno.h>
#include <poll.h>

#include "base/alloc.h"
#include "drive/sim_net.h"

#define LARGEST_UDP 65507u
#define UNIX_QUEUE 10u /* more letters than that wait for the receiver */

struct letter {
    struct coil_link link;
    struct sim_ip from;
    struct sim_name *from_name;
    size_t size;
    uint8_t data[];
};

static struct letter *letter_of(struct coil_link *link)
{
    return container_of(link, struct letter, link);
}

static void letter_free(struct letter *letter)
{
    coil__sim_name_unref(letter->from_name);
    mem_free(letter);
}

void coil__sim_mail_drop(struct sim_socket *socket)
{
    struct coil_link *link;

    while ((link = list_pop(&socket->mail)) != NULL)
        letter_free(letter_of(link));
}

/* --- receiving --- */

static size_t unpack(const struct letter *letter, const struct sim_transfer *what)
{
    size_t done = 0;

    for (size_t i = 0; i < what->count && done < letter->size; i++) {
        size_t left = letter->size - done;
        size_t size = what->parts[i].iov_len < left ? what->parts[i].iov_len : left;

        if (size)
            memcpy(what->parts[i].iov_base, letter->data + done, size);
        done += size;
    }
    return done;
}

static void tell_sender(const struct sim_socket *socket, const struct letter *letter,
                        struct msghdr *header)
{
    header->msg_controllen = 0;
    header->msg_flags = 0;
    if (header->msg_name == NULL)
        header->msg_namelen = 0;
    else if (socket->family != AF_UNIX)
        coil__sim_ip_tell(socket, &letter->from, header->msg_name, &header->msg_namelen);
    else if (letter->from_name != NULL)
        coil__sim_unix_tell(letter->from_name, header->msg_name, &header->msg_namelen);
    else
        header->msg_namelen = 0;
}

static int64_t read_letter(struct sim_driver *self, struct sim_socket *socket,
                           struct sim_transfer *what)
{
    struct letter *letter = letter_of(socket->mail.next);
    size_t whole = letter->size;
    size_t done = unpack(letter, what);

    if (what->header != NULL) {
        tell_sender(socket, letter, what->header);
        what->header->msg_flags = done < whole ? MSG_TRUNC : 0;
    }
    if (!(what->flags & MSG_PEEK)) {
        list_remove(&letter->link);
        socket->mail_bytes -= whole;
        socket->mail_count--;
        letter_free(letter);
        if (socket->peer != NULL)
            coil__sim_thing_stir(self, &socket->peer->thing);
        coil__sim_thing_stir(self, &socket->thing);
    }
    return (int64_t)(what->flags & MSG_TRUNC ? whole : done);
}

static int64_t take_error(struct sim_socket *socket)
{
    int error = socket->error;

    socket->error = 0;
    return -error;
}

static int64_t datagram_take(struct sim_driver *self, struct sim_thing *thing,
                             struct sim_transfer *what)
{
    struct sim_socket *socket = sim_socket_of(thing);

    if (socket->error)
        return take_error(socket);
    if (!list_empty(&socket->mail))
        return read_letter(self, socket, what);
    if (!socket->in_shut)
        return -EAGAIN; /* the header is as it was, for the next try */
    coil__sim_header_clear(what);
    return 0;
}

/* --- sending --- */

static int64_t post(struct sim_driver *self, const struct sim_socket *from,
                    const struct sim_ip *from_ip, struct sim_socket *to,
                    const struct sim_transfer *what)
{
    struct letter *letter = mem_alloc(sizeof(*letter) + what->size);
    struct coil_link *before = &to->mail;

    if (letter == NULL)
        return -ENOBUFS;
    letter->from = *from_ip;
    letter->from_name = coil__sim_name_ref(from->name);
    letter->size = 0;
    for (size_t i = 0; i < what->count; i++) {
        if (what->parts[i].iov_len)
            memcpy(letter->data + letter->size, what->parts[i].iov_base, what->parts[i].iov_len);
        letter->size += what->parts[i].iov_len;
    }
    if (from->family != AF_UNIX && coil__sim_fault(self))
        before = to->mail.prev; /* overtakes the last, if there is one */
    list_append(before, &letter->link);
    to->mail_bytes += letter->size;
    to->mail_count++;
    coil__sim_thing_stir(self, &to->thing);
    return (int64_t)what->size;
}

/* Where a datagram goes that is not for the peer of connect. */
static bool addressed(const struct sim_transfer *what)
{
    return what->header != NULL && what->header->msg_name != NULL && what->header->msg_namelen;
}

/* The zero that is counted may be behind the address. */
static int find_named(struct sim_driver *self, struct sim_socket *socket,
                      const struct sim_name *name, struct sim_socket **out)
{
    uint32_t most = sizeof(name->address);

    return coil__sim_unix_find(self, socket, (const void *)&name->address,
                               name->length < most ? name->length : most, out);
}

static int64_t give_unix(struct sim_driver *self, struct sim_socket *socket,
                         const struct sim_transfer *what)
{
    struct sim_socket *to = socket->peer;
    int err = 0;

    if (what->header != NULL && what->header->msg_controllen)
        return -EOPNOTSUPP;
    if (addressed(what))
        err = coil__sim_unix_find(self, socket, what->header->msg_name, what->header->msg_namelen,
                                  &to);
    else if (socket->peer_name != NULL)
        err = find_named(self, socket, socket->peer_name, &to);
    else if (to == NULL)
        err = socket->state == SIM_CONNECTED ? -ECONNREFUSED : -ENOTCONN;
    if (err)
        return err;
    if (what->size > (size_t)socket->send_bytes)
        return -EMSGSIZE;
    if (to->peer_name != NULL && to->peer_name != socket->name)
        return -EPERM;
    if (to->in_shut)
        return -EPIPE;
    if (to->mail_count > UNIX_QUEUE) {
        coil__sim_thing_hope(&socket->thing, &to->thing);
        return -EAGAIN;
    }
    return post(self, socket, &socket->local, to, what);
}

/* Delivers, or loses without a word; a connected sender hears at its next call of a closed port. */
static int64_t send_udp(struct sim_driver *self, struct sim_socket *socket, const struct sim_ip *to,
                        const struct sim_transfer *what)
{
    struct sim_ip from = socket->local;
    struct sim_socket *receiver;

    if (coil__sim_ip_any(&from))
        from.host = coil__sim_ip_near(to).host;
    if (coil__sim_route(to) != SIM_HERE || coil__sim_fault(self))
        return (int64_t)what->size;
    receiver = coil__sim_ip_find(self, SOCK_DGRAM, to, &from);
    if (receiver == NULL) {
        if (socket->state == SIM_CONNECTED) {
            socket->error = ECONNREFUSED;
            coil__sim_thing_stir(self, &socket->thing);
        }
        return (int64_t)what->size;
    }
    if (receiver->mail_bytes + what->size > (size_t)receiver->receive_bytes)
        return (int64_t)what->size;
    return post(self, socket, &from, receiver, what);
}

static int may_send(const struct sim_socket *socket, const struct sim_ip *to)
{
    enum sim_route route = coil__sim_route(to);

    if (to->port == 0)
        return -EINVAL;
    if (route == SIM_BROADCAST)
        return socket->broadcast ? 0 : -EACCES;
    if (route == SIM_NOWHERE || (socket->v6_only && IN6_IS_ADDR_V4MAPPED(&to->host)))
        return -ENETUNREACH;
    return 0;
}

static int64_t give_udp(struct sim_driver *self, struct sim_socket *socket,
                        const struct sim_transfer *what)
{
    struct sim_ip to = socket->remote;
    int err = 0;

    if (addressed(what))
        err = coil__sim_ip_parse(socket, what->header->msg_name, what->header->msg_namelen, &to);
    else if (socket->state != SIM_CONNECTED)
        err = -EDESTADDRREQ;
    if (err)
        return err;
    if (what->size > LARGEST_UDP)
        return -EMSGSIZE;
    coil__sim_ip_aim(&to);
    err = may_send(socket, &to);
    if (err == 0 && socket->local.port == 0)
        err = coil__sim_ip_bind_any(self, socket);
    return err ? err : send_udp(self, socket, &to, what);
}

static int64_t datagram_give(struct sim_driver *self, struct sim_thing *thing,
                             struct sim_transfer *what)
{
    struct sim_socket *socket = sim_socket_of(thing);

    if (socket->error)
        return take_error(socket);
    if (socket->out_ended)
        return -EPIPE;
    return socket->family == AF_UNIX ? give_unix(self, socket, what) : give_udp(self, socket, what);
}

/* --- connect --- */

static int64_t connect_unix(struct sim_driver *self, struct sim_socket *socket, struct op *op)
{
    struct sim_socket *to;
    int err = coil__sim_unix_find(self, socket, op->connect.address, op->connect.length, &to);

    if (err)
        return err;
    coil__sim_name_unref(socket->peer_name);
    socket->peer_name = coil__sim_name_ref(to->name);
    socket->state = SIM_CONNECTED;
    return 0;
}

static int64_t connect_udp(struct sim_driver *self, struct sim_socket *socket, struct op *op)
{
    struct sim_ip to;
    int err = coil__sim_ip_parse(socket, op->connect.address, op->connect.length, &to);

    if (err)
        return err;
    coil__sim_ip_aim(&to);
    err = coil__sim_route(&to) == SIM_HERE ? 0 : may_send(socket, &to);
    if (err == 0)
        err = coil__sim_ip_source(self, socket, &to);
    if (err)
        return err;
    socket->remote = to;
    socket->state = SIM_CONNECTED;
    return 0;
}

static int64_t datagram_serve(struct sim_driver *self, struct sim_thing *thing, struct op *op)
{
    struct sim_socket *socket = sim_socket_of(thing);

    if (op->kind != OP_CONNECT)
        return op->kind == OP_ACCEPT ? -EOPNOTSUPP : -EINVAL;
    if (op->connect.length >= sizeof(sa_family_t) && op->connect.address->sa_family == AF_UNSPEC) {
        socket->state = SIM_IDLE;
        socket->remote.port = 0;
        coil__sim_name_unref(socket->peer_name);
        socket->peer_name = NULL;
        return 0;
    }
    return socket->family == AF_UNIX ? connect_unix(self, socket, op)
                                     : connect_udp(self, socket, op);
}

/* --- the rest --- */

static uint32_t datagram_events(struct sim_thing *thing)
{
    const struct sim_socket *socket = sim_socket_of(thing);
    uint32_t events = socket->error ? POLLERR : 0;

    if (!list_empty(&socket->mail) || socket->in_shut)
        events |= POLLIN | POLLRDNORM;
    if (socket->in_shut && socket->out_ended)
        events |= POLLHUP;
    if (socket->peer == NULL || socket->peer->mail_count <= UNIX_QUEUE)
        events |= POLLOUT | POLLWRNORM;
    return events;
}

static int datagram_close(struct sim_driver *self, struct sim_thing *thing)
{
    struct sim_socket *socket = sim_socket_of(thing);

    if (socket->peer != NULL) {
        socket->peer->peer = NULL;
        coil__sim_thing_stir(self, &socket->peer->thing);
    }
    coil__sim_socket_free(self, socket);
    return 0;
}

static int datagram_stat(struct sim_thing *thing, struct stat *out)
{
    (void)thing;
    out->st_mode = S_IFSOCK | 0777;
    return 0;
}

const struct sim_kind coil__sim_datagram = {
    .take = datagram_take,
    .give = datagram_give,
    .serve = datagram_serve,
    .events = datagram_events,
    .close = datagram_close,
    .stat = datagram_stat,
    .socket = true,
};
