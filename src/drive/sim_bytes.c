#include "drive/sim_bytes.h"

#include <errno.h>

#include "base/alloc.h"

#define SMALLEST 512
#define KEPT 4096 /* an empty ring of more than this is given back */

static size_t at_most(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Copies what is in the ring from `from` on. */
static void copy_out(const struct sim_bytes *bytes, size_t from, uint8_t *to, size_t size)
{
    size_t at = (bytes->first + from) & (bytes->room - 1);
    size_t head = at_most(size, bytes->room - at);

    memcpy(to, bytes->data + at, head);
    memcpy(to + head, bytes->data, size - head);
}

static void copy_in(struct sim_bytes *bytes, const uint8_t *from, size_t size)
{
    size_t at = (bytes->first + bytes->used) & (bytes->room - 1);
    size_t head = at_most(size, bytes->room - at);

    memcpy(bytes->data + at, from, head);
    memcpy(bytes->data, from + head, size - head);
    bytes->used += size;
}

static int grow(struct sim_bytes *bytes, size_t needed)
{
    size_t room = bytes->room ? bytes->room : SMALLEST;
    uint8_t *data;

    while (room < needed)
        room *= 2;
    if (room == bytes->room)
        return 0;
    data = mem_alloc(room);
    if (data == NULL)
        return -ENOMEM;
    if (bytes->used)
        copy_out(bytes, 0, data, bytes->used);
    mem_free(bytes->data);
    bytes->data = data;
    bytes->room = room;
    bytes->first = 0;
    return 0;
}

int64_t coil__sim_bytes_put(struct sim_bytes *bytes, const struct iovec *parts, size_t count,
                            size_t most)
{
    size_t done = 0;

    if (most == 0)
        return 0;
    if (grow(bytes, bytes->used + most) != 0)
        return -ENOMEM;
    for (size_t i = 0; i < count && done < most; i++) {
        size_t size = at_most(parts[i].iov_len, most - done);

        if (size)
            copy_in(bytes, parts[i].iov_base, size);
        done += size;
    }
    return (int64_t)done;
}

static void drop(struct sim_bytes *bytes, size_t size)
{
    bytes->used -= size;
    bytes->first = bytes->used ? (bytes->first + size) & (bytes->room - 1) : 0;
    if (bytes->used == 0 && bytes->room > KEPT)
        coil__sim_bytes_fini(bytes);
}

int64_t coil__sim_bytes_get(struct sim_bytes *bytes, const struct iovec *parts, size_t count,
                            size_t most, bool keep)
{
    size_t done = 0;

    most = at_most(most, bytes->used);
    for (size_t i = 0; i < count && done < most; i++) {
        size_t size = at_most(parts[i].iov_len, most - done);

        if (size)
            copy_out(bytes, done, parts[i].iov_base, size);
        done += size;
    }
    if (!keep && done)
        drop(bytes, done);
    return (int64_t)done;
}

void coil__sim_bytes_fini(struct sim_bytes *bytes)
{
    mem_free(bytes->data);
    bytes->data = NULL;
    bytes->room = 0;
    bytes->first = 0;
    bytes->used = 0;
}
