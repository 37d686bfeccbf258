/* Sockets as descriptors: one operation each, or one question to the world. */
#include <coil/sock.h>

#include <string.h>

#include "base/alloc.h"
#include "io/sendfile.h"
#include "io/world.h"

/* --- what never waits --- */

int coil_sock_open(int family, int type, int protocol)
{
    return WORLD(loop_here("coil_sock_open"), socket, family, type, protocol);
}

int coil_sock_pair(int family, int type, int fds[2])
{
    return WORLD(loop_here("coil_sock_pair"), socketpair, family, type, fds);
}

int coil_sock_bind(int fd, const struct coil_address *address)
{
    return WORLD(loop_here("coil_sock_bind"), bind, fd, &address->as.any, address->length);
}

int coil_sock_listen(int fd, int backlog)
{
    return WORLD(loop_here("coil_sock_listen"), listen, fd, backlog);
}

/* Answers are given in place, with the length that the system said. */
static int name_of(struct coil_loop *loop, int fd, bool peer, struct coil_address *out)
{
    uint32_t length = sizeof(out->as);
    int err;

    memset(out, 0, sizeof(*out));
    err = WORLD(loop, name, fd, peer, &out->as.any, &length);
    if (err == 0)
        out->length = length;
    return err;
}

int coil_sock_name(int fd, struct coil_address *out)
{
    return name_of(loop_here("coil_sock_name"), fd, false, out);
}

int coil_sock_peer(int fd, struct coil_address *out)
{
    return name_of(loop_here("coil_sock_peer"), fd, true, out);
}

static int set_option(struct coil_loop *loop, int fd, int level, int name, const void *value,
                      size_t size)
{
    if (size > INT32_MAX)
        return -EINVAL;
    return WORLD(loop, set_option, fd, level, name, value, (uint32_t)size);
}

static int get_option(struct coil_loop *loop, int fd, int level, int name, void *value, size_t size)
{
    uint32_t length = size < INT32_MAX ? (uint32_t)size : INT32_MAX;
    int err = WORLD(loop, get_option, fd, level, name, value, &length);

    return err < 0 ? err : (int)length;
}

int coil_sock_set(int fd, int level, int name, int value)
{
    return set_option(loop_here("coil_sock_set"), fd, level, name, &value, sizeof(value));
}

int coil_sock_get(int fd, int level, int name, int *value)
{
    int got = 0;
    int err = get_option(loop_here("coil_sock_get"), fd, level, name, &got, sizeof(got));

    if (err < 0)
        return err;
    *value = got;
    return 0;
}

int coil_sock_set_bytes(int fd, int level, int name, const void *value, size_t size)
{
    return set_option(loop_here("coil_sock_set_bytes"), fd, level, name, value, size);
}

int coil_sock_get_bytes(int fd, int level, int name, void *value, size_t size)
{
    return get_option(loop_here("coil_sock_get_bytes"), fd, level, name, value, size);
}

int coil_sock_shutdown(int fd, int how)
{
    return WORLD(loop_here("coil_sock_shutdown"), shutdown, fd, how);
}

/* --- connections --- */

coil_async int coil_sock_connect(int fd, const struct coil_address *address)
{
    struct op_wait wait = {
        .op = {.kind = OP_CONNECT, .fd = fd, .connect = {&address->as.any, address->length}}};

    return (int)coil__op_run(&wait, "sock_connect");
}

coil_async int coil_sock_accept(int fd, struct coil_address *peer)
{
    struct op_wait wait = {.op = {.kind = OP_ACCEPT, .fd = fd}};
    uint32_t length = sizeof(peer->as);
    int64_t accepted;

    if (peer != NULL) {
        memset(peer, 0, sizeof(*peer));
        wait.op.accept.address = &peer->as.any;
        wait.op.accept.length = &length;
    }
    accepted = coil__op_run(&wait, "sock_accept");
    if (peer != NULL && accepted >= 0)
        peer->length = length;
    return (int)accepted;
}

/* --- data --- */

coil_async int64_t coil_sock_recv(int fd, void *data, size_t size)
{
    struct op_wait wait = {.op = {.kind = OP_RECV, .fd = fd, .rw = {.data = data, .size = size}}};

    return coil__op_run(&wait, "sock_recv");
}

static coil_async int64_t run_message(enum op_kind kind, int fd, struct msghdr *message, int flags,
                                      const char *what)
{
    struct op_wait wait = {.op = {.kind = (uint8_t)kind, .fd = fd, .message = {message, flags}}};

    return coil__op_run(&wait, what);
}

coil_async int64_t coil_sock_recvfrom(int fd, void *data, size_t size, struct coil_address *from)
{
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int64_t received;

    if (from != NULL) {
        memset(from, 0, sizeof(*from));
        message.msg_name = &from->as;
        message.msg_namelen = sizeof(from->as);
    }
    received = run_message(OP_RECVMSG, fd, &message, 0, "sock_recvfrom");
    if (from != NULL && received >= 0)
        from->length = message.msg_namelen;
    return received;
}

/* Some bytes at least. */
static coil_async int64_t send_some(int fd, const void *data, size_t size, const char *what)
{
    struct op_wait wait = {
        .op = {.kind = OP_SEND, .fd = fd, .rw = {.data = (void *)(uintptr_t)data, .size = size}}};

    return coil__op_run(&wait, what);
}

static coil_async int send_all(int fd, const char *data, size_t size, const char *what)
{
    while (size > 0) {
        int64_t sent = send_some(fd, data, size, what);

        if (sent < 0)
            return (int)sent;
        data += sent;
        size -= (size_t)sent;
    }
    return 0;
}

coil_async int coil_sock_sendall(int fd, const void *data, size_t size)
{
    return send_all(fd, data, size, "sock_sendall");
}

coil_async int64_t coil_sock_sendto(int fd, const void *data, size_t size,
                                    const struct coil_address *to)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (to == NULL)
        return send_some(fd, data, size, "sock_sendto");
    message.msg_name = (void *)(uintptr_t)&to->as;
    message.msg_namelen = to->length;
    return run_message(OP_SENDMSG, fd, &message, 0, "sock_sendto");
}

coil_async int64_t coil_sock_recvmsg(int fd, struct msghdr *message, int flags)
{
    return run_message(OP_RECVMSG, fd, message, flags, "sock_recvmsg");
}

coil_async int64_t coil_sock_sendmsg(int fd, struct msghdr *message, int flags)
{
    return run_message(OP_SENDMSG, fd, message, flags, "sock_sendmsg");
}

/* --- sendfile --- */

/* Until all is sent, the file ends, or an error. */
static coil_async int64_t send_in_kernel(int fd, struct sending *sending)
{
    while (sending->left > 0) {
        struct op_wait wait = {.done = NULL};
        int64_t result;

        sending_aim(sending, &wait.op, fd);
        result = coil__op_run(&wait, "sock_sendfile");
        if (result <= 0)
            return result;
        sending_advance(sending, result);
    }
    return 0;
}

/* The same by reading and sending, piece by piece. */
static coil_async int64_t send_by_hand(int fd, struct sending *sending)
{
    char *data = mem_alloc(SENDFILE_PIECE);
    int64_t result = data != NULL ? 0 : -ENOMEM;

    while (result == 0 && sending->left > 0) {
        struct op_wait wait = {.done = NULL};
        int64_t size;

        sending_read(sending, &wait.op, data);
        result = size = coil__op_run(&wait, "sock_sendfile");
        if (size <= 0)
            break;
        result = send_all(fd, data, (size_t)size, "sock_sendfile");
        sending_advance(sending, size);
    }
    mem_free(data);
    return result;
}

coil_async int64_t coil_sock_sendfile(int fd, int file, int64_t offset, size_t size)
{
    struct sending sending = {.file = file, .offset = offset, .left = size};
    int64_t result;

    if (offset < 0)
        return -EINVAL;
    result = send_in_kernel(fd, &sending);
    if (sending_cannot(result))
        result = send_by_hand(fd, &sending);
    return result < 0 ? result : sending.sent;
}
