/*
 * The system calls of input and output, as functions that return >= 0 or a negated errno; see
 * sys.h for the rules. None waits where the descriptor is non-blocking, a socket (MSG_DONTWAIT is
 * set), or the name says so; none raises SIGPIPE.
 */
#ifndef COIL_MACH_SYS_IO_H
#define COIL_MACH_SYS_IO_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "mach/sys.h"

/* Data of whatever kind. `offset` < 0: at the descriptor's own position. */
int64_t coil__sys_readv(int fd, const struct iovec *parts, size_t count, int64_t offset);
int64_t coil__sys_writev(int fd, const struct iovec *parts, size_t count, int64_t offset);

/* Without waiting even where the descriptor is in blocking mode or the disk would have to be asked:
 * -EAGAIN then; -EOPNOTSUPP where the kernel cannot do that with this file. */
int64_t coil__sys_readv_nowait(int fd, const struct iovec *parts, size_t count, int64_t offset);
int64_t coil__sys_writev_nowait(int fd, const struct iovec *parts, size_t count, int64_t offset);

/* Sockets: MSG_DONTWAIT | MSG_NOSIGNAL are added to the flags. */
int64_t coil__sys_recv(int fd, void *data, size_t size, int flags);
int64_t coil__sys_send(int fd, const void *data, size_t size, int flags);
int64_t coil__sys_recvmsg(int fd, struct msghdr *message, int flags);
int64_t coil__sys_sendmsg(int fd, const struct msghdr *message, int flags);
int64_t coil__sys_sendfile(int to, int from, int64_t offset, size_t size);

/* Non-blocking and close-on-exec, all that make descriptors. */
int coil__sys_socket(int family, int type, int protocol);
int coil__sys_socketpair(int family, int type, int fds[2]);
int coil__sys_pipe(int fds[2]);
int coil__sys_accept(int fd, struct sockaddr *address, socklen_t *length);
int coil__sys_connect(int fd, const struct sockaddr *address, socklen_t length);
/* Of a socket in blocking mode, which it leaves for the moment of the call. */
int coil__sys_connect_nowait(int fd, const struct sockaddr *address, socklen_t length);
int coil__sys_bind(int fd, const struct sockaddr *address, socklen_t length);
int coil__sys_listen(int fd, int backlog);
int coil__sys_name(int fd, bool peer, struct sockaddr *address, socklen_t *length);
int coil__sys_set_option(int fd, int level, int name, const void *value, socklen_t length);
int coil__sys_get_option(int fd, int level, int name, void *value, socklen_t *length);
int coil__sys_shutdown(int fd, int how);

/* Files. Relative paths begin at the working directory. */
int coil__sys_open(const char *path, int flags, uint32_t mode); /* O_CLOEXEC is added */
int coil__sys_fsync(int fd, bool data_only);
int coil__sys_stat(const char *path, bool follow, struct stat *out);
int coil__sys_fstat(int fd, struct stat *out);

/* Calls each(name, arg) for what is in the directory but . and .. until one returns < 0. */
int coil__sys_list(const char *path, int (*each)(const char *name, void *arg), void *arg);

int coil__sys_flags(int fd); /* O_...: how it is open */

/* Whether reads and writes return at once (O_NONBLOCK); and that they do, from now on. */
int coil__sys_nonblocking(int fd);
int coil__sys_set_nonblocking(int fd);

/* Processes. */
int coil__sys_pidfd_open(int pid);
int coil__sys_pidfd_signal(int pidfd, int number);
int coil__sys_waitid(int pidfd, siginfo_t *info, bool wait); /* -EAGAIN: it still runs */
int coil__sys_waitid_look(int pidfd, siginfo_t *info);       /* the same; it is not reaped */
int coil__sys_kill(int pid, int number);

#endif
