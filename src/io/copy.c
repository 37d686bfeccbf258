/* A file copied whole: by the kernel as far as that can, else piece by piece. */
#include <coil/file.h>

#include "io/op_wait.h"

#define COPIED_AT_ONCE ((size_t)8 << 20) /* bytes; a cancellation waits for no more than these */
#define PIECE ((size_t)128 << 10)

static coil_async int64_t copy_range(int to, int from, int64_t offset)
{
    struct op_wait wait = {
        .op = {.kind = OP_COPY,
               .fd = to,
               .sendfile = {.from = from, .offset = offset, .size = COPIED_AT_ONCE}}};

    return coil__op_run(&wait, "copy_file");
}

static coil_async int64_t copy_piece(int to, int from, char *data, int64_t offset)
{
    int64_t n = coil_pread(from, data, PIECE, offset);
    int err = n > 0 ? coil_pwrite(to, data, (size_t)n, offset) : 0;

    return err != 0 ? err : n;
}

static coil_async int copy_by_hand(int to, int from, int64_t offset)
{
    char *data = mem_alloc(PIECE);
    int64_t n;

    if (data == NULL)
        return -ENOMEM;
    while ((n = copy_piece(to, from, data, offset)) > 0)
        offset += n;
    mem_free(data);
    return (int)n;
}

/* Why the kernel does not copy, if it was to begin with or comes to a limit, reading and writing
 * tell better; and a file under /proc is not empty because it says so. */
static coil_async int copy_content(int to, int from)
{
    int64_t offset = 0, n;

    while ((n = copy_range(to, from, offset)) > 0)
        offset += n;
    if (n == -ECANCELED || (n == 0 && offset > 0))
        return (int)n;
    return copy_by_hand(to, from, offset);
}

static coil_async int stat_regular(int fd, struct stat *about)
{
    int err = coil_fstat(fd, about);

    if (err != 0 || S_ISREG(about->st_mode))
        return err;
    return S_ISDIR(about->st_mode) ? -EISDIR : -EINVAL;
}

/* The mode comes last: writing takes the right to act as the owner away again. */
static coil_async int copy_into(int to, int from, const struct stat *about)
{
    struct stat before;
    int err = stat_regular(to, &before);

    if (err == 0 && before.st_dev == about->st_dev && before.st_ino == about->st_ino)
        err = -EINVAL;
    if (err == 0 && before.st_size > 0)
        err = coil_ftruncate(to, 0);
    if (err == 0)
        err = copy_content(to, from);
    return err != 0 ? err : coil_fchmod(to, about->st_mode & 07777);
}

static coil_async int copy_from(int from, const char *path)
{
    struct stat about;
    int err = stat_regular(from, &about);
    int to, end;

    if (err != 0)
        return err;
    to = coil_open(path, O_WRONLY | O_CREAT, about.st_mode & 0777);
    if (to < 0)
        return to;
    err = copy_into(to, from, &about);
    end = coil_close(to);
    return err != 0 ? err : end;
}

coil_async int coil_copy_file(const char *from, const char *to)
{
    int fd = coil_open(from, O_RDONLY, 0);
    int err;

    if (fd < 0)
        return fd;
    err = copy_from(fd, to);
    coil_close_soon(fd); /* of what was only read, it has nothing to wait for */
    return err;
}
