/*
 * What is done to files as wholes, most by their paths: size, mode, names. Results >= 0 or a
 * negated errno; see sys.h for the rules. Relative paths begin at the working directory.
 */
#ifndef COIL_MACH_SYS_FILES_H
#define COIL_MACH_SYS_FILES_H

#include <stddef.h>
#include <stdint.h>

int coil__sys_truncate(const char *path, int64_t size);
int coil__sys_ftruncate(int fd, int64_t size);
int coil__sys_chmod(const char *path, uint32_t mode);
int coil__sys_fchmod(int fd, uint32_t mode);
int coil__sys_rename(const char *from, const char *to);
int coil__sys_link(const char *from, const char *to); /* a symbolic link is not followed */
int coil__sys_symlink(const char *target, const char *path);
int64_t coil__sys_readlink(const char *path, char *target, size_t size); /* no zero at the end */
int coil__sys_unlink(const char *path, int flags);
int coil__sys_mkdir(const char *path, uint32_t mode);

/* From a file to another, at the same offset in both. */
int64_t coil__sys_copy_range(int to, int from, int64_t offset, size_t size);

#endif
