/* Bytes on their way: a queue with a limit, in a ring that grows as it is used. */
#ifndef COIL_DRIVE_SIM_BYTES_H
#define COIL_DRIVE_SIM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct sim_bytes {
    uint8_t *data;
    size_t room; /* allocated, a power of two or 0 */
    size_t first;
    size_t used;
    size_t limit; /* how many may be in it */
};

static inline size_t sim_bytes_free(const struct sim_bytes *bytes)
{
    return bytes->limit > bytes->used ? bytes->limit - bytes->used : 0;
}

/* Appends at most `most` bytes of the parts, all of which must fit. How many; -ENOMEM: none. */
int64_t coil__sim_bytes_put(struct sim_bytes *bytes, const struct iovec *parts, size_t count,
                            size_t most);

/* Fills the parts with at most `most` bytes; `keep` leaves them in the queue. How many. */
int64_t coil__sim_bytes_get(struct sim_bytes *bytes, const struct iovec *parts, size_t count,
                            size_t most, bool keep);

void coil__sim_bytes_fini(struct sim_bytes *bytes);

#endif
