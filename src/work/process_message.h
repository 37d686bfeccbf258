/*
 * What the processes of a pool say to each other: one message a packet, over socket pairs that keep
 * packets apart, descriptors beside it; or, between the pool and a worker, in memory they share.
 *
 *     pool <-> zygote   struct control: start a worker, it has started, it has ended
 *     pool <-> worker   struct job_head and what belongs to it: a job, its result; and whom to ring
 */
#ifndef COIL_WORK_PROCESS_MESSAGE_H
#define COIL_WORK_PROCESS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A worker's program may have another version of the library. */
#define PROCESS_VERSION 2

enum {
    LETTER_FDS = 5,
    NAME_MOST = 4096, /* bytes of a function's name */
    TEXT_MOST = 4096, /* of an exception's text */
    PLACE_MOST = 512,
};

enum control_kind {
    CONTROL_SETUP = 1, /* to the zygote: at_once, shared_bytes, name; `seat`: what is counted */
    CONTROL_START,     /* start a worker, one of `workers`; with its socket, its stderr, the boards,
                          its bell, the manager's ear */
    CONTROL_SPARE,     /* start another zygote; with its socket */
    CONTROL_HELLO,     /* from the zygote: it serves; status: or an error, and it ends */
    CONTROL_STARTED,   /* pid; with its pidfd */
    CONTROL_FAILED,    /* it could not be started: status, an error */
    CONTROL_ENDED,     /* pid, and its status as wait(2) tells it */
};

struct control {
    uint32_t kind;
    uint32_t seat; /* SEAT_SPARE: a zygote */
    int32_t pid;
    int32_t status;
    uint32_t version;
    uint32_t at_once;
    uint32_t workers;
    uint64_t shared_bytes;
    char name[16];
};

#define SEAT_SPARE UINT32_MAX

enum job_message {
    JOB_EAR = 1, /* id: its number; with its eventfd */
    JOB_RUN,     /* name; the parts */
    JOB_DONE,    /* text and place of an exception; the value */
};

enum job_flags {
    JOB_BATCH = 1,   /* the value of it is packed results, see process_pack.h */
    JOB_SHARED = 2,  /* the data lie in a memory file that comes with it */
    JOB_NO_DATA = 4, /* the value is NULL */
};

/* Behind it: name, text, place (none ends in a zero), data. */
struct job_head {
    uint32_t kind;
    uint32_t flags;
    uint64_t id;
    uint64_t function; /* its address in forks of one program; 0: by name */
    int64_t status;
    uint64_t data_bytes;
    uint64_t n; /* parts */
    uint64_t part_bytes;
    uint64_t stride;
    uint64_t stack_bytes;
    uint32_t name_bytes, text_bytes, place_bytes;
};

/* A packet on its way, in the memory of whoever sends or receives it. */
struct letter {
    struct msghdr header;
    struct iovec parts[5];
    union {
        char room[CMSG_SPACE(LETTER_FDS * sizeof(int))];
        struct cmsghdr aligned;
    } beside;
};

/* To be sent: an empty one, what it consists of (borrowed until it is sent), what goes with it. */
void coil__letter_begin(struct letter *letter);
void coil__letter_add(struct letter *letter, const void *data, size_t size);
void coil__letter_attach(struct letter *letter, const int *fds, size_t n);

/* At once: 0; -EAGAIN: there is no room; -EPIPE: nobody is there; -ETOOMANYREFS: this user has as
 * many descriptors on their way as one may. */
int coil__letter_send(const struct letter *letter, int fd);

/* By who has nothing else to do: waits for room, or until what is in the way has passed. 0; -EPIPE;
 * -ETOOMANYREFS: that does not pass; what is on its way may be on its way to this very process. */
int coil__letter_send_patiently(const struct letter *letter, int fd);

/* Into memory instead: how many bytes; 0: it has descriptors, or there is no room. */
size_t coil__letter_copy(const struct letter *letter, char *room, size_t size);

/* To be received: where to. */
void coil__letter_expect(struct letter *letter, void *buffer, size_t size);

/* Received: the descriptors that came with it, -1 for those that did not; the receiver closes them.
 * 0; -EMFILE: some were lost for want of descriptors; -EMSGSIZE: it was longer than expected. */
int coil__letter_fds(struct letter *letter, int fds[LETTER_FDS]);

/* Closes those that nobody has taken: that are >= 0. */
void coil__letter_close_fds(const int fds[LETTER_FDS]);

/* At once, as recvmsg but not interrupted: a packet and what came with it. What was lost of that is
 * for others to miss. */
int64_t coil__letter_receive(int fd, void *buffer, size_t size, int fds[LETTER_FDS]);

/* The parts of a packet that `size` bytes of `buffer` are; false: they are none. */
struct job_parts {
    struct job_head head;
    const char *name, *text, *place, *data; /* data: NULL if shared */
};
bool coil__job_parts(const void *buffer, size_t size, struct job_parts *out);

/* One control message, at once, or patiently. */
int coil__control_send(int fd, const struct control *control, const int *fds, size_t n);
int coil__control_send_patiently(int fd, const struct control *control, const int *fds, size_t n);

#endif
