/* Several addresses raced for one connection (happy eyeballs, RFC 8305; asyncio: staggered_race).
 */
#ifndef COIL_IO_RACE_H
#define COIL_IO_RACE_H

#include <coil/address.h>

/* What is raced. */
struct race_options {
    const struct coil_address *local; /* every socket is bound to this first; NULL: none */
    int64_t delay_ns; /* until the next address is tried beside the last; < 0: only when that has
                         failed */
};

/*
 * Connects to the first of `count` > 0 addresses that answers. The next is tried when the one
 * before it has failed, or was slow. The descriptor; -ECANCELED; -ENOMEM; or, if all failed, the
 * error of the first, and errors[i] is that of the i-th. Nothing else is open when it returns.
 */
coil_async int coil__connect_race(const struct coil_address *list, size_t count,
                                  const struct race_options *options, int *errors);

#endif
