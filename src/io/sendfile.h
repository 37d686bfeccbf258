/* A part of a file on its way, to a socket or a stream: in the kernel, or by hand where that
 * cannot.
 */
#ifndef COIL_IO_SENDFILE_H
#define COIL_IO_SENDFILE_H

#include "io/op_wait.h"

/* What is asked for in one operation at most, and what is read at once where the kernel cannot send
 * from the file itself. */
#define SENDFILE_MOST (1u << 30)
#define SENDFILE_PIECE 65536u

struct sending {
    int file;
    int64_t offset;
    size_t left;
    int64_t sent;
};

static inline void sending_advance(struct sending *sending, int64_t bytes)
{
    sending->offset += bytes;
    sending->sent += bytes;
    sending->left -= (size_t)bytes;
}

/* Some file systems cannot, nor can some targets; who cannot read it will say so himself. */
static inline bool sending_cannot(int64_t result)
{
    return result == -EINVAL || result == -ENOSYS || result == -EOPNOTSUPP;
}

/* The next operation, in the kernel. */
static inline void sending_aim(const struct sending *sending, struct op *op, int fd)
{
    op_begin(op, OP_SENDFILE, fd);
    op->sendfile.from = sending->file;
    op->sendfile.offset = sending->offset;
    op->sendfile.size = sending->left < SENDFILE_MOST ? sending->left : SENDFILE_MOST;
}

/* By hand: the next piece is read into a buffer of SENDFILE_PIECE. */
static inline void sending_read(const struct sending *sending, struct op *op, void *data)
{
    op_begin(op, OP_READ, sending->file);
    op->rw.data = data;
    op->rw.size = sending->left < SENDFILE_PIECE ? sending->left : SENDFILE_PIECE;
    op->rw.offset = sending->offset;
}

#endif
