/*
 * Files, pipes and descriptors of any kind, in POSIX's words, without blocking the loop (asyncio
 * has none of this). What is in memory is read at once; the rest the kernel does asynchronously
 * where it can (io_uring), else worker threads do it.
 *
 *     int fd = coil_open("notes.txt", O_RDONLY, 0);
 *     int64_t n = coil_pread(fd, buffer, sizeof(buffer), 0);
 *
 *     coil_close(fd);
 *
 * What was opened or used here belongs to the loop until coil_close or coil_close_soon: never close
 * it by close(2), dup2(2) over it or the like, for the loop remembers things about it. Descriptors
 * that were not opened here (0, 1, 2, one of a library's) may be used, and their flags stay as they
 * are.
 *
 * Buffers are lent for the time of the call: when it returns, cancelled or not, nobody touches
 * them. A cancelled operation on a disk may have been done nevertheless: the call then waits until
 * that is decided. Relative paths begin at the working directory. For lines of text, open a stream
 * on the file: coil/stream.h.
 */
#ifndef COIL_FILE_H
#define COIL_FILE_H

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <coil/result.h>

COIL_BEGIN_DECLS

struct iovec;

/**
 * Opens a file (open(2)), close-on-exec. `mode` is for O_CREAT. A FIFO does not wait for its other
 * end.
 *
 * Suspends: yes.
 * Cancel-safe: yes; a file opened just then is told, the cancellation comes with the next await.
 * Owns: the caller closes it, with coil_close.
 * Returns: the descriptor; -ENOENT, -EACCES, -EMFILE ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_open(const char *path, int flags, unsigned mode);

/**
 * Closes any descriptor of coil's (close(2)). Whoever waits on it in another task gets -EBADF.
 *
 * Suspends: yes.
 * Cancel-safe: yes; it is closed in any case.
 * Returns: 0; the last error of writing, -EIO ..., the descriptor is closed nevertheless.
 */
COIL_EXPORT coil_async int coil_close(int fd);

/**
 * The same at once, for callbacks and drop functions. May block for a moment on a network file
 * system.
 *
 * Suspends: no.
 * Returns: as coil_close.
 */
COIL_EXPORT int coil_close_soon(int fd);

/**
 * Reads at the descriptor's position: files, pipes, terminals, sockets (read(2)).
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing is lost.
 * Returns: how many bytes, at least one; 0: the end; negative errors; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_read(int fd, void *data, size_t size);

/**
 * Writes all at the descriptor's position.
 *
 * Suspends: yes.
 * Cancel-safe: no: how much was written is not known then.
 * Returns: 0; -EPIPE, -ENOSPC ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_write(int fd, const void *data, size_t size);

/**
 * Writes all of several buffers, in order.
 *
 * Suspends: yes.
 * Cancel-safe: no: how much was written is not known then.
 * Returns: 0; -EPIPE, -ENOSPC ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_writev(int fd, const struct iovec *parts, size_t count);

/**
 * Reads at an offset, as much as there is up to `size` (pread(2), but short only at the end).
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: how many bytes; less than `size` only at the end of the file; negative errors.
 */
COIL_EXPORT coil_async int64_t coil_pread(int fd, void *data, size_t size, int64_t offset);

/**
 * Writes all at an offset (pwrite(2)).
 *
 * Suspends: yes.
 * Cancel-safe: no: how much was written is not known then.
 * Returns: 0; -ENOSPC, -EIO ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_pwrite(int fd, const void *data, size_t size, int64_t offset);

/**
 * Waits until what was written is on the disk; data only: fdatasync(2).
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -EIO ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_fsync(int fd);
COIL_EXPORT coil_async int coil_fdatasync(int fd);

/**
 * What is known of a file: by path, of a symbolic link itself, by descriptor.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -ENOENT, -EACCES ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_stat(const char *path, struct stat *out);
COIL_EXPORT coil_async int coil_lstat(const char *path, struct stat *out);
COIL_EXPORT coil_async int coil_fstat(int fd, struct stat *out);

/**
 * Cuts a regular file to so many bytes, or lengthens it by zeros that take no room on the disk
 * (truncate(2), ftruncate(2)). A descriptor must be open for writing.
 *
 * Suspends: yes.
 * Cancel-safe: no: it may have been done.
 * Returns: 0; -EINVAL: a negative size, no regular file, not open for writing; -EISDIR, -EFBIG ...;
 * -ECANCELED.
 */
COIL_EXPORT coil_async int coil_truncate(const char *path, int64_t size);
COIL_EXPORT coil_async int coil_ftruncate(int fd, int64_t size);

/**
 * Sets who may do what with a file, 0644 say (chmod(2), fchmod(2)). Symbolic links are followed.
 *
 * Suspends: yes.
 * Cancel-safe: no: it may have been done.
 * Returns: 0; -ENOENT, -EPERM ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_chmod(const char *path, unsigned mode);
COIL_EXPORT coil_async int coil_fchmod(int fd, unsigned mode);

/**
 * Renames, replacing what has the new name (rename(2)).
 *
 * Suspends: yes.
 * Cancel-safe: no: it may have been done.
 * Returns: 0; -ENOENT, -EXDEV ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_rename(const char *from, const char *to);

/**
 * Gives a file one more name, in the same file system (link(2)). A symbolic link is not followed:
 * it gets the name itself.
 *
 * Suspends: yes.
 * Cancel-safe: no: it may have been done.
 * Returns: 0; -EEXIST, -EXDEV; -EPERM: a directory, or the file system has but one name for each
 * ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_link(const char *from, const char *to);

/**
 * Makes a symbolic link at `path` (symlink(2)). `target` is any text; where it is relative, it is
 * looked up from the link's directory.
 *
 * Suspends: yes.
 * Cancel-safe: no: it may have been done.
 * Returns: 0; -EEXIST, -ENOENT ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_symlink(const char *target, const char *path);

/**
 * What a symbolic link says, ended by a zero byte. `size` of PATH_MAX is always enough.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: how many bytes, without the zero; -EINVAL: no symbolic link; -ENAMETOOLONG: it does not
 * fit; -ENOENT ...; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_readlink(const char *path, char *target, size_t size);

/**
 * Removes a file; removes an empty directory; makes one.
 *
 * Suspends: yes.
 * Cancel-safe: no: it may have been done.
 * Returns: 0; -ENOENT, -ENOTEMPTY, -EEXIST ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_unlink(const char *path);
COIL_EXPORT coil_async int coil_rmdir(const char *path);
COIL_EXPORT coil_async int coil_mkdir(const char *path, unsigned mode);

/* The names in a directory, without . and .., sorted by strcmp. */
struct coil_listing {
    size_t count;
    char **name; /* count of them; one block, free it with coil_listing_free */
};

/**
 * Lists a directory (os.listdir, sorted).
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Owns: the caller frees the names with coil_listing_free.
 * Returns: 0; -ENOENT, -ENOTDIR ...; -ECANCELED; *out is set only on 0.
 */
COIL_EXPORT coil_async int coil_listdir(const char *path, struct coil_listing *out);

/**
 * Frees what coil_listdir gave. An empty one (all zero) is fine.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_listing_free(struct coil_listing *names);

/**
 * A whole file at once: reads it (a zero byte is put behind the data, not counted), or replaces its
 * content, making it if need be (mode 0666 less the umask).
 *
 * Suspends: yes.
 * Cancel-safe: reading: yes; writing: no, the file may be cut then.
 * Owns: the caller frees *data with free().
 * Returns: 0; -ENOENT, -ENOMEM, -ENOSPC ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_read_file(const char *path, char **data, size_t *size);
COIL_EXPORT coil_async int coil_write_file(const char *path, const void *data, size_t size);

/**
 * Copies a regular file: replaces the content of `to`, making it if need be, and gives it the same
 * mode (shutil.copy). The kernel does it where it can (copy_file_range(2); some file systems then
 * move no byte), else it is read and written piece by piece. What was copied before an error or a
 * cancellation stays: for all or nothing, copy to another name and rename it.
 *
 * Suspends: yes.
 * Cancel-safe: no: the file may be cut then.
 * Returns: 0; -EINVAL: one is no regular file, or both are the same; -EISDIR, -ENOENT, -ENOSPC ...;
 * -ECANCELED.
 */
COIL_EXPORT coil_async int coil_copy_file(const char *from, const char *to);

/**
 * Opens a pipe: fds[0] is read, fds[1] is written; non-blocking, close-on-exec (pipe2(2)).
 *
 * Suspends: no. Owns: the caller closes both with coil_close.
 * Returns: 0; -EMFILE ...
 */
COIL_EXPORT int coil_pipe(int fds[2]);

COIL_END_DECLS

#endif
