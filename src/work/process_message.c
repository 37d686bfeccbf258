#include "work/process_message.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <coil/result.h>

#include "base/check.h"
#include "mach/sys.h"
#include "mach/sys_io.h"

#define REFUSED_MOST 200 /* times 1 ms */

void coil__letter_begin(struct letter *letter)
{
    letter->header = (struct msghdr){.msg_iov = letter->parts};
}

void coil__letter_add(struct letter *letter, const void *data, size_t size)
{
    INVARIANT(letter->header.msg_iovlen < sizeof(letter->parts) / sizeof(*letter->parts));
    if (size > 0)
        letter->parts[letter->header.msg_iovlen++] =
            (struct iovec){(void *)(uintptr_t)data, size}; /* which is only read */
}

void coil__letter_attach(struct letter *letter, const int *fds, size_t n)
{
    struct cmsghdr *beside = &letter->beside.aligned;

    memset(&letter->beside, 0, sizeof(letter->beside));
    letter->header.msg_control = letter->beside.room;
    letter->header.msg_controllen = CMSG_SPACE(n * sizeof(int));
    beside->cmsg_level = SOL_SOCKET;
    beside->cmsg_type = SCM_RIGHTS;
    beside->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(beside), fds, n * sizeof(int));
}

int coil__letter_send(const struct letter *letter, int fd)
{
    int64_t sent;

    do
        sent = coil__sys_sendmsg(fd, &letter->header, 0);
    while (sent == -EINTR);
    return sent < 0 ? (int)sent : 0;
}

int coil__letter_send_patiently(const struct letter *letter, int fd)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    unsigned refused = 0;
    int err;

    for (;;) {
        err = coil__letter_send(letter, fd);
        if (err == -EAGAIN)
            coil__sys_poll(&writable, 1, COIL_FOREVER);
        else if (err == -ENOBUFS || err == -ENOMEM ||
                 (err == -ETOOMANYREFS && ++refused < REFUSED_MOST))
            coil__sys_poll(NULL, 0, COIL_MS(1));
        else
            return err;
    }
}

size_t coil__letter_copy(const struct letter *letter, char *room, size_t size)
{
    size_t used = 0;

    if (letter->header.msg_control != NULL)
        return 0;
    for (size_t i = 0; i < letter->header.msg_iovlen; i++) {
        const struct iovec *part = &letter->parts[i];

        if (part->iov_len > size - used)
            return 0;
        memcpy(room + used, part->iov_base, part->iov_len);
        used += part->iov_len;
    }
    return used;
}

void coil__letter_expect(struct letter *letter, void *buffer, size_t size)
{
    letter->parts[0] = (struct iovec){buffer, size};
    letter->header = (struct msghdr){
        .msg_iov = letter->parts,
        .msg_iovlen = 1,
        .msg_control = letter->beside.room,
        .msg_controllen = sizeof(letter->beside.room),
    };
}

static size_t take_fds(const struct cmsghdr *beside, int fds[LETTER_FDS], size_t taken)
{
    size_t n = (beside->cmsg_len - CMSG_LEN(0)) / sizeof(int);

    for (size_t i = 0; i < n; i++) {
        int fd;

        memcpy(&fd, CMSG_DATA(beside) + i * sizeof(int), sizeof(int));
        if (taken < LETTER_FDS)
            fds[taken++] = fd;
        else
            coil__sys_close(fd);
    }
    return taken;
}

int coil__letter_fds(struct letter *letter, int fds[LETTER_FDS])
{
    struct cmsghdr *at = CMSG_FIRSTHDR(&letter->header);
    size_t taken = 0;

    for (size_t i = 0; i < LETTER_FDS; i++)
        fds[i] = -1;
    for (; at != NULL; at = CMSG_NXTHDR(&letter->header, at))
        if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
            taken = take_fds(at, fds, taken);
    if (letter->header.msg_flags & MSG_CTRUNC)
        return -EMFILE;
    return letter->header.msg_flags & MSG_TRUNC ? -EMSGSIZE : 0;
}

void coil__letter_close_fds(const int fds[LETTER_FDS])
{
    for (int i = 0; i < LETTER_FDS; i++)
        if (fds[i] >= 0)
            coil__sys_close(fds[i]);
}

int64_t coil__letter_receive(int fd, void *buffer, size_t size, int fds[LETTER_FDS])
{
    struct letter letter;
    int64_t n;

    do {
        coil__letter_expect(&letter, buffer, size);
        n = coil__sys_recvmsg(fd, &letter.header, 0);
    } while (n == -EINTR);
    if (n > 0)
        coil__letter_fds(&letter, fds);
    return n;
}

bool coil__job_parts(const void *buffer, size_t size, struct job_parts *out)
{
    const struct job_head *head = &out->head;
    const char *at = (const char *)buffer + sizeof(*head);
    size_t rest, text;

    if (size < sizeof(*head))
        return false;
    memcpy(&out->head, buffer, sizeof(*head));
    rest = size - sizeof(*head);
    text = (size_t)head->name_bytes + head->text_bytes + head->place_bytes;
    if (text > rest)
        return false;
    out->name = at;
    out->text = out->name + head->name_bytes;
    out->place = out->text + head->text_bytes;
    out->data = head->flags & JOB_SHARED ? NULL : out->place + head->place_bytes;
    return head->flags & JOB_SHARED || head->data_bytes == rest - text;
}

static void make_control(struct letter *letter, const struct control *control, const int *fds,
                         size_t n)
{
    coil__letter_begin(letter);
    coil__letter_add(letter, control, sizeof(*control));
    if (n > 0)
        coil__letter_attach(letter, fds, n);
}

int coil__control_send(int fd, const struct control *control, const int *fds, size_t n)
{
    struct letter letter;

    make_control(&letter, control, fds, n);
    return coil__letter_send(&letter, fd);
}

int coil__control_send_patiently(int fd, const struct control *control, const int *fds, size_t n)
{
    struct letter letter;

    make_control(&letter, control, fds, n);
    return coil__letter_send_patiently(&letter, fd);
}
