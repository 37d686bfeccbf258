#include "loop/timers.h"

#include <string.h>

#include "base/check.h"

#define DIGIT_BITS 8
#define WHEEL_BITS (TIMERS_LEVELS * DIGIT_BITS)

static struct coil_timer *timer_of(struct coil_link *link)
{
    return container_of(link, struct coil_timer, handle.link);
}

static uint64_t granule_of(int64_t when)
{
    return when < 0 ? 0 : (uint64_t)when >> TIMERS_GRANULE_BITS;
}

void coil__timers_init(struct timers *timers, int64_t now)
{
    timers->earliest = COIL_FOREVER;
    timers->base = granule_of(now);
    list_init(&timers->due);
    list_init(&timers->far);
    memset(timers->pending, 0, sizeof(timers->pending));
    for (int level = 0; level < TIMERS_LEVELS; level++) {
        for (int s = 0; s < TIMERS_SLOTS; s++)
            list_init(&timers->slot[level][s]);
    }
}

/* From the end: what is added last is mostly due last, and goes behind its equals. */
static void insert_sorted(struct coil_link *list, struct coil_timer *timer)
{
    struct coil_link *at = list->prev;

    while (at != list && timer_of(at)->when_ns > timer->when_ns)
        at = at->prev;
    list_prepend(at, &timer->handle.link);
}

static void place(struct timers *timers, struct coil_timer *timer)
{
    uint64_t granule = granule_of(timer->when_ns);
    uint64_t differs = granule ^ timers->base;
    unsigned level, s;

    if (granule <= timers->base) {
        insert_sorted(&timers->due, timer);
        return;
    }
    if (differs >> WHEEL_BITS != 0) {
        list_append(&timers->far, &timer->handle.link);
        return;
    }
    level = (unsigned)(63 - __builtin_clzll(differs)) / DIGIT_BITS;
    s = (granule >> (level * DIGIT_BITS)) & (TIMERS_SLOTS - 1);
    list_append(&timers->slot[level][s], &timer->handle.link);
    timers->pending[level][s / 64] |= 1ULL << (s % 64);
}

void coil__timers_add(struct timers *timers, struct coil_timer *timer)
{
    if (timer->when_ns < timers->earliest)
        timers->earliest = timer->when_ns;
    place(timers, timer);
}

/* Merges two chains, linked by next and ended by NULL; `a` first among equals. */
static struct coil_link *merge(struct coil_link *a, struct coil_link *b)
{
    struct coil_link *first = NULL, **end = &first;

    while (a != NULL && b != NULL) {
        struct coil_link **take = timer_of(b)->when_ns < timer_of(a)->when_ns ? &b : &a;

        *end = *take;
        end = &(*take)->next;
        *take = (*take)->next;
    }
    *end = a != NULL ? a : b;
    return first;
}

/* Bottom-up merge sort: run[i] is a sorted chain of 2^i timers, older than all in run[i - 1]. */
static struct coil_link *sort_chain(struct coil_link *chain)
{
    struct coil_link *run[64] = {NULL}, *sorted = NULL;

    while (chain != NULL) {
        struct coil_link *carry = chain;
        unsigned i = 0;

        chain = chain->next;
        carry->next = NULL;
        for (; run[i] != NULL; i++) {
            carry = merge(run[i], carry);
            run[i] = NULL;
        }
        run[i] = carry;
    }
    for (unsigned i = 0; i < 64; i++)
        if (run[i] != NULL)
            sorted = merge(run[i], sorted);
    return sorted;
}

static bool is_sorted(const struct coil_link *list)
{
    for (struct coil_link *at = list->next; at->next != list; at = at->next)
        if (timer_of(at->next)->when_ns < timer_of(at)->when_ns)
            return false;
    return true;
}

/* All of one granule, and that granule is now: later than everything in `due`. */
static void slot_is_due(struct timers *timers, struct coil_link *slot)
{
    struct coil_link *chain, *next;

    if (is_sorted(slot)) {
        list_splice(&timers->due, slot);
        return;
    }
    slot->prev->next = NULL;
    chain = sort_chain(slot->next);
    list_init(slot);
    for (; chain != NULL; chain = next) {
        next = chain->next;
        list_append(&timers->due, chain);
    }
}

static void place_again(struct timers *timers, struct coil_link *list)
{
    struct coil_link moving, *link;

    list_init(&moving);
    list_splice(&moving, list);
    while ((link = list_pop(&moving)) != NULL)
        place(timers, timer_of(link));
}

/* The first slot of the level behind `digit` that has timers, -1: none. Removing leaves bits
 * behind: they go here. */
static int next_in_level(struct timers *timers, int level, unsigned digit)
{
    uint64_t mask = digit % 64 == 63 ? 0 : ~0ULL << (digit % 64 + 1);

    for (unsigned word = digit / 64; word < TIMERS_SLOTS / 64; word++, mask = ~0ULL) {
        uint64_t later;

        while ((later = timers->pending[level][word] & mask) != 0) {
            unsigned s = word * 64 + (unsigned)__builtin_ctzll(later);

            if (!list_empty(&timers->slot[level][s]))
                return (int)s;
            timers->pending[level][word] &= ~(1ULL << (s % 64));
        }
    }
    return -1;
}

/* The first slot behind the current granule that has timers: its level (or -1: none) and first
 * granule. */
static int next_slot(struct timers *timers, uint64_t *start)
{
    for (int level = 0; level < TIMERS_LEVELS; level++) {
        uint64_t prefix = timers->base >> (level * DIGIT_BITS);
        int s = next_in_level(timers, level, prefix & (TIMERS_SLOTS - 1));

        if (s >= 0) {
            *start = ((prefix & ~(uint64_t)(TIMERS_SLOTS - 1)) | (unsigned)s)
                     << (level * DIGIT_BITS);
            return level;
        }
    }
    return -1;
}

static void enter_slot(struct timers *timers, int level, uint64_t start)
{
    unsigned s = (start >> (level * DIGIT_BITS)) & (TIMERS_SLOTS - 1);
    struct coil_link *slot = &timers->slot[level][s];

    timers->base = start;
    timers->pending[level][s / 64] &= ~(1ULL << (s % 64));
    if (level == 0)
        slot_is_due(timers, slot);
    else
        place_again(timers, slot);
}

static void advance(struct timers *timers, uint64_t to)
{
    uint64_t start;
    int level;

    while (timers->base < to) {
        level = next_slot(timers, &start);
        if (level >= 0 && start <= to) {
            enter_slot(timers, level, start);
            continue;
        }
        if (level < 0 && !list_empty(&timers->far) &&
            timers->base >> WHEEL_BITS != to >> WHEEL_BITS) {
            timers->base = ((timers->base >> WHEEL_BITS) + 1) << WHEEL_BITS;
            place_again(timers, &timers->far);
            continue;
        }
        timers->base = to;
    }
}

void coil__timers_expire(struct timers *timers, int64_t now, struct coil_link *out)
{
    struct coil_link *last;
    struct coil_link expired;

    advance(timers, granule_of(now));
    for (last = timers->due.next; last != &timers->due && timer_of(last)->when_ns <= now;)
        last = last->next;
    if (last != timers->due.next) {
        list_init(&expired);
        expired.next = timers->due.next;
        expired.prev = last->prev;
        timers->due.next = last;
        last->prev = &timers->due;
        expired.next->prev = &expired;
        expired.prev->next = &expired;
        list_splice(out, &expired);
    }
    timers->earliest = coil__timers_next(timers);
}

static int64_t earliest_in(const struct coil_link *slot)
{
    int64_t when = COIL_FOREVER;
    struct coil_link *at;

    list_each (at, slot)
        if (timer_of(at)->when_ns < when)
            when = timer_of(at)->when_ns;
    return when;
}

int64_t coil__timers_next(struct timers *timers)
{
    uint64_t start;
    int level;

    if (!list_empty(&timers->due))
        return timer_of(timers->due.next)->when_ns;
    level = next_slot(timers, &start);
    if (level == 0)
        return earliest_in(&timers->slot[0][start & (TIMERS_SLOTS - 1)]);
    if (level > 0)
        return (int64_t)(start << TIMERS_GRANULE_BITS);
    if (!list_empty(&timers->far)) {
        start = ((timers->base >> WHEEL_BITS) + 1) << WHEEL_BITS;
        return start >= (uint64_t)COIL_FOREVER >> TIMERS_GRANULE_BITS
                   ? COIL_FOREVER
                   : (int64_t)(start << TIMERS_GRANULE_BITS);
    }
    return COIL_FOREVER;
}
