/* What is in files: blocks in memory, copied from the real file when it is first opened. */
#include <errno.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "drive/sim_files.h"
#include "mach/sys_io.h"

#define LARGEST_FILE ((int64_t)1 << 36)
#define EPOCH 1600000000 /* what the clock on the wall shows when a simulated one shows 0 */

struct timespec coil__sim_time(const struct sim_driver *self)
{
    return (struct timespec){
        .tv_sec = EPOCH + self->now / COIL_SECONDS(1),
        .tv_nsec = self->now % COIL_SECONDS(1),
    };
}

void coil__sim_set_disk_bytes(struct driver *driver, uint64_t bytes)
{
    sim_of(driver)->disk_blocks = bytes / SIM_BLOCK;
    if (bytes && bytes < SIM_BLOCK)
        sim_of(driver)->disk_blocks = 1;
}

struct sim_content *coil__sim_content_new(const struct stat *info)
{
    struct sim_content *content = mem_zalloc(sizeof(*content));

    if (content == NULL)
        return NULL;
    content->refs = 1;
    content->info = *info;
    return content;
}

void coil__sim_content_own(struct sim_content *content)
{
    if (content->changed)
        return;
    content->changed = true;
    if (content->node == NULL)
        return;
    content->refs++;
    content->node->changed = true;
    mem_free(content->node->real);
    content->node->real = NULL;
}

void coil__sim_content_touch(struct sim_driver *self, struct sim_content *content)
{
    content->info.st_mtim = content->info.st_ctim = coil__sim_time(self);
    coil__sim_content_own(content);
}

/* All from the first one on. Those that came from the real file, and take no place on our disk, are
 * before all others. */
static void drop_blocks(struct sim_driver *self, struct sim_content *content, size_t first)
{
    size_t dropped = 0;

    for (size_t i = first; i < content->block_count; i++) {
        dropped += content->blocks[i] != NULL;
        mem_free(content->blocks[i]);
        content->blocks[i] = NULL;
    }
    content->info.st_blocks -= (blkcnt_t)(dropped * (SIM_BLOCK / 512));
    if (dropped > content->charged)
        dropped = content->charged;
    content->charged -= dropped;
    self->disk_used -= dropped;
}

int coil__sim_content_resize(struct sim_driver *self, struct sim_content *content, int64_t size)
{
    size_t whole = (size_t)size / SIM_BLOCK, rest = (size_t)size % SIM_BLOCK;

    if (size > LARGEST_FILE)
        return -EFBIG;
    coil__sim_content_touch(self, content);
    drop_blocks(self, content, whole + (rest > 0));
    if (rest > 0 && whole < content->block_count && content->blocks[whole] != NULL)
        memset(content->blocks[whole] + rest, 0, SIM_BLOCK - rest);
    content->info.st_size = size;
    return 0;
}

void coil__sim_content_unref(struct sim_driver *self, struct sim_content *content)
{
    if (--content->refs > 0)
        return;
    if (content->node != NULL)
        content->node->content = NULL;
    drop_blocks(self, content, 0);
    mem_free(content->blocks);
    mem_free(content);
}

/* --- moving bytes --- */

/* Where we are in the parts. */
struct cursor {
    const struct iovec *part;
    size_t count;
    size_t at;
};

/* Copies between memory and the parts; NULL: zeros. */
static void copy(struct cursor *cursor, uint8_t *memory, size_t size, bool out)
{
    while (size > 0) {
        uint8_t *theirs = (uint8_t *)cursor->part->iov_base + cursor->at;
        size_t left = cursor->part->iov_len - cursor->at;
        size_t now = size < left ? size : left;

        if (now && !out)
            memcpy(memory, theirs, now);
        else if (now && memory != NULL)
            memcpy(theirs, memory, now);
        else if (now)
            memset(theirs, 0, now);
        memory = memory ? memory + now : NULL;
        size -= now;
        cursor->at += now;
        if (cursor->at == cursor->part->iov_len) {
            cursor->part++;
            cursor->at = 0;
        }
    }
}

static size_t in_this_block(uint64_t offset, size_t left)
{
    size_t room = SIM_BLOCK - offset % SIM_BLOCK;

    return left < room ? left : room;
}

int64_t coil__sim_content_read(struct sim_content *content, const struct iovec *parts, size_t count,
                               size_t most, int64_t offset)
{
    struct cursor cursor = {parts, count, 0};
    size_t done = 0;

    if (offset >= content->info.st_size)
        return 0;
    if (most > (size_t)(content->info.st_size - offset))
        most = (size_t)(content->info.st_size - offset);
    while (done < most) {
        uint64_t at = (uint64_t)offset + done;
        size_t index = at / SIM_BLOCK;
        size_t size = in_this_block(at, most - done);
        uint8_t *block = index < content->block_count ? content->blocks[index] : NULL;

        copy(&cursor, block ? block + at % SIM_BLOCK : NULL, size, true);
        done += size;
    }
    return (int64_t)done;
}

static int room_for(struct sim_content *content, size_t index)
{
    size_t count = content->block_count ? content->block_count : 4;
    uint8_t **blocks;

    if (index < content->block_count)
        return 0;
    while (count <= index)
        count *= 2;
    blocks = mem_realloc(content->blocks, count * sizeof(*blocks));
    if (blocks == NULL)
        return -ENOMEM;
    for (size_t i = content->block_count; i < count; i++)
        blocks[i] = NULL;
    content->blocks = blocks;
    content->block_count = count;
    return 0;
}

/* `charged`: it takes place on the disk. */
static int block_at(struct sim_driver *self, struct sim_content *content, size_t index,
                    bool charged, uint8_t **out)
{
    if (room_for(content, index) != 0)
        return -ENOMEM;
    *out = content->blocks[index];
    if (*out != NULL)
        return 0;
    if (charged && self->disk_blocks && self->disk_used >= self->disk_blocks)
        return -ENOSPC;
    *out = mem_zalloc(SIM_BLOCK);
    if (*out == NULL)
        return -ENOMEM;
    content->blocks[index] = *out;
    content->info.st_blocks += SIM_BLOCK / 512;
    content->charged += charged;
    self->disk_used += charged;
    return 0;
}

static int64_t put(struct sim_driver *self, struct sim_content *content, struct cursor *cursor,
                   size_t most, int64_t offset, bool charged)
{
    size_t done = 0;

    while (done < most) {
        uint64_t at = (uint64_t)offset + done;
        size_t size = in_this_block(at, most - done);
        uint8_t *block;
        int err = block_at(self, content, at / SIM_BLOCK, charged, &block);

        if (err && done == 0)
            return err;
        if (err)
            break;
        copy(cursor, block + at % SIM_BLOCK, size, false);
        done += size;
        if (content->info.st_size < (int64_t)(at + size))
            content->info.st_size = (int64_t)(at + size);
    }
    return (int64_t)done;
}

int64_t coil__sim_content_write(struct sim_driver *self, struct sim_content *content,
                                const struct iovec *parts, size_t count, size_t most,
                                int64_t offset)
{
    struct cursor cursor = {parts, count, 0};

    if (offset > LARGEST_FILE || (int64_t)most > LARGEST_FILE - offset)
        return -EFBIG;
    if (most)
        coil__sim_content_touch(self, content);
    return put(self, content, &cursor, most, offset, true);
}

/* --- from the real file --- */

static int64_t load(struct sim_driver *self, struct sim_content *content, int fd)
{
    uint8_t data[SIM_BLOCK];
    struct iovec part = {data, sizeof(data)};
    int64_t at = 0;
    int64_t size;

    content->info.st_size = 0;
    content->info.st_blocks = 0;
    while ((size = coil__sys_readv(fd, &part, 1, at)) > 0) {
        struct cursor cursor = {&part, 1, 0};
        int64_t done = put(self, content, &cursor, (size_t)size, at, false);

        if (done < size)
            return done < 0 ? done : -ENOMEM;
        at += size;
    }
    return size;
}

static int open_real(struct sim_driver *self, struct sim_node *node, struct sim_content *content)
{
    int fd = coil__sys_open(node->real, O_RDONLY | O_NONBLOCK, 0);
    int64_t err;

    if (fd < 0)
        return fd;
    err = load(self, content, fd);
    coil__sys_close(fd);
    return (int)err;
}

int coil__sim_content_of(struct sim_driver *self, struct sim_node *node, struct sim_content **out)
{
    struct sim_content *content = node->content;
    int err;

    if (content != NULL) {
        content->refs++;
        *out = content;
        return 0;
    }
    content = coil__sim_content_new(&node->info);
    if (content == NULL)
        return -ENOMEM;
    err = open_real(self, node, content);
    if (err) {
        coil__sim_content_unref(self, content);
        return err;
    }
    content->node = node;
    node->content = content;
    *out = content;
    return 0;
}
