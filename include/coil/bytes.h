/*
 * Bytes with an owner: what jobs give back when their results travel between processes.
 *
 *     struct coil_bytes *picture = coil_bytes_new(width * height);    in the job
 *
 *     draw(picture->data);
 *     return coil_value(picture);
 *
 *     picture = coil_cfuture_take(job, COIL_FOREVER).value;           where it is wanted
 *     write(1, picture->data, picture->size);
 *     coil_bytes_free(picture);
 *
 * Large ones that are made in a worker of a process pool lie in shared memory where the system has
 * it, so that handing them over copies nothing.
 */
#ifndef COIL_BYTES_H
#define COIL_BYTES_H

#include <coil/result.h>

COIL_BEGIN_DECLS

/* Made by coil_bytes_new only. `size` may be made smaller. */
struct coil_bytes {
    void *data; /* aligned for any type */
    size_t size;
};

/**
 * Room for `size` bytes, zeroed.
 *
 * Suspends: no. Thread: any. Owns: the caller frees it.
 * Returns: it; NULL when memory is out.
 */
COIL_EXPORT struct coil_bytes *coil_bytes_new(size_t size);

/**
 * A copy.
 *
 * Suspends: no. Thread: any. Owns: the caller frees it.
 * Returns: it; NULL when memory is out.
 */
COIL_EXPORT struct coil_bytes *coil_bytes_copy(const void *data, size_t size);

/**
 * A result that carries a copy of these bytes: how a job returns a struct or a string.
 *
 *     return coil_bytes_result(&sum, sizeof(sum));
 *
 * Suspends: no. Thread: any. Owns: whoever takes the result frees its value by coil_bytes_free.
 * Returns: a status of 0 and the bytes; -ENOMEM.
 */
COIL_EXPORT struct coil_result coil_bytes_result(const void *data, size_t size);

/**
 * Frees them; a coil_drop_fn. NULL is fine.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_bytes_free(void *bytes);

COIL_END_DECLS

#endif
