/* The board of a worker, in every order of both sides: each job is run or taken back, each answer
 * comes, and who sleeps is woken. */
#include "model_internal.h"
#include "model_world.h"

#include "work/process_board.c"

enum { SLOTS = 4 };

static _Alignas(64) char memory[sizeof(struct board) + SLOTS * sizeof(struct slot)];
static struct boards the_boards;
static struct board *board;
static struct model_mutex lock;
static int bell, ear, expected, begun[SLOTS], withdrawn[SLOTS], answered[SLOTS], last;

/* The ears of two loops, one after the other in the same place. */
enum { FIRST_EAR = EARS + 1, SECOND_EAR = 2 * EARS + 1 };

/* Counts what was settled: what a future's state is to who waits for it. */
#define SETTLED (&board->ready)

static void setup(void)
{
    memset(memory, 0, sizeof(memory));
    memset(&the_boards, 0, sizeof(the_boards));
    memset(begun, 0, sizeof(begun));
    memset(withdrawn, 0, sizeof(withdrawn));
    memset(answered, 0, sizeof(answered));
    board = (struct board *)memory;
    lock.locked = 0;
    bell = model_eventfd();
    ear = model_eventfd();
    last = -1;
}

static void setup_one(void)
{
    expected = 1;
    setup();
}

static void setup_two(void)
{
    expected = 2;
    setup();
}

/* Taken already: two jobs whose answers are to come. */
static void setup_taken(void)
{
    setup_two();
    for (int i = 0; i < 2; i++)
        board->slots[i].state.value = SLOT_TAKEN;
}

/* The same; the first loop sleeps. */
static void setup_loops(void)
{
    setup_taken();
    the_boards.ears[0].value = EAR_ASLEEP;
    the_boards.ears[FIRST_EAR % EARS].value = EAR_ASLEEP + FIRST_EAR;
}

static void close_all(void)
{
    model_close(bell);
    model_close(ear);
}

/* ---- the pool ---- */

static void put(unsigned index)
{
    word_store(&board->slots[index].state, SLOT_PUT);
    if (coil__tray_put(&board->requests, board->slots, index))
        model_eventfd_write(bell);
}

static void put_two(void)
{
    put(0);
    put(1);
}

static void put_and_withdraw(void)
{
    put(0);
    withdrawn[0] = coil__slot_moves(&board->slots[0], SLOT_PUT, SLOT_WITHDRAWN);
}

static void tell_to_close(void)
{
    word_exchange(&board->closing, 1);
    if (coil__tray_kick(&board->requests))
        model_eventfd_write(bell);
}

/* As process_harvest.c does with the lock; and what it settles wakes who sleeps for that. */
static int harvest(void)
{
    uint16_t order[SLOTS];
    int n = 0, all = 0;

    model_mutex_lock(&lock);
    if (tray_has(&board->answers))
        n = coil__tray_take(&board->answers, board->slots, SLOTS, order);
    MODEL_CHECK(n >= 0);
    for (int i = 0; i < n; i++) {
        MODEL_CHECK((int)order[i] > last); /* in the order of putting */
        last = order[i];
        answered[order[i]]++;
    }
    if (n > 0) {
        word_add(SETTLED, 1);
        model_futex_wake(word_futex(SETTLED), 1);
    }
    for (int i = 0; i < SLOTS; i++)
        all += answered[i];
    model_mutex_unlock(&lock);
    return all;
}

/* As process_ear.c. */
static void hear_all(void)
{
    for (;;) {
        harvest();
        coil__ear_sleeps(&the_boards, 0);
        if (harvest() == expected)
            return;
        model_eventfd_wait(ear);
    }
}

/* The manager, who always hears; the loop may have nothing more to hear then. */
static void manager_is_rung(void)
{
    if (harvest() == expected)
        model_eventfd_write(ear);
    coil__ear_sleeps(&the_boards, 0);
}

/* A loop closes, and the next one has its ear in the same place. */
static void take_its_place(void)
{
    coil__ear_goes(&the_boards, FIRST_EAR);
    manager_is_rung(); /* what it was rung for perhaps, it has not heard */
    for (;;) {
        harvest();
        coil__ear_sleeps(&the_boards, SECOND_EAR);
        if (harvest() == expected)
            return;
        model_eventfd_wait(ear);
    }
}

/* On two words, one of them SETTLED: who wakes the other one says so with its address. */
static void sleep_for_answer(uintptr_t settled, bool waits)
{
    model__touch(board, offsetof(struct board, slots));
    if (SETTLED->value != settled || (waits && board->answers.top.value != TRAY_EMPTY))
        return;
    model__block(SETTLED, false);
}

/* As process_answer.c. */
static void wait_for_first(void)
{
    while (answered[0] == 0) {
        uintptr_t settled = word_load(SETTLED);

        harvest();
        if (answered[0] > 0)
            break;
        sleep_for_answer(settled, coil__slot_wait(&board->slots[0]));
    }
    model_eventfd_write(ear); /* the other one may have nothing more to hear */
}

/* ---- the worker ---- */

/* As process_intake.c. */
static int take(void)
{
    uint16_t order[SLOTS];
    int n = 0;

    if (tray_has(&board->requests))
        n = coil__tray_take(&board->requests, board->slots, SLOTS, order);
    MODEL_CHECK(n >= 0);
    for (int i = 0; i < n; i++) {
        MODEL_CHECK((int)order[i] > last);
        last = order[i];
        begun[order[i]] += coil__slot_moves(&board->slots[order[i]], SLOT_PUT, SLOT_TAKEN);
    }
    return n;
}

static void sleep_in_loop(void)
{
    if (coil__tray_sleep(&board->requests) && word_load(&board->closing) == 0)
        model_eventfd_wait(bell);
    coil__tray_awake(&board->requests);
}

static void serve(void)
{
    for (int n = 0; (n += take()) < expected;)
        sleep_in_loop();
}

static void serve_until_closed(void)
{
    while (word_load(&board->closing) == 0) {
        take();
        sleep_in_loop();
    }
}

/* As process_tell.c. */
static void answer(unsigned index)
{
    unsigned rung = 0;

    if (coil__slot_done(&board->slots[index])) {
        coil__tray_put(&board->answers, board->slots, index);
        model_futex_wake(word_futex(SETTLED), 1);
    } else {
        coil__tray_put(&board->answers, board->slots, index);
        if (coil__ear_wakes(&the_boards, &rung))
            model_eventfd_write(ear);
    }
}

/* The bell of the first loop is nobody's any more. */
static void answer_for(unsigned index, unsigned number)
{
    coil__slot_done(&board->slots[index]);
    coil__tray_put(&board->answers, board->slots, index);
    if (!coil__ear_wakes(&the_boards, &number))
        return;
    if (number == 0)
        manager_is_rung();
    else if (number == SECOND_EAR)
        model_eventfd_write(ear);
}

static void answer_both_loops(void)
{
    answer_for(0, FIRST_EAR);
    answer_for(1, SECOND_EAR);
}

static void answer_two(void)
{
    answer(0);
    answer(1);
}

/* ---- what is proved ---- */

static void check_begun(void)
{
    for (int i = 0; i < expected; i++)
        MODEL_CHECK(begun[i] + withdrawn[i] == 1);
    close_all();
}

static void check_answered(void)
{
    for (int i = 0; i < expected; i++)
        MODEL_CHECK(answered[i] == 1);
    close_all();
}

static const struct model_program requests = {setup_two, {serve, put_two}, check_begun};
static const struct model_program withdrawal = {setup_one, {serve, put_and_withdraw}, check_begun};
static const struct model_program closing = {
    setup_one, {serve_until_closed, tell_to_close}, close_all};
static const struct model_program hearing = {setup_taken, {hear_all, answer_two}, check_answered};
static const struct model_program loops = {
    setup_loops, {take_its_place, answer_both_loops}, check_answered};
static const struct model_program waiting = {
    setup_taken, {hear_all, answer_two, wait_for_first}, check_answered};

SLOW_TEST(each_job_is_begun_or_withdrawn_once, 60)
{
    model_prove("two put", &requests);
    model_prove("put and withdrawn", &withdrawal);
    model_prove("told to close", &closing);
}

SLOW_TEST(each_answer_is_heard_of, 120)
{
    model_prove("an ear", &hearing);
    model_prove("an ear, a thread that waits", &waiting);
    model_prove("an ear in the place of another", &loops);
}

TEST(torn_operations_on_the_board_are_found)
{
    model_torn = TORN_CAS;
    model_refute("torn swap", &requests, "");
    model_torn = TORN_EXCHANGE;
    model_refute("torn exchange", &waiting, "");
}
