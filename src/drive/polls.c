#include "drive/polls.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "mach/sys.h"

#define CHUNK_SLOTS 64
#define EVENTS_AT_ONCE 128
#define POLL_EVENTS 0x3fffu /* all that poll(2) knows; epoll's flags lie above */
#define UNASKED (POLLERR | POLLHUP)
#define WAKE UINT64_MAX

/* All about one descriptor. */
struct poll_slot {
    struct coil_link ops;   /* which wait on it */
    struct coil_link dirty; /* in polls->dirty, or in none */
    int fd;
    bool registered;
    uint32_t registration; /* which one; an event of an older one is stale */
};

static struct op *op_of(struct coil_link *link)
{
    return container_of(link, struct op, link);
}

int coil__polls_open(struct polls *polls, struct driver *driver, polls_ready_fn *ready, int wake_fd)
{
    struct epoll_event wake = {.events = EPOLLIN | EPOLLET, .data.u64 = WAKE};
    int err;

    *polls = (struct polls){.driver = driver, .ready = ready};
    list_init(&polls->dirty);
    polls->epoll = coil__sys_epoll_create();
    if (polls->epoll < 0)
        return polls->epoll;
    err = coil__sys_epoll_ctl(polls->epoll, EPOLL_CTL_ADD, wake_fd, &wake);
    if (err)
        coil__sys_close(polls->epoll);
    return err;
}

void coil__polls_close(struct polls *polls)
{
    for (size_t i = 0; i < polls->chunk_count; i++)
        mem_free(polls->chunks[i]);
    mem_free(polls->chunks);
    coil__sys_close(polls->epoll);
}

static int grow(struct polls *polls, size_t needed)
{
    size_t count = polls->chunk_count ? polls->chunk_count : 4;
    struct poll_slot **chunks;

    while (count < needed)
        count *= 2;
    chunks = mem_realloc(polls->chunks, count * sizeof(*chunks));
    if (chunks == NULL)
        return -ENOMEM;
    for (size_t i = polls->chunk_count; i < count; i++)
        chunks[i] = NULL;
    polls->chunks = chunks;
    polls->chunk_count = count;
    return 0;
}

static struct poll_slot *chunk_new(size_t index)
{
    struct poll_slot *chunk = mem_zalloc(CHUNK_SLOTS * sizeof(*chunk));

    for (size_t i = 0; chunk != NULL && i < CHUNK_SLOTS; i++) {
        chunk[i].fd = (int)(index * CHUNK_SLOTS + i);
        list_init(&chunk[i].ops);
    }
    return chunk;
}

/* The slot of a descriptor, made if need be; NULL: no memory. */
static struct poll_slot *slot_of(struct polls *polls, int fd)
{
    size_t index = (size_t)fd / CHUNK_SLOTS;

    if (index >= polls->chunk_count && grow(polls, index + 1) != 0)
        return NULL;
    if (polls->chunks[index] == NULL)
        polls->chunks[index] = chunk_new(index);
    if (polls->chunks[index] == NULL)
        return NULL;
    return &polls->chunks[index][(size_t)fd % CHUNK_SLOTS];
}

static void mark_dirty(struct polls *polls, struct poll_slot *slot)
{
    if (!link_in_list(&slot->dirty))
        list_append(&polls->dirty, &slot->dirty);
}

/* The op leaves its slot. */
static void leave(struct polls *polls, struct op *op, int64_t result)
{
    list_remove(&op->link);
    polls->waiting--;
    polls->ready(polls->driver, op, result);
}

void coil__polls_submit(struct polls *polls, struct op *op)
{
    struct poll_slot *slot;

    if (op->fd < 0) {
        polls->ready(polls->driver, op, -EBADF);
        return;
    }
    slot = slot_of(polls, op->fd);
    if (slot == NULL) {
        polls->ready(polls->driver, op, -ENOMEM);
        return;
    }
    list_append(&slot->ops, &op->link);
    polls->waiting++;
    mark_dirty(polls, slot);
}

/* The kernel is not told: an event for nobody comes at most once and is dropped. */
void coil__polls_cancel(struct polls *polls, struct op *op)
{
    leave(polls, op, -ECANCELED);
}

/* Ends the ops of a slot: all, or only those that the kernel had been told of. */
static void end_all(struct polls *polls, struct poll_slot *slot, int64_t result, bool only_asked)
{
    struct coil_link *at = slot->ops.next;

    while (at != &slot->ops) {
        struct op *op = op_of(at);

        at = at->next;
        if (!only_asked || op->stage == STAGE_ASKED)
            leave(polls, op, result);
    }
}

static int control(struct polls *polls, int what, struct poll_slot *slot)
{
    struct epoll_event event = {.events = EPOLLONESHOT};
    struct coil_link *at;

    event.data.u64 = (uint64_t)slot->registration << 32 | (uint32_t)slot->fd;
    list_each (at, &slot->ops)
        event.events |= op_of(at)->poll.events & POLL_EVENTS;
    return coil__sys_epoll_ctl(polls->epoll, what, slot->fd, &event);
}

static int arm_first_time(struct polls *polls, struct poll_slot *slot)
{
    int err;

    slot->registration = ++polls->registrations;
    err = control(polls, EPOLL_CTL_ADD, slot);
    if (err == -EEXIST) /* a duplicate of the file came back to its old number */
        err = control(polls, EPOLL_CTL_MOD, slot);
    slot->registered = err == 0;
    return err;
}

static int arm(struct polls *polls, struct poll_slot *slot)
{
    int err;

    if (!slot->registered)
        return arm_first_time(polls, slot);
    err = control(polls, EPOLL_CTL_MOD, slot);
    if (err != -ENOENT)
        return err;
    /* The number is another file's now: who waited for the old one would wait for ever. */
    slot->registered = false;
    end_all(polls, slot, -EBADF, true);
    return list_empty(&slot->ops) ? 0 : arm_first_time(polls, slot);
}

void coil__polls_flush(struct polls *polls)
{
    struct coil_link *link;

    while ((link = list_pop(&polls->dirty)) != NULL) {
        struct poll_slot *slot = container_of(link, struct poll_slot, dirty);
        struct coil_link *at;
        int err = list_empty(&slot->ops) ? 0 : arm(polls, slot);

        if (err)
            end_all(polls, slot, err, false);
        list_each (at, &slot->ops)
            op_of(at)->stage = STAGE_ASKED;
    }
}

/* One-shot: the kernel has disarmed the descriptor, so who still waits must be told to it again. */
static void take_event(struct polls *polls, const struct epoll_event *event)
{
    struct poll_slot *slot = slot_of(polls, (int)(uint32_t)event->data.u64);
    struct coil_link *at = slot->ops.next;

    if (slot->registration != event->data.u64 >> 32)
        return;
    while (at != &slot->ops) {
        struct op *op = op_of(at);
        uint32_t hit = event->events & ((op->poll.events & POLL_EVENTS) | UNASKED);

        at = at->next;
        if (hit)
            leave(polls, op, hit);
    }
    if (!list_empty(&slot->ops))
        mark_dirty(polls, slot);
}

enum polls_end coil__polls_wait(struct polls *polls, int64_t timeout_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n = coil__sys_epoll_wait(polls->epoll, events, EVENTS_AT_ONCE, timeout_ns);
    enum polls_end end = n > 0 ? POLLS_READY : n == 0 ? POLLS_TIMEOUT : POLLS_WOKEN;

    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == WAKE)
            end = POLLS_WOKEN;
        else
            take_event(polls, &events[i]);
    }
    return end;
}
