/* Addresses from the inside. */
#ifndef COIL_IO_ADDRESS_H
#define COIL_IO_ADDRESS_H

#include <coil/address.h>

/*
 * The address of a Unix socket by its path as it is; one that begins with @ is an abstract name.
 * -EINVAL: it is empty; -ENAMETOOLONG.
 */
int coil__address_unix(const char *path, struct coil_address *out);

#endif
