/* A driver with its wake_fd, and ops that watch how they are treated. */
#ifndef WORLD_H
#define WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/list.h"
#include "drive/drive.h"
#include "kit.h"

struct world {
    struct driver *driver;
    int wake_fd;
    bool waiting; /* inside wait, so done may be called */
    int done;     /* ops so far */
};

struct probe {
    struct op op;
    struct world *world;
    int done;  /* how often */
    int place; /* the how-manieth of its world */
    void (*then)(struct probe *probe);
    void *arg;
};

/* What never waits, asked of a world's driver. */
#define ASK(of, what, ...) ((of)->driver->ops->world->what((of)->driver, __VA_ARGS__))

/* By $COIL_DRIVER. */
void world_open(struct world *world, uint64_t seed);
void epoll_open(struct world *world); /* whatever $COIL_DRIVER says */
void world_close(struct world *world);

int world_wait(struct world *world, int64_t deadline_ns);
int64_t world_now(struct world *world);

/* Goes on until the op is done, and gives its result. */
int64_t world_finish(struct world *world, struct probe *probe);

/* True when the driver in use is this one. */
bool world_is(const struct world *world, const char *name);

void probe_init(struct probe *probe, struct world *world);
void probe_poll(struct probe *probe, struct world *world, int fd, uint32_t events);
void probe_cancel(struct probe *probe);

/* An op of this kind, to be filled in; then it is submitted, or also waited for. */
struct op *probe_op(struct probe *probe, struct world *world, enum op_kind kind, int fd);
void probe_go(struct probe *probe);
int64_t probe_run(struct probe *probe);

/* OP_READ, OP_WRITE, OP_RECV, OP_SEND, from where the descriptor stands. */
void probe_data(struct probe *probe, struct world *world, enum op_kind kind, int fd, void *data,
                size_t size);
int64_t do_data(struct world *world, enum op_kind kind, int fd, void *data, size_t size);

/* Goes on until all is written, or read, or the stream ends; how much it was. */
size_t write_all(struct world *world, int fd, const char *data, size_t size);
size_t read_all(struct world *world, int fd, char *data, size_t size);

/* Looks a few times: whatever can happen without time has happened then. */
void settle(struct world *world);

/* The driver's own. Streams of bytes: [1] writes what [0] reads. */
enum stream { STREAM_PIPE, STREAM_UNIX, STREAM_TCP, STREAMS };
void world_stream(struct world *world, enum stream kind, int ends[2]);
int make_socket(struct world *world, int family, int type);
int world_listen(struct world *world, struct sockaddr_in *address, int backlog);
void world_shut(struct world *world, int fd);
void world_shut_both(struct world *world, int ends[2]);
int64_t do_connect(struct world *world, int fd, const void *address, uint32_t length);
int64_t do_accept(struct world *world, int fd);

void wake(struct world *world);

/* Non-blocking; [0] reads, [1] writes. */
void open_pipe(int ends[2]);
void fill(int fd);
void drain(int fd);
void put_byte(int fd);
void put_byte_later(void *fd); /* an int */
void close_both(int ends[2]);

/* Another thread, which sleeps for so many milliseconds, then calls fn(arg). */
struct later {
    pthread_t thread;
    int ms;
    void (*fn)(void *arg);
    void *arg;
};
void later(struct later *later, int ms, void (*fn)(void *arg), void *arg);
void later_join(struct later *later);

#endif
