/* What epoll is told of descriptors, and what it tells. */
#include <errno.h>
#include <sys/epoll.h>

#include "drive/edges.h"
#include "drive/polls.h"
#include "mach/sys.h"

#define EVENTS_AT_ONCE 128
#define AGAIN_NS COIL_MS(1)
#define WAKE UINT64_MAX

int coil__polls_open(struct polls *polls, struct driver *driver, polls_ready_fn *ready, int wake_fd)
{
    struct epoll_event wake = {.events = EPOLLIN | EPOLLET, .data.u64 = WAKE};
    int err;

    *polls = (struct polls){.driver = driver, .ready = ready};
    list_init(&polls->dirty);
    list_init(&polls->again);
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
    coil__slots_free(&polls->slots);
    coil__sys_close(polls->epoll);
}

static int control(struct polls *polls, int what, struct poll_slot *slot, uint32_t events)
{
    struct epoll_event event = {.events = events};

    event.data.u64 = (uint64_t)slot->registration << 32 | (uint32_t)slot->fd;
    return coil__sys_epoll_ctl(polls->epoll, what, slot->fd, &event);
}

static int register_anew(struct polls *polls, struct poll_slot *slot, uint32_t events)
{
    int err;

    slot->registration = ++polls->registrations;
    err = control(polls, EPOLL_CTL_ADD, slot, events);
    if (err == -EEXIST) /* a duplicate of the file came back to its old number */
        err = control(polls, EPOLL_CTL_MOD, slot, events);
    slot->flags &= (uint8_t)~SLOT_REGISTERED;
    if (err == 0)
        slot->flags |= SLOT_REGISTERED;
    return err;
}

int coil__polls_register(struct polls *polls, struct poll_slot *slot, uint32_t events)
{
    int err;

    if (!(slot->flags & SLOT_REGISTERED))
        return register_anew(polls, slot, events);
    err = control(polls, EPOLL_CTL_MOD, slot, events);
    if (err != -ENOENT)
        return err;
    /* The number is another file's now: who waited for the old one would wait for ever. */
    coil__polls_end_all(polls, slot, -EBADF, true);
    return register_anew(polls, slot, events);
}

/* One round of interest, for whatever is polled for. */
static int arm(struct polls *polls, struct poll_slot *slot)
{
    uint32_t events = EPOLLONESHOT;
    struct coil_link *at;

    list_each (at, &slot->ops)
        events |= op_of(at)->poll.events & POLL_EVENTS;
    return coil__polls_register(polls, slot, events);
}

static void flush_slot(struct polls *polls, struct poll_slot *slot)
{
    struct coil_link *at;
    int err = 0;

    if (slot->flags & SLOT_OWN)
        err = coil__edges_flush(polls, slot);
    else if (!list_empty(&slot->ops))
        err = arm(polls, slot);
    if (err)
        coil__polls_end_all(polls, slot, err, false);
    list_each (at, &slot->ops)
        if (op_of(at)->stage == STAGE_NEW)
            op_of(at)->stage = STAGE_ASKED;
}

void coil__polls_flush(struct polls *polls)
{
    struct coil_link *link;

    polls->looks++;
    while ((link = list_pop(&polls->dirty)) != NULL)
        flush_slot(polls, container_of(link, struct poll_slot, link));
}

/* One-shot: the kernel has disarmed the descriptor, so who still waits must be told to it again. */
static void take_shot(struct polls *polls, struct poll_slot *slot, uint32_t events)
{
    coil__edges_end_polls(polls, slot, events);
    if (!list_empty(&slot->ops))
        coil__polls_mark(polls, slot);
}

static void take_event(struct polls *polls, struct poll_slot *slot, const struct epoll_event *event)
{
    if (slot->registration != event->data.u64 >> 32)
        return;
    if (slot->flags & SLOT_OWN)
        coil__edges_take(polls, slot, event->events);
    else
        take_shot(polls, slot, event->events);
}

/* Finds the slots; NULL: the wake. All of them have been out of sight since their last events: they
 * come together, and then who waits there. */
static void find(const struct polls *polls, const struct epoll_event *events, int n,
                 struct poll_slot **slots)
{
    for (int i = 0; i < n; i++) {
        slots[i] = slot_find(&polls->slots, (int)(uint32_t)events[i].data.u64);
        prefetch(slots[i]);
    }
    for (int i = 0; i < n; i++)
        if (slots[i] != NULL)
            drive_prefetch(slots[i]->ops.next);
}

enum polls_end coil__polls_wait(struct polls *polls, int64_t timeout_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    struct poll_slot *slots[EVENTS_AT_ONCE];
    bool again = !list_empty(&polls->again) && (timeout_ns < 0 || timeout_ns > AGAIN_NS);
    enum polls_end end;
    int n;

    n = coil__sys_epoll_wait(polls->epoll, events, EVENTS_AT_ONCE, again ? AGAIN_NS : timeout_ns);
    end = n > 0 || (n == 0 && again) ? POLLS_READY : n == 0 ? POLLS_TIMEOUT : POLLS_WOKEN;
    list_splice(&polls->dirty, &polls->again);
    find(polls, events, n, slots);
    for (int i = 0; i < n; i++) {
        if (slots[i] == NULL)
            end = POLLS_WOKEN;
        else
            take_event(polls, slots[i], &events[i]);
    }
    return end;
}
