/* What a worker writes into its board is looked at before it is believed. */
#include "pool_jobs.h"
#include "work/processes.h"

static struct coil_executor *pool;
static struct coil_cfuture *running;

/* The board of a worker that runs a job, in slot 0. */
static struct board *open_board(void)
{
    pool = open_processes(1);
    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    running = give(pool, sleep_for_ever, 0);
    await_running(running);
    return pool_of(pool)->seats[0].board;
}

/* Whoever comes by ends the worker; the pool lives. */
static void check_mad(void)
{
    CHECK_EQ(wait_for(running).status, -COIL_EDIED);
    CHECK_HAS(text_of(running), "was killed by signal 9");
    coil_cfuture_unref(running);
    CHECK_EQ(status_of(give(pool, double_it, 4)), 8);
    coil_executor_close(pool); /* not in a task */
}

static unsigned slot_of(struct coil_cfuture *job)
{
    return container_of(job, struct process_job, future)->slot;
}

TEST(worker_that_puts_a_slot_which_is_none_is_ended)
{
    word_store(&open_board()->answers.top, TRAY_FIRST + 12345);
    check_mad();
}

TEST(worker_that_puts_slots_in_a_circle_is_ended)
{
    struct board *board = open_board();

    board->slots[5].next = TRAY_FIRST + 5;
    word_store(&board->answers.top, TRAY_FIRST + 5);
    check_mad();
}

TEST(worker_that_puts_what_it_does_not_have_is_ended)
{
    struct board *board = open_board();

    coil__tray_put(&board->answers, board->slots, slot_of(running) + 1);
    check_mad();
}

TEST(worker_that_puts_a_job_which_is_not_done_is_ended)
{
    struct board *board = open_board();

    coil__tray_put(&board->answers, board->slots, slot_of(running));
    check_mad();
}

static void put_message(const struct job_head *head, uint32_t bytes)
{
    struct board *board = open_board();
    struct slot *slot = &board->slots[slot_of(running)];
    struct job_head copy = *head;

    if (copy.id == 0)
        copy.id = container_of(running, struct process_job, future)->id;
    memcpy(slot->message, &copy, sizeof(copy));
    slot->bytes = bytes;
    coil__slot_done(slot);
    coil__tray_put(&board->answers, board->slots, slot_of(running));
    check_mad();
}

TEST(message_of_another_job_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_DONE, .id = 4711}, sizeof(struct job_head));
}

TEST(message_of_another_kind_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_RUN}, sizeof(struct job_head));
}

TEST(message_that_is_longer_than_its_slot_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_DONE, .data_bytes = 1 << 20}, 1 << 21);
}

TEST(message_whose_text_is_longer_than_it_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_DONE, .text_bytes = UINT32_MAX},
                sizeof(struct job_head));
}

TEST(message_whose_data_are_longer_than_it_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_DONE, .data_bytes = 1 << 20},
                sizeof(struct job_head));
}

TEST(message_that_wants_a_descriptor_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_DONE, .flags = JOB_SHARED, .data_bytes = 100},
                sizeof(struct job_head));
}

TEST(packet_that_was_not_sent_ends_its_worker)
{
    put_message(&(struct job_head){.kind = JOB_DONE}, 0);
}
