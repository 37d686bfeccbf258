/* The limit by io_uring: an echo server and reads of a file, without a library or a task. One
 * accept and one receive per client stay armed for good; the kernel picks the buffers. */
#include <stdbool.h>
#include <sys/uio.h>

#include "files.h"
#include "net.h"
#include "ring.h"

enum {
    BUFFERS = 1024,
    BUFFER_BYTES = 64 * 1024,
    STRIDE = BUFFER_BYTES + 1088, /* not a power of two: their beginnings share no cache sets */
    GROUP = 0,
    PARTS = 64, /* buffers that go out in one call */
};

enum event { ON_ACCEPT, ON_RECEIVE, ON_SEND }; /* in the low bits of user_data */

struct client {
    int fd;
    bool sending;
    bool receiving; /* the receive is armed */
    bool ended;
    struct client *next_starved;
    unsigned first, count; /* what is to be sent, a circle of buffers; those in front are out */
    unsigned short queue[BUFFERS];
    unsigned size[BUFFERS];
    unsigned gone; /* bytes of the first that were sent */
    struct msghdr message;
    struct iovec parts[PARTS];
};

static struct ring ring;
static char *buffers;
static struct io_uring_buf_ring *pool;
static struct client *starved; /* their receive ended for want of buffers */

static char *buffer_at(unsigned id)
{
    return buffers + (size_t)id * STRIDE;
}

static void buffer_give(unsigned id)
{
    unsigned short tail = pool->tail;
    struct io_uring_buf *slot = &pool->bufs[tail & (BUFFERS - 1)];

    slot->addr = (uintptr_t)buffer_at(id);
    slot->len = BUFFER_BYTES;
    slot->bid = (unsigned short)id;
    __atomic_store_n(&pool->tail, (unsigned short)(tail + 1), __ATOMIC_RELEASE);
}

static void *map(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED)
        bench_die("mmap");
    return at;
}

static void buffers_open(void)
{
    struct io_uring_buf_reg reg = {.ring_entries = BUFFERS, .bgid = GROUP};

    buffers = map((size_t)BUFFERS * STRIDE);
    madvise(buffers, (size_t)BUFFERS * STRIDE, MADV_HUGEPAGE);
    memset(buffers, 0, (size_t)BUFFERS * STRIDE); /* no first touch while it serves */
    pool = map(BUFFERS * sizeof(struct io_uring_buf));
    reg.ring_addr = (uintptr_t)pool;
    if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PBUF_RING, &reg, 1) < 0)
        bench_die("a ring of buffers");
    for (unsigned i = 0; i < BUFFERS; i++)
        buffer_give(i);
}

static struct io_uring_sqe *ask(int op, int fd, const void *who, enum event event)
{
    struct io_uring_sqe *sqe = ring_sqe(&ring);

    sqe->opcode = (unsigned char)op;
    sqe->fd = fd;
    sqe->user_data = (uintptr_t)who | event;
    return sqe;
}

static void ask_accept(int listener)
{
    ask(IORING_OP_ACCEPT, listener, NULL, ON_ACCEPT)->ioprio = IORING_ACCEPT_MULTISHOT;
}

static void ask_receive(struct client *client)
{
    struct io_uring_sqe *sqe = ask(IORING_OP_RECV, client->fd, client, ON_RECEIVE);

    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    client->receiving = true;
}

/* Sends all that is queued, in one request: two at once could overtake each other. */
static void ask_send(struct client *client)
{
    struct io_uring_sqe *sqe;
    unsigned count = client->count < PARTS ? client->count : PARTS;

    for (unsigned i = 0; i < count; i++) {
        unsigned at = (client->first + i) % BUFFERS;
        unsigned skip = i ? 0 : client->gone;

        client->parts[i].iov_base = buffer_at(client->queue[at]) + skip;
        client->parts[i].iov_len = client->size[at] - skip;
    }
    client->sending = true;
    if (count == 1) {
        sqe = ask(IORING_OP_SEND, client->fd, client, ON_SEND);
        sqe->addr = (uintptr_t)client->parts[0].iov_base;
        sqe->len = (unsigned)client->parts[0].iov_len;
    } else {
        client->message = (struct msghdr){.msg_iov = client->parts, .msg_iovlen = count};
        sqe = ask(IORING_OP_SENDMSG, client->fd, client, ON_SEND);
        sqe->addr = (uintptr_t)&client->message;
    }
    sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
}

/* Takes so many bytes off the queue, and gives the buffers back whose bytes are all gone. */
static void client_sent(struct client *client, unsigned bytes)
{
    bytes += client->gone;
    while (client->count && bytes >= client->size[client->first]) {
        bytes -= client->size[client->first];
        buffer_give(client->queue[client->first]);
        client->first = (client->first + 1) % BUFFERS;
        client->count--;
    }
    client->gone = bytes;
    while (starved) {
        struct client *hungry = starved;

        starved = hungry->next_starved;
        ask_receive(hungry);
    }
}

static void client_close_if_idle(struct client *client)
{
    if (client->sending || client->receiving)
        return;
    while (client->count)
        client_sent(client, client->size[client->first]);
    close(client->fd);
    free(client);
}

static void on_accept(const struct io_uring_cqe *cqe, int listener)
{
    struct client *client;

    if (!(cqe->flags & IORING_CQE_F_MORE))
        ask_accept(listener);
    if (cqe->res < 0)
        return;
    client = malloc(sizeof *client);
    if (!client)
        bench_die("malloc");
    client->fd = cqe->res;
    client->sending = client->ended = false;
    client->first = client->count = client->gone = 0;
    ask_receive(client);
}

static void on_receive(struct client *client, const struct io_uring_cqe *cqe)
{
    if (!(cqe->flags & IORING_CQE_F_MORE))
        client->receiving = false;
    if (cqe->res > 0) {
        unsigned at = (client->first + client->count++) % BUFFERS;

        client->queue[at] = (unsigned short)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
        client->size[at] = (unsigned)cqe->res;
        if (!client->sending)
            ask_send(client);
        if (!client->receiving)
            ask_receive(client);
    } else if (cqe->res == -ENOBUFS) {
        client->next_starved = starved;
        starved = client;
        client->receiving = true;
    } else {
        client->ended = true;
        client_close_if_idle(client);
    }
}

static void on_send(struct client *client, const struct io_uring_cqe *cqe)
{
    client->sending = false;
    if (cqe->res < 0) {
        shutdown(client->fd, SHUT_RDWR); /* ends the receive, if it is armed */
        client_close_if_idle(client);
        return;
    }
    client_sent(client, (unsigned)cqe->res);
    if (client->count)
        ask_send(client);
    else if (client->ended)
        client_close_if_idle(client);
}

static void serve(const char *name)
{
    int listener = net_listen(0);
    struct io_uring_cqe *cqe;

    (void)name;
    ring_open(&ring);
    buffers_open();
    ask_accept(listener);
    for (;;) {
        ring_enter(&ring, 1);
        while ((cqe = ring_peek(&ring))) {
            struct client *client = (struct client *)(uintptr_t)(cqe->user_data & ~3ull);

            switch ((enum event)(cqe->user_data & 3)) {
            case ON_ACCEPT: on_accept(cqe, listener); break;
            case ON_RECEIVE: on_receive(client, cqe); break;
            case ON_SEND: on_send(client, cqe); break;
            }
            ring_seen(&ring);
        }
    }
}

/* ---- reads of a file ---- */

static void ask_read(const struct files *files, unsigned slot)
{
    struct io_uring_sqe *sqe = ring_sqe(&ring);
    uint64_t block = files_any(files);

    files->block[slot] = block;
    sqe->opcode = IORING_OP_READ;
    sqe->fd = files->fd;
    sqe->addr = (uintptr_t)files_page(files, slot);
    sqe->len = FILES_PAGE;
    sqe->off = block * FILES_PAGE;
    sqe->user_data = slot;
}

static void run_reads(const char *name)
{
    struct files files;
    struct io_uring_cqe *cqe;
    bool more = true;

    files_open(&files, name);
    ring_open(&ring);
    for (unsigned i = 0; i < files.depth; i++)
        ask_read(&files, i);
    while (more) {
        ring_enter(&ring, 1);
        while (more && (cqe = ring_peek(&ring))) {
            unsigned slot = (unsigned)cqe->user_data;

            files_check(&files, slot, cqe->res);
            ring_seen(&ring);
            more = files_count(&files);
            ask_read(&files, slot);
        }
    }
}

static const struct bench_row rows[] = {
    {"serve", serve},        {"cached_1", run_reads},  {"cached_64", run_reads},
    {"direct_1", run_reads}, {"direct_64", run_reads},
};

BENCH_MAIN(rows)
