/*
 * What a pool's process shares with its workers: memory through which small jobs and results go
 * without a system call, and which tells who has to be woken. What is too large for it goes as a
 * packet beside it (process_message.h), and the board says that it does.
 *
 * Each worker has a *board*: slots for jobs, each with room for one message either way, and two
 * trays. A tray is one word, as the inbox of a loop is (loop/port.h), with numbers of slots in
 * place of pointers: the slot put last, whose `next` is the one put before it; or empty; or asleep.
 *
 *     requests   the pool puts slots there, the worker takes all; asleep: it is to be woken
 *     answers    the worker puts them back, whoever is about in the pool's process takes them
 *
 * A slot belongs to the worker from the time it is put until it is back. Its state says how far it
 * is, so that a job can be withdrawn that lies there and has not begun:
 *
 *     PUT --- the worker ---> TAKEN --- the worker ---> DONE
 *      `----- the pool ----> WITHDRAWN                          and WAITED, a bit beside it
 *
 * Who is woken by an answer is said by its slot: the thread that sleeps for it (WAITED), else the
 * slot's *ear*, an eventfd of a loop, which is rung if it is asleep.
 *
 * Each side may die at any time, and a worker may write what it likes: numbers that come from the
 * other side are looked at before they are used.
 */
#ifndef COIL_WORK_PROCESS_BOARD_H
#define COIL_WORK_PROCESS_BOARD_H

#include <stddef.h>

#include "base/atomic.h"

enum {
    MESSAGE_BYTES = 512, /* what goes in a slot */
    REASON_BYTES = 192,  /* why a job is cancelled */
    WAITING_MOST = 32,   /* jobs that lie at a worker beside those that it runs */
    EARS = 8,            /* who can be rung: the manager, and loops that have submitted jobs */
};

enum slot_state { SLOT_PUT = 1, SLOT_TAKEN, SLOT_DONE, SLOT_WITHDRAWN, SLOT_WAITED = 8 };

struct slot {
    struct word state; /* enum slot_state */
    struct word flag;  /* CF_CANCEL: the job is to give up, for this reason */
    struct word ear;   /* its number, see process_ear.h */
    uint32_t next;     /* in a tray: the top before */
    uint32_t bytes;    /* of the message; 0: it is the next packet */
    char reason[REASON_BYTES];
    _Alignas(16) char message[MESSAGE_BYTES]; /* as a packet would be */
};

enum { TRAY_EMPTY = 0, TRAY_ASLEEP = 1, TRAY_FIRST = 2 };

struct tray {
    struct word top; /* TRAY_FIRST + the number of a slot, or one of those */
};

struct board {
    struct word ready;   /* the worker's loop runs */
    struct word closing; /* it is to end */
    struct word cancels; /* counts slots whose flag was set */
    struct tray requests;
    _Alignas(64) struct tray answers;
    _Alignas(64) struct slot slots[];
};

enum { EAR_AWAKE = 0, EAR_GONE = 1, EAR_ASLEEP = 2 };

/* Before the boards of all workers. An ear's word is at its number modulo EARS; the loop before
 * that had it there may still be rung by who has not heard of its end. */
struct boards {
    struct word ears[EARS]; /* EAR_ASLEEP + its number: to be rung */
};

size_t coil__board_bytes(unsigned slots);
size_t coil__boards_bytes(unsigned workers, unsigned slots);
struct board *coil__board_at(struct boards *boards, unsigned worker, unsigned slots);

/* Nothing lies there, nobody sleeps. */
void coil__board_reset(struct board *board, unsigned slots);

/* ---- trays ---- */

/* True: the other side is asleep, and is to be woken. */
bool coil__tray_put(struct tray *tray, struct slot *slots, unsigned index);

/* All that lie there, oldest first: how many are in `out`, which has room for `slots`. -1: the tray
 * holds what nobody can have put there. */
int coil__tray_take(struct tray *tray, const struct slot *slots, unsigned n, uint16_t *out);

static inline bool tray_has(const struct tray *tray)
{
    return word_load(&tray->top) > TRAY_ASLEEP;
}

/* Empty to asleep; false: something lies there. Each is followed by awake. */
bool coil__tray_sleep(struct tray *tray);
void coil__tray_awake(struct tray *tray);

/* True: it was asleep, and is to be woken. */
bool coil__tray_kick(struct tray *tray);

/* ---- slots ---- */

/* Of what the other side may change: true if it was `from`, and is `to` now. Who waits stays. */
bool coil__slot_moves(struct slot *slot, enum slot_state from, enum slot_state to);

/* Somebody sleeps for it from now on; false: its worker is done with it. */
bool coil__slot_wait(struct slot *slot);
void coil__slot_wait_no_more(struct slot *slot);

/* The worker's, before it puts the answer: whether somebody sleeps for it. */
bool coil__slot_done(struct slot *slot);

/* ---- ears ---- */

/* Whoever brings something for this ear, or for the manager's if it is gone, which *ear is then:
 * true if it is asleep, and is to be rung by who called this. */
bool coil__ear_wakes(struct boards *boards, unsigned *ear);

/* From now on it is to be rung. Look once more then. */
void coil__ear_sleeps(struct boards *boards, unsigned ear);

/* It is never rung again. */
void coil__ear_goes(struct boards *boards, unsigned ear);

#endif
