#include "mach/sys_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x100 /* Linux 6.18 */
#endif

static int64_t told(int64_t result)
{
    return result < 0 ? -(int64_t)errno : result;
}

int64_t coil__sys_readv(int fd, const struct iovec *parts, size_t count, int64_t offset)
{
    if (fault(FAULT_SYS))
        return -EIO;
    if (offset >= 0)
        return told(preadv(fd, parts, (int)count, offset));
    if (count == 1)
        return told(read(fd, parts->iov_base, parts->iov_len));
    return told(readv(fd, parts, (int)count));
}

int64_t coil__sys_readv_nowait(int fd, const struct iovec *parts, size_t count, int64_t offset)
{
    if (fault(FAULT_SYS))
        return -EAGAIN;
    return told(preadv2(fd, parts, (int)count, offset, RWF_NOWAIT));
}

static int64_t write_parts(int fd, const struct iovec *parts, size_t count, int64_t offset,
                           int flags)
{
    if (flags)
        return told(pwritev2(fd, parts, (int)count, offset, flags));
    if (offset >= 0)
        return told(pwritev(fd, parts, (int)count, offset));
    if (count == 1)
        return told(write(fd, parts->iov_base, parts->iov_len));
    return told(writev(fd, parts, (int)count));
}

/*
 * A pipe nobody reads any more sends SIGPIPE to the thread that writes. So the signal is blocked
 * meanwhile and taken away again, unless it was pending before: then it is somebody else's, and it
 * can only have been if it was blocked before.
 */
static int64_t write_masked(int fd, const struct iovec *parts, size_t count, int64_t offset,
                            int flags)
{
    const struct timespec now = {0, 0};
    sigset_t pipe_only, before, pending;
    int64_t result;

    sigemptyset(&pending);
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    if (sigismember(&before, SIGPIPE))
        sigpending(&pending);
    result = write_parts(fd, parts, count, offset, flags);
    if (result == -EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

/* write has no MSG_NOSIGNAL. Since Linux 6.18 pwritev2 has, for most files. */
static int64_t write_quietly(int fd, const struct iovec *parts, size_t count, int64_t offset,
                             int flags)
{
    int64_t result = write_parts(fd, parts, count, offset, flags | RWF_NOSIGNAL);

    return result == -EOPNOTSUPP ? write_masked(fd, parts, count, offset, flags) : result;
}

int64_t coil__sys_writev(int fd, const struct iovec *parts, size_t count, int64_t offset)
{
    if (fault(FAULT_SYS))
        return -EIO;
    return write_quietly(fd, parts, count, offset, 0);
}

int64_t coil__sys_writev_nowait(int fd, const struct iovec *parts, size_t count, int64_t offset)
{
    if (fault(FAULT_SYS))
        return -EAGAIN;
    return write_quietly(fd, parts, count, offset, RWF_NOWAIT);
}

int64_t coil__sys_recv(int fd, void *data, size_t size, int flags)
{
    if (fault(FAULT_SYS))
        return -ECONNRESET;
    return told(recv(fd, data, size, flags | MSG_DONTWAIT));
}

int64_t coil__sys_send(int fd, const void *data, size_t size, int flags)
{
    if (fault(FAULT_SYS))
        return -ENOBUFS;
    return told(send(fd, data, size, flags | MSG_DONTWAIT | MSG_NOSIGNAL));
}

int64_t coil__sys_recvmsg(int fd, struct msghdr *message, int flags)
{
    if (fault(FAULT_SYS))
        return -ECONNRESET;
    return told(recvmsg(fd, message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
}

int64_t coil__sys_sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (fault(FAULT_SYS))
        return -ENOBUFS;
    return told(sendmsg(fd, message, flags | MSG_DONTWAIT | MSG_NOSIGNAL));
}

int64_t coil__sys_sendfile(int to, int from, int64_t offset, size_t size)
{
    off_t at = offset;

    if (fault(FAULT_SYS))
        return -EIO;
    return told(sendfile(to, from, &at, size));
}

int coil__sys_socket(int family, int type, int protocol)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

int coil__sys_socketpair(int family, int type, int fds[2])
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(socketpair(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
}

int coil__sys_pipe(int fds[2])
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(pipe2(fds, O_NONBLOCK | O_CLOEXEC));
}

int coil__sys_accept(int fd, struct sockaddr *address, socklen_t *length)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int coil__sys_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (fault(FAULT_SYS))
        return -ENETUNREACH;
    return (int)told(connect(fd, address, length));
}

int coil__sys_connect_nowait(int fd, const struct sockaddr *address, socklen_t length)
{
    int flags = fcntl(fd, F_GETFL);
    int result;

    if (flags < 0)
        return -errno;
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    result = coil__sys_connect(fd, address, length);
    fcntl(fd, F_SETFL, flags);
    return result;
}

int coil__sys_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    if (fault(FAULT_SYS))
        return -EADDRINUSE;
    return (int)told(bind(fd, address, length));
}

int coil__sys_listen(int fd, int backlog)
{
    if (fault(FAULT_SYS))
        return -EADDRINUSE;
    return (int)told(listen(fd, backlog));
}

int coil__sys_name(int fd, bool peer, struct sockaddr *address, socklen_t *length)
{
    if (fault(FAULT_SYS))
        return -ENOBUFS;
    return (int)told(peer ? getpeername(fd, address, length) : getsockname(fd, address, length));
}

int coil__sys_set_option(int fd, int level, int name, const void *value, socklen_t length)
{
    if (fault(FAULT_SYS))
        return -ENOPROTOOPT;
    return (int)told(setsockopt(fd, level, name, value, length));
}

int coil__sys_get_option(int fd, int level, int name, void *value, socklen_t *length)
{
    if (fault(FAULT_SYS))
        return -ENOPROTOOPT;
    return (int)told(getsockopt(fd, level, name, value, length));
}

int coil__sys_shutdown(int fd, int how)
{
    if (fault(FAULT_SYS))
        return -ENOTCONN;
    return (int)told(shutdown(fd, how));
}

int coil__sys_open(const char *path, int flags, uint32_t mode)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(open(path, flags | O_CLOEXEC, mode));
}

int coil__sys_fsync(int fd, bool data_only)
{
    if (fault(FAULT_SYS))
        return -EIO;
    return (int)told(data_only ? fdatasync(fd) : fsync(fd));
}

int coil__sys_stat(const char *path, bool follow, struct stat *out)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return (int)told(follow ? stat(path, out) : lstat(path, out));
}

int coil__sys_fstat(int fd, struct stat *out)
{
    if (fault(FAULT_SYS))
        return -EIO;
    return (int)told(fstat(fd, out));
}

static int list_open(DIR *folder, int (*each)(const char *name, void *arg), void *arg)
{
    struct dirent *entry;
    int result = 0;

    while (result >= 0) {
        errno = 0;
        entry = readdir(folder);
        if (entry == NULL)
            return -errno;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = each(entry->d_name, arg);
    }
    return result;
}

int coil__sys_list(const char *path, int (*each)(const char *name, void *arg), void *arg)
{
    DIR *folder;
    int result;

    if (fault(FAULT_SYS))
        return -EACCES;
    folder = opendir(path);
    if (folder == NULL)
        return -errno;
    result = list_open(folder, each, arg);
    closedir(folder);
    return result;
}

int coil__sys_flags(int fd)
{
    return (int)told(fcntl(fd, F_GETFL));
}

int coil__sys_nonblocking(int fd)
{
    int flags = coil__sys_flags(fd);

    return flags < 0 ? flags : (flags & O_NONBLOCK) != 0;
}

int coil__sys_set_nonblocking(int fd)
{
    int flags = coil__sys_flags(fd);

    if (flags < 0 || (flags & O_NONBLOCK))
        return flags < 0 ? flags : 0;
    return (int)told(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

int coil__sys_pidfd_open(int pid)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(syscall(SYS_pidfd_open, pid, 0));
}

int coil__sys_pidfd_signal(int pidfd, int number)
{
    if (fault(FAULT_SYS))
        return -EPERM;
    return (int)told(syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0));
}

static int wait_for_child(int pidfd, siginfo_t *info, int flags)
{
    int result;

    if (fault(FAULT_SYS))
        return -ECHILD;
    info->si_pid = 0;
    result = (int)told(waitid((idtype_t)P_PIDFD, (id_t)pidfd, info, WEXITED | flags));
    return result == 0 && info->si_pid == 0 ? -EAGAIN : result;
}

int coil__sys_waitid(int pidfd, siginfo_t *info, bool wait)
{
    return wait_for_child(pidfd, info, wait ? 0 : WNOHANG);
}

int coil__sys_waitid_look(int pidfd, siginfo_t *info)
{
    return wait_for_child(pidfd, info, WNOHANG | WNOWAIT);
}

int coil__sys_kill(int pid, int number)
{
    if (fault(FAULT_SYS))
        return -EPERM;
    return (int)told(kill(pid, number));
}
