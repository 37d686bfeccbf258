#include "drive/uring_setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/debug.h"
#include "mach/clock.h"
#include "mach/valgrind.h"

#define REQUESTS 256     /* told at once; more go in several portions */
#define COMPLETIONS 2048 /* fetched at once; the kernel keeps what is beyond */
#define LONGEST_PAUSE COIL_MS(256)

static const struct {
    const char *name;
    uint8_t opcode;
} optional[] = {
    {"readv", URING_OP_READV},
    {"writev", URING_OP_WRITEV},
    {"fsync", URING_OP_FSYNC},
    {"sendmsg", URING_OP_SENDMSG},
    {"recvmsg", URING_OP_RECVMSG},
    {"accept", URING_OP_ACCEPT},
    {"connect", URING_OP_CONNECT},
    {"openat", URING_OP_OPENAT},
    {"close", URING_OP_CLOSE},
    {"statx", URING_OP_STATX},
    {"read", URING_OP_READ},
    {"write", URING_OP_WRITE},
    {"send", URING_OP_SEND},
    {"recv", URING_OP_RECV},
    {"renameat", URING_OP_RENAMEAT},
    {"unlinkat", URING_OP_UNLINKAT},
    {"mkdirat", URING_OP_MKDIRAT},
    {"waitid", URING_OP_WAITID},
    {"futex_wait", URING_OP_FUTEX_WAIT},
};

#define OPTIONAL (sizeof(optional) / sizeof(*optional))

/* Whether the wish has this name in it. */
static bool wishes(const char *wish, const char *name)
{
    size_t length = strlen(name);

    while (wish != NULL && *wish != '\0') {
        size_t part = strcspn(wish, ",");

        if (part == length && strncmp(wish, name, length) == 0)
            return true;
        wish += part + (wish[part] == ',');
    }
    return false;
}

bool coil__uring_unwanted(const char *name)
{
    const char *wish = getenv("COIL_URING_WITHOUT");

    return wishes(wish, name) || wishes(wish, "all");
}

static uint32_t flags_without(const char *wish)
{
    uint32_t flags = 0;

    if (wishes(wish, "defer"))
        flags |= URING_SETUP_DEFER_TASKRUN;
    if (wishes(wish, "coop"))
        flags |= URING_SETUP_COOP_TASKRUN;
    return flags;
}

static void take_away(struct uring_driver *self, const char *wish)
{
    for (size_t i = 0; i < OPTIONAL; i++)
        if (coil__uring_unwanted(optional[i].name))
            self->operations &= ~(UINT64_C(1) << optional[i].opcode);
    if (wishes(wish, "multishot"))
        self->modern = false;
}

static void log_missing(const struct uring_driver *self)
{
    char names[200] = "";
    size_t used = 0;

    for (size_t i = 0; i < OPTIONAL; i++)
        if (!knows(self, optional[i].opcode) && used + strlen(optional[i].name) + 2 < sizeof(names))
            used += (size_t)sprintf(names + used, " %s", optional[i].name);
    coil__debug("io_uring: %s%s; without:%s",
                self->ring.setup & URING_SETUP_DEFER_TASKRUN  ? "single issuer, deferred work"
                : self->ring.setup & URING_SETUP_COOP_TASKRUN ? "cooperative work"
                                                              : "plain",
                self->modern ? ", multishot accept" : "", used ? names : " nothing");
}

/* What a user may lock is counted, and what a closed ring had is given back some milliseconds
 * later: who opens one after the other would be told that there is none. */
static int open_ring(struct ring *ring, uint32_t without)
{
    int err = coil__ring_open(ring, REQUESTS, COMPLETIONS, without);

    for (int64_t pause = COIL_MS(1); err == -ENOMEM && pause <= LONGEST_PAUSE; pause *= 2) {
        mach_sleep(pause);
        err = coil__ring_open(ring, REQUESTS, COMPLETIONS, without);
    }
    return err;
}

int coil__uring_setup(struct uring_driver *self)
{
    const char *wish = getenv("COIL_URING_WITHOUT");
    int err = -ENOSYS; /* valgrind does not see what the kernel writes on its own */

    if (!valgrind_runs())
        err = open_ring(&self->ring, flags_without(wish));
    if (err) {
        coil__debug("io_uring: not here (%d)", err);
        return err;
    }
    self->operations = coil__ring_operations(&self->ring);
    self->modern = knows(self, URING_OP_SOCKET);
    take_away(self, wish);
    log_missing(self);
    return 0;
}
