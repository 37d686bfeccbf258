/* A driver with its wake_fd, and ops that watch how they are treated. */
#ifndef WORLD_H
#define WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

/* By $COIL_DRIVER. */
void world_open(struct world *world, uint64_t seed);
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
