/* Shorthands for tests of what the simulator does as Linux does: most of them run on both. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <netinet/tcp.h>

#include "ops.h"

/* Opens the simulator, whatever the environment says. */
void sim_open(struct world *world, uint64_t seed);

/* wait(), alone: -EDEADLK if nothing can ever happen. */
int wait_alone(struct world *world, int64_t deadline_ns);

/* An address of the family, "127.0.0.1" or "::1" ... */
struct sockaddr_storage ip(const char *host, int port);
uint32_t ip_length(const struct sockaddr_storage *address);
int ip_port(const struct sockaddr_storage *address);

int bind_ip(struct world *world, int fd, const char *host, int port);
int listen_ip(struct world *world, const char *host, int backlog, int *port);
int connect_ip(struct world *world, int fd, const char *host, int port);
struct sockaddr_storage name_of(struct world *world, int fd, bool peer);
int set_int(struct world *world, int fd, int level, int name, int value);
int get_int(struct world *world, int fd, int level, int name);
uint32_t poll_now(struct world *world, int fd, uint32_t events);

/* Datagrams; host NULL: to the connected peer. */
int64_t send_to(struct world *world, int fd, const char *host, int port, const char *text);
int64_t receive_from(struct world *world, int fd, char *data, size_t size,
                     struct sockaddr_storage *from, int flags);

/* What can be done at once; never waits. */
int64_t try_data(struct world *world, enum op_kind kind, int fd, void *data, size_t size);

/* OP_LIST: the names, sorted, with a blank after each; at most 400 bytes. */
int64_t do_list(struct world *world, const char *path, char *text);

/* A file with these bytes, made through the driver. */
void put_file(struct world *world, const char *path, const char *text);
void check_file(struct world *world, const char *path, const char *text);

/* A folder of the real world; what is really in it is removed with it. */
struct folder {
    char path[128];
    char text[200];
};
void folder_open(struct folder *folder);
const char *in(struct folder *folder, const char *name); /* valid until the next call */
void folder_close(struct folder *folder);

#endif
