/* Terminals; see sys.h for the rules. */
#ifndef COIL_MACH_SYS_TERMINAL_H
#define COIL_MACH_SYS_TERMINAL_H

/* How many columns it has, 0 if it does not know; -ENOTTY: it is none. */
int coil__sys_columns(int fd);

#endif
