/* Memory that other processes can be given by a descriptor; see sys.h for the rules. */
#ifndef COIL_MACH_SYS_MEMORY_H
#define COIL_MACH_SYS_MEMORY_H

#include <stddef.h>

/* A file that lies in memory, zeroed, of this size; close-on-exec. */
int coil__sys_memfd(const char *name, size_t size);

#endif
