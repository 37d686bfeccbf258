#include "work/process_board.h"

#include <string.h>

#include "work/cfuture.h"

#define PAGE 4096

size_t coil__board_bytes(unsigned slots)
{
    size_t bytes = sizeof(struct board) + slots * sizeof(struct slot);

    return (bytes + PAGE - 1) / PAGE * PAGE;
}

size_t coil__boards_bytes(unsigned workers, unsigned slots)
{
    return PAGE + workers * coil__board_bytes(slots);
}

struct board *coil__board_at(struct boards *boards, unsigned worker, unsigned slots)
{
    return (struct board *)((char *)boards + PAGE + worker * coil__board_bytes(slots));
}

void coil__board_reset(struct board *board, unsigned slots)
{
    word_store(&board->ready, 0);
    word_store(&board->closing, 0);
    word_store(&board->requests.top, TRAY_EMPTY);
    word_store(&board->answers.top, TRAY_EMPTY);
    for (unsigned i = 0; i < slots; i++)
        if (word_load(&board->slots[i].state) != 0) /* memory that was never used stays so */
            word_store(&board->slots[i].state, 0);
}

/* ---- trays ---- */

bool coil__tray_put(struct tray *tray, struct slot *slots, unsigned index)
{
    uintptr_t was = word_load(&tray->top);

    do
        slots[index].next = was > TRAY_ASLEEP ? (uint32_t)was : TRAY_EMPTY;
    while (!word_cas(&tray->top, &was, TRAY_FIRST + index));
    return was == TRAY_ASLEEP;
}

int coil__tray_take(struct tray *tray, const struct slot *slots, unsigned n, uint16_t *out)
{
    uintptr_t at = word_exchange(&tray->top, TRAY_EMPTY);
    unsigned taken = 0;

    while (at > TRAY_ASLEEP) {
        if (at - TRAY_FIRST >= n || taken == n)
            return -1;
        out[taken++] = (uint16_t)(at - TRAY_FIRST);
        at = __atomic_load_n(&slots[at - TRAY_FIRST].next, __ATOMIC_RELAXED);
    }
    for (unsigned i = 0; i < taken / 2; i++) { /* the last one was the first to be put */
        uint16_t one = out[i];

        out[i] = out[taken - 1 - i];
        out[taken - 1 - i] = one;
    }
    return (int)taken;
}

bool coil__tray_sleep(struct tray *tray)
{
    uintptr_t empty = TRAY_EMPTY;

    return word_cas(&tray->top, &empty, TRAY_ASLEEP);
}

void coil__tray_awake(struct tray *tray)
{
    coil__tray_kick(tray);
}

bool coil__tray_kick(struct tray *tray)
{
    uintptr_t asleep = TRAY_ASLEEP;

    return word_cas(&tray->top, &asleep, TRAY_EMPTY);
}

/* ---- slots ---- */

bool coil__slot_moves(struct slot *slot, enum slot_state from, enum slot_state to)
{
    uintptr_t was = word_load(&slot->state);

    do
        if ((was & ~(uintptr_t)SLOT_WAITED) != from)
            return false;
    while (!word_cas(&slot->state, &was, (was & SLOT_WAITED) | to));
    return true;
}

bool coil__slot_wait(struct slot *slot)
{
    uintptr_t was = word_load(&slot->state);

    do
        if ((was & ~(uintptr_t)SLOT_WAITED) > SLOT_TAKEN)
            return false;
    while (!word_cas(&slot->state, &was, was | SLOT_WAITED));
    return true;
}

void coil__slot_wait_no_more(struct slot *slot)
{
    word_and(&slot->state, ~(uintptr_t)SLOT_WAITED);
}

bool coil__slot_done(struct slot *slot)
{
    return (word_exchange(&slot->state, SLOT_DONE) & SLOT_WAITED) != 0;
}

/* ---- ears ---- */

static bool wakes(struct boards *boards, unsigned ear, uintptr_t *was)
{
    *was = EAR_ASLEEP + (uintptr_t)ear;
    return word_cas(&boards->ears[ear % EARS], was, EAR_AWAKE);
}

bool coil__ear_wakes(struct boards *boards, unsigned *ear)
{
    uintptr_t was;

    if (wakes(boards, *ear, &was))
        return true;
    if (was == EAR_AWAKE ||
        *ear == 0) /* also if another has its place: who is awake looks anyway */
        return false;
    *ear = 0;
    return wakes(boards, 0, &was);
}

void coil__ear_sleeps(struct boards *boards, unsigned ear)
{
    word_exchange(&boards->ears[ear % EARS], EAR_ASLEEP + (uintptr_t)ear);
}

void coil__ear_goes(struct boards *boards, unsigned ear)
{
    word_exchange(&boards->ears[ear % EARS], EAR_GONE);
}
