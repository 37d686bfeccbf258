/* The memory that a pool shares with its workers. */
#include "work/process_board.h"

#include <stdlib.h>
#include <string.h>

#include "kit.h"

enum { SLOTS = 8 };

static struct board *board;

static void open_board(void)
{
    board = aligned_alloc(4096, coil__board_bytes(SLOTS));
    CHECK(board != NULL);
    memset(board, 0, coil__board_bytes(SLOTS));
}

static int take(uint16_t *out)
{
    return coil__tray_take(&board->requests, board->slots, SLOTS, out);
}

TEST(boards_do_not_overlap)
{
    struct boards *boards = (struct boards *)(uintptr_t)4096;
    char *first = (char *)coil__board_at(boards, 0, SLOTS);
    char *second = (char *)coil__board_at(boards, 1, SLOTS);

    CHECK(first >= (char *)boards + sizeof(*boards));
    CHECK(second >= first + sizeof(struct board) + SLOTS * sizeof(struct slot));
    CHECK_EQ((uintptr_t)second % 4096, 0);
    CHECK_EQ((char *)boards + coil__boards_bytes(2, SLOTS), second + coil__board_bytes(SLOTS));
}

TEST(tray_gives_slots_in_the_order_in_which_they_were_put)
{
    uint16_t order[SLOTS];

    open_board();
    CHECK_EQ(take(order), 0);
    for (unsigned i = 0; i < 5; i++)
        CHECK(!coil__tray_put(&board->requests, board->slots, (i * 3) % SLOTS));
    CHECK(tray_has(&board->requests));
    CHECK_EQ(take(order), 5);
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(order[i], (i * 3) % SLOTS);
    CHECK(!tray_has(&board->requests));
    free(board);
}

TEST(whoever_puts_first_wakes_who_sleeps)
{
    open_board();
    CHECK(coil__tray_sleep(&board->requests));
    CHECK(!tray_has(&board->requests));
    CHECK(coil__tray_put(&board->requests, board->slots, 1));
    CHECK(!coil__tray_put(&board->requests, board->slots, 2));
    CHECK(!coil__tray_sleep(&board->requests)); /* something lies there */
    coil__tray_awake(&board->requests);
    CHECK(tray_has(&board->requests));
    free(board);
}

TEST(kick_wakes_without_putting_anything)
{
    open_board();
    CHECK(!coil__tray_kick(&board->requests));
    CHECK(coil__tray_sleep(&board->requests));
    CHECK(coil__tray_kick(&board->requests));
    CHECK(!coil__tray_kick(&board->requests));
    free(board);
}

TEST(tray_with_numbers_of_no_slots_is_refused)
{
    uint16_t order[SLOTS];

    open_board();
    word_store(&board->requests.top, TRAY_FIRST + SLOTS);
    CHECK_EQ(take(order), -1);
    word_store(&board->requests.top, UINTPTR_MAX);
    CHECK_EQ(take(order), -1);
    board->slots[3].next = TRAY_FIRST + 5000;
    word_store(&board->requests.top, TRAY_FIRST + 3);
    CHECK_EQ(take(order), -1);
    free(board);
}

TEST(tray_that_goes_in_a_circle_is_refused)
{
    uint16_t order[SLOTS];

    open_board();
    board->slots[3].next = TRAY_FIRST + 4;
    board->slots[4].next = TRAY_FIRST + 3;
    word_store(&board->requests.top, TRAY_FIRST + 3);
    CHECK_EQ(take(order), -1);
    free(board);
}

TEST(slot_is_taken_or_withdrawn_and_knows_who_waits)
{
    struct slot *slot;

    open_board();
    slot = &board->slots[0];
    word_store(&slot->state, SLOT_PUT);
    CHECK(coil__slot_wait(slot));
    CHECK(coil__slot_moves(slot, SLOT_PUT, SLOT_TAKEN));
    CHECK(!coil__slot_moves(slot, SLOT_PUT, SLOT_WITHDRAWN));
    CHECK(coil__slot_done(slot));
    CHECK(!coil__slot_wait(slot));
    word_store(&slot->state, SLOT_TAKEN);
    CHECK(coil__slot_wait(slot));
    coil__slot_wait_no_more(slot);
    CHECK(!coil__slot_done(slot));
    free(board);
}

/* Which one is to be rung; -1: none. */
static int64_t wakes(struct boards *boards, unsigned ear)
{
    return coil__ear_wakes(boards, &ear) ? (int64_t)ear : -1;
}

TEST(ear_is_rung_by_one)
{
    struct boards boards = {0};

    CHECK_EQ(wakes(&boards, 3), -1);
    coil__ear_sleeps(&boards, 3);
    CHECK_EQ(wakes(&boards, 2), -1);
    CHECK_EQ(wakes(&boards, 3), 3);
    CHECK_EQ(wakes(&boards, 3), -1);
}

TEST(manager_is_rung_for_an_ear_that_is_gone)
{
    struct boards boards = {0};

    coil__ear_sleeps(&boards, 0);
    coil__ear_sleeps(&boards, EARS + 3);
    coil__ear_goes(&boards, EARS + 3);
    CHECK_EQ(wakes(&boards, EARS + 3), 0);
    CHECK_EQ(wakes(&boards, EARS + 3), -1);
    coil__ear_sleeps(&boards, 0);
    coil__ear_sleeps(&boards, 2 * EARS + 3); /* another one in its place */
    CHECK_EQ(wakes(&boards, EARS + 3), 0);
    CHECK_EQ(wakes(&boards, 2 * EARS + 3), 2 * EARS + 3);
}

TEST(board_that_is_reset_is_as_new)
{
    open_board();
    coil__tray_put(&board->requests, board->slots, 1);
    coil__tray_put(&board->answers, board->slots, 2);
    word_store(&board->slots[2].state, SLOT_DONE);
    word_store(&board->closing, 1);
    coil__board_reset(board, SLOTS);
    CHECK(!tray_has(&board->requests));
    CHECK(!tray_has(&board->answers));
    CHECK_EQ(word_load(&board->slots[2].state), 0);
    CHECK_EQ(word_load(&board->closing), 0);
    free(board);
}
