/* The results of a batch as bytes, on their way from one process to another. */
#ifndef COIL_WORK_PROCESS_PACK_H
#define COIL_WORK_PROCESS_PACK_H

#include <coil/bytes.h>
#include <coil/executor.h>

#include "loop/exception.h"

/* Whether a job's value can be bytes at all: what else it returned would be read as such. */
bool coil__pack_is_bytes(const void *value);

/* Copies all. Values that are no bytes become -ENOEXEC. NULL when memory is out. */
struct coil_bytes *coil__pack_results(const struct coil_results *results);

/* The other way. 0; -ENOMEM; -EBADMSG: these are no packed results. */
int coil__unpack_results(const void *data, size_t size, struct coil_results **out);

/* An exception of another process: text and place are copied. The copies of places live for ever,
 * each once; of more than can be in a program there are none. */
struct coil_exception *coil__pack_exception(int64_t code, const char *text, size_t text_bytes,
                                            const char *place, size_t place_bytes);

#endif
