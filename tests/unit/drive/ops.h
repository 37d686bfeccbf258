/* Whole operations: submitted and waited for; what came of them. */
#ifndef OPS_H
#define OPS_H

#include "world.h"

int64_t do_open(struct world *world, const char *path, int flags); /* a new file: 0644 */
int64_t do_close(struct world *world, int fd);
int64_t do_unlink(struct world *world, const char *path, int flags);
int64_t do_mkdir(struct world *world, const char *path);
int64_t do_rename(struct world *world, const char *from, const char *to);
int64_t do_stat(struct world *world, const char *path, struct stat *out);
int64_t do_lstat(struct world *world, const char *path, struct stat *out);
int64_t do_fstat(struct world *world, int fd, struct stat *out);
int64_t do_link(struct world *world, const char *from, const char *to);
int64_t do_symlink(struct world *world, const char *target, const char *path);
int64_t do_readlink(struct world *world, const char *path, char *target, size_t size);

/* OP_TRUNCATE, OP_CHMOD; path NULL: of the descriptor. */
int64_t do_set(struct world *world, enum op_kind kind, const char *path, int fd, int64_t value);
int64_t do_copy(struct world *world, int to, int from, int64_t offset, size_t size);
int64_t do_fsync(struct world *world, int fd, bool data_only);

/* OP_READ, OP_WRITE; OP_READV, OP_WRITEV. OP_STREAM: from where the descriptor stands. */
int64_t do_at(struct world *world, enum op_kind kind, int fd, const void *data, size_t size,
              int64_t offset);
int64_t do_vector(struct world *world, enum op_kind kind, int fd, const struct iovec *parts,
                  size_t count, int64_t offset);
int64_t do_sendfile(struct world *world, int to, int from, int64_t offset, size_t size);

#endif
