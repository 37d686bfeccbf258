#include "work/bytes.h"

#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "mach/sys_io.h"
#include "mach/sys_memory.h"

size_t coil__bytes_shared_from = SIZE_MAX;

struct bytes {
    struct coil_bytes bytes;
    size_t mapped; /* 0: they lie here, behind */
    int fd;        /* of the mapping; -1: closed */
    _Alignas(max_align_t) char here[];
};

static const struct bytes *bytes_of(const struct coil_bytes *bytes)
{
    return (const struct bytes *)bytes; /* its first member */
}

static struct bytes *new_here(size_t size)
{
    struct bytes *self;

    if (size > PTRDIFF_MAX - sizeof(*self))
        return NULL;
    self = mem_zalloc(sizeof(*self) + size);
    if (self == NULL)
        return NULL;
    self->bytes.data = self->here;
    self->bytes.size = size;
    self->fd = -1;
    return self;
}

/* `fd` stays the caller's on an error. */
static int map(int fd, size_t size, struct bytes **out)
{
    struct bytes *self = mem_zalloc(sizeof(*self));
    int err;

    if (self == NULL)
        return -ENOMEM;
    err = coil__sys_mmap(&self->bytes.data, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (err != 0) {
        mem_free(self);
        return err;
    }
    self->bytes.size = self->mapped = size;
    self->fd = fd;
    *out = self;
    return 0;
}

static struct bytes *new_shared(size_t size)
{
    struct bytes *self = NULL;
    int fd = coil__sys_memfd("coil-bytes", size);

    if (fd >= 0 && map(fd, size, &self) != 0)
        coil__sys_close(fd);
    return self;
}

struct coil_bytes *coil_bytes_new(size_t size)
{
    struct bytes *self = size > coil__bytes_shared_from ? new_shared(size) : NULL;

    if (self == NULL) /* without descriptors it is copied later, that is all */
        self = new_here(size);
    return self != NULL ? &self->bytes : NULL;
}

struct coil_bytes *coil_bytes_copy(const void *data, size_t size)
{
    struct coil_bytes *bytes = coil_bytes_new(size);

    if (bytes != NULL && size > 0)
        memcpy(bytes->data, data, size);
    return bytes;
}

struct coil_result coil_bytes_result(const void *data, size_t size)
{
    struct coil_bytes *bytes = coil_bytes_copy(data, size);

    return bytes != NULL ? coil_value(bytes) : coil_error(-ENOMEM);
}

void coil_bytes_free(void *bytes)
{
    struct bytes *self = bytes;

    if (self == NULL)
        return;
    if (self->mapped != 0)
        coil__sys_munmap(self->bytes.data, self->mapped);
    if (self->fd >= 0)
        coil__sys_close(self->fd);
    mem_free(self);
}

int coil__bytes_fd(const struct coil_bytes *bytes)
{
    return bytes_of(bytes)->fd;
}

/* Memory that is not there raises SIGBUS where it is touched: the one who sent it may lie. */
static int adopt(int fd, size_t size, struct bytes **out)
{
    struct stat status;
    int err = coil__sys_fstat(fd, &status);

    if (err < 0)
        return err;
    if (size == 0 || status.st_size < 0 || (uint64_t)status.st_size < size)
        return -EINVAL;
    return map(fd, size, out);
}

int coil__bytes_adopt(int fd, size_t size, struct coil_bytes **out)
{
    struct bytes *self = NULL;
    int err = adopt(fd, size, &self);

    coil__sys_close(fd);
    if (err != 0)
        return err;
    self->fd = -1; /* the mapping needs none */
    *out = &self->bytes;
    return 0;
}
