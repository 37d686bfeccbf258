/* The simulator's sockets. Internet addresses are kept as IPv6, IPv4 as mapped into it. */
#ifndef COIL_DRIVE_SIM_NET_H
#define COIL_DRIVE_SIM_NET_H

#include <netinet/in.h>
#include <sys/un.h>

#include "drive/sim.h"
#include "drive/sim_bytes.h"

struct sim_ip {
    struct in6_addr host;
    uint16_t port; /* 0: none */
};

/* The name of a Unix socket, counted: its connections have it too. */
struct sim_name {
    unsigned refs;
    uint32_t length; /* with the zero behind a path, even where that has no room in the address */
    struct sockaddr_un address;
    char zero[2];
};

enum sim_state {
    SIM_IDLE,
    SIM_CONNECTING,
    SIM_CONNECTED,
    SIM_LISTENING,
};

struct sim_socket {
    struct sim_thing thing;
    int family;
    int type;
    enum sim_state state;
    bool in_ended;  /* the peer sends no more */
    bool in_shut;   /* we want no more */
    bool out_ended; /* we send no more */
    bool reset;
    bool reuse_address, reuse_port, v6_only, broadcast, linger_none;
    int error; /* what SO_ERROR tells; 0 */
    int send_bytes, receive_bytes;
    struct coil_link options; /* of which nothing but the value is known */

    struct sim_ip local, remote;
    struct coil_link place; /* in the driver's table of ports, or of names */
    struct sim_name *name;  /* Unix: ours */
    struct sim_name *peer_name;
    struct sim_node *node; /* Unix: the file that is our name */

    struct sim_socket *peer; /* of a connection; NULL: it is closed, or there was none */
    struct sim_bytes in;     /* streams: received */
    struct coil_link mail;   /* datagrams: received */
    size_t mail_bytes;
    unsigned mail_count;

    struct coil_link backlog; /* listening: connections that wait for accept */
    struct coil_link entry;   /* a connection's place there */
    unsigned waiting;
    unsigned backlog_most;
    int64_t give_up_at; /* connecting */
};

static inline struct sim_socket *sim_socket_of(struct sim_thing *thing)
{
    return container_of(thing, struct sim_socket, thing);
}

/* The socket, or NULL with the error: not ours, no socket. */
struct sim_socket *coil__sim_socket(const struct sim_driver *self, int fd, int *err);

void coil__sim_net_init(struct sim_driver *self);

/* --- sim_address.c: where is what --- */

enum sim_route {
    SIM_HERE,
    SIM_NOWHERE,   /* the network is unreachable */
    SIM_BLACKHOLE, /* nobody answers */
    SIM_BROADCAST,
};

/* -EINVAL, -EAFNOSUPPORT */
int coil__sim_ip_parse(const struct sim_socket *socket, const struct sockaddr *address,
                       uint32_t length, struct sim_ip *out);

/* As the system calls do: as much as there is room for, and *length says how long it is. */
void coil__sim_ip_tell(const struct sim_socket *socket, const struct sim_ip *ip,
                       struct sockaddr *address, uint32_t *length);
bool coil__sim_ip_any(const struct sim_ip *ip);

/* Where a peer is looked for: the address of nobody in particular is ourselves. */
void coil__sim_ip_aim(struct sim_ip *ip);
enum sim_route coil__sim_route(const struct sim_ip *ip);

/* 0, -EADDRINUSE, -EADDRNOTAVAIL, -EINVAL; a port of 0 takes one that is free. */
int coil__sim_ip_bind(struct sim_driver *self, struct sim_socket *socket, const struct sim_ip *ip);

/* Whether one that is bound may listen: 0 or -EADDRINUSE. */
int coil__sim_ip_may_listen(struct sim_driver *self, const struct sim_socket *socket);

/* Our address on the way to it, without a port. */
struct sim_ip coil__sim_ip_near(const struct sim_ip *to);

/* Binds to any address of the socket's family, and a port that is free. */
int coil__sim_ip_bind_any(struct sim_driver *self, struct sim_socket *socket);

/* Gives a socket that will talk to `to` the local address for that. */
int coil__sim_ip_source(struct sim_driver *self, struct sim_socket *socket,
                        const struct sim_ip *to);

/* Puts an accepted connection where its listener is. */
void coil__sim_ip_place(struct sim_driver *self, struct sim_socket *socket);

/* Who listens at an address, or receives datagrams from `from` there; NULL: nobody. */
struct sim_socket *coil__sim_ip_find(struct sim_driver *self, int type, const struct sim_ip *ip,
                                     const struct sim_ip *from);

/* --- sim_unix.c: names of Unix sockets --- */

int coil__sim_unix_bind(struct sim_driver *self, struct sim_socket *socket,
                        const struct sockaddr *address, uint32_t length);
void coil__sim_unix_tell(const struct sim_name *name, struct sockaddr *address, uint32_t *length);
struct sim_name *coil__sim_name_ref(struct sim_name *name);
void coil__sim_name_unref(struct sim_name *name);

/* 0, -ENOENT, -ECONNREFUSED, -EPROTOTYPE, -EINVAL ... */
int coil__sim_unix_find(struct sim_driver *self, const struct sim_socket *from,
                        const struct sockaddr *address, uint32_t length, struct sim_socket **out);

/* --- sim_socket.c --- */

struct sim_socket *coil__sim_socket_new(int family, int type);
const struct sim_kind *coil__sim_socket_kind(int type);
void coil__sim_socket_free(struct sim_driver *self, struct sim_socket *socket);

/* Copies a message's sender into its header; NULL: nothing to tell. */
void coil__sim_header_clear(struct sim_transfer *what);

/* --- sim_options.c --- */

int coil__sim_set_option(struct sim_driver *self, int fd, int level, int name, const void *value,
                         uint32_t length);
int coil__sim_get_option(struct sim_driver *self, int fd, int level, int name, void *value,
                         uint32_t *length);
void coil__sim_options_copy(struct sim_socket *to, const struct sim_socket *from);
void coil__sim_options_fini(struct sim_socket *socket);

/* --- sim_stream.c --- */

extern const struct sim_kind coil__sim_stream;

void coil__sim_stream_join(struct sim_socket *a, struct sim_socket *b);
void coil__sim_stream_shutdown(struct sim_driver *self, struct sim_socket *socket, bool in,
                               bool out);

/* The connection breaks, as by a fault of the network: both ends see ECONNRESET. */
void coil__sim_stream_break(struct sim_driver *self, struct sim_socket *socket);

/* The end goes; the other one is told. */
void coil__sim_stream_end(struct sim_driver *self, struct sim_socket *socket);

/* --- sim_listen.c --- */

int64_t coil__sim_listen_serve(struct sim_driver *self, struct sim_thing *thing, struct op *op);
void coil__sim_listen_end(struct sim_driver *self, struct sim_socket *socket);

/* --- sim_datagram.c --- */

extern const struct sim_kind coil__sim_datagram;

void coil__sim_mail_drop(struct sim_socket *socket);

#endif
