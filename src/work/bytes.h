/* Bytes that travel between processes, from the inside. */
#ifndef COIL_WORK_BYTES_H
#define COIL_WORK_BYTES_H

#include <coil/bytes.h>

/*
 * What is larger is made in shared memory. SIZE_MAX, so nothing is, but in a worker process, which
 * sets it: what it makes is on its way to another one; elsewhere each would hold a descriptor.
 */
extern size_t coil__bytes_shared_from;

/* The descriptor of the shared memory they lie in, borrowed; -1: they lie on the heap. */
int coil__bytes_fd(const struct coil_bytes *bytes);

/* The bytes in shared memory that another process made. Takes the descriptor over and closes it.
 * 0; -ENOMEM, -EINVAL (it has no `size` bytes) ... */
int coil__bytes_adopt(int fd, size_t size, struct coil_bytes **out);

#endif
