/*
 * Process pools from the inside.
 *
 * A job goes straight from the thread that submits it to an idle worker's socket. All else is done
 * by one thread of the pool's own, the *manager*, on a loop: a task for each worker reads its
 * results, another one passes on what it writes to stderr, a task for each zygote hears who has
 * started and who has ended.
 *
 * What both sides touch is under the pool's lock, which nobody holds for longer than a packet
 * takes. No future is completed under it: its callbacks may submit.
 */
#ifndef COIL_WORK_PROCESSES_H
#define COIL_WORK_PROCESSES_H

#include <pthread.h>

#include <coil/locks.h>
#include <coil/process_pool.h>

#include "base/list.h"
#include "loop/loop.h"
#include "work/executor.h"
#include "work/loop_thread.h"
#include "work/process_answer.h"
#include "work/process_message.h"
#include "work/process_zygote.h"

#define WORDS_BYTES 2048

struct process_pool;

/* Why a job will fail, when it was not its own doing. */
enum job_end { JOB_DIES, JOB_KILLED, JOB_TIMED_OUT };

struct process_job {
    struct coil_cfuture future;
    struct process_pool *pool; /* counted, as an executor */
    struct coil_link link;     /* in pool->queue, or in a list of those to be completed */
    struct seat *seat;         /* NULL: not sent, or done */
    unsigned slot;
    uint64_t id;
    struct payload *payload; /* until it is sent */
    int shared;              /* memory file with the parts of a large one; -1: none */
    bool batch, queued;
    bool cancel_waits; /* its cancellation is to be sent when there is room */
    size_t data_bytes, stack_bytes;
    int64_t timeout_ns, deadline_ns; /* 0: none */
    enum job_end end;
    int64_t status; /* of one to be completed, with the value and the exception */
    void *value;
    struct coil_exception *exception;
    const char *symbol; /* behind the name */
    char name[];
};

enum seat_state {
    SEAT_EMPTY,
    SEAT_STARTING, /* asked for */
    SEAT_READY,    /* takes jobs */
    SEAT_ENDING    /* takes no more */
};

/* Where one worker after the other sits. */
struct seat {
    struct process_pool *pool;
    unsigned index;
    enum seat_state state;
    int pid; /* 0: none, or not known yet */
    int pidfd, socket;
    bool full;               /* its socket takes no more for now; the manager waits for room */
    struct process_job **at; /* jobs by slot */
    unsigned *free;          /* slots, a stack of free_slots */
    unsigned free_slots;     /* at_once: it has nothing to do */
    unsigned jobs;           /* it has been given */
    size_t words_n;          /* bytes it ever wrote to stderr ... */
    size_t words_from;       /* ... and those before its job began */
    int answers_fd;
    struct answer *answers; /* shared with the worker, by slot */

    /* The manager's own. */
    struct zygote_near *zygote;
    char *buffer; /* for its results */
    size_t buffer_bytes;
    struct coil_future *words_task;
    struct coil_future *room_task; /* NULL: nobody waits for room */
    int words_fd;
    struct coil_event ended;
    int status;              /* as wait(2) tells it */
    bool status_known;       /* else its zygote has ended before it */
    bool ready;              /* it was */
    int failure;             /* why it could not be started */
    char words[WORDS_BYTES]; /* a ring: the last of them */
};

/* A zygote as the pool sees it. */
struct zygote_near {
    struct process_pool *pool;
    int pid, pidfd, control;
    bool child; /* of this process; else of another zygote */
    bool hello;
    int failure;              /* it said why it cannot serve */
    struct coil_future *task; /* counted */
    struct coil_call patience;
};

struct process_pool {
    struct coil_executor executor;
    struct process_setup setup;
    unsigned jobs_each;
    const char *const *program; /* ours, NULL: forks */
    pthread_mutex_t lock;

    struct coil_link queue; /* of jobs */
    size_t queued;
    uint64_t next_id;
    struct seat *seats; /* executor.workers of them */
    unsigned empty_seats;
    bool pressed; /* a worker was given a job beside another, though there could be more workers */
    struct coil_thread *manager;   /* from the first job on */
    bool woken;                    /* `wake` is on its way */
    bool ending;                   /* all workers are to end */
    bool impatient;                /* and have had their time */
    bool timed;                    /* some jobs have a limit */
    struct coil_exception *broken; /* no worker can be started any more */

    /* The manager's own. */
    struct coil_call wake, alarm, retry;
    bool managed;                       /* the first wake has come */
    bool ends;                          /* the zygotes are being ended */
    struct zygote_near *zygote, *spare; /* NULL: none */
    char zygote_fate[128];              /* of the last one that ended */
    unsigned failures;                  /* workers that did not start, one after the other */
    unsigned spare_failures;

    struct word loop;    /* of the manager */
    struct word pending; /* jobs that are not completed */
    struct word ended;   /* the zygotes have */
    struct word settled; /* counts what a shutdown waits for; a futex */
};

extern const struct executor_kind coil__processes_kind;
extern int64_t coil__processes_hello_ns; /* how long a program may take to call
                                            coil_process_worker */

static inline struct process_pool *pool_of(const struct coil_executor *executor)
{
    return container_of((struct coil_executor *)(uintptr_t)executor, struct process_pool, executor);
}

/* ---- process_jobs.c: any thread ---- */

struct coil_cfuture *coil__process_submit(struct coil_executor *self, struct payload *payload,
                                          const struct coil_job_options *options,
                                          const char *place);

/* Under the lock: a job leaves its seat, for `done`. Takes the exception over. */
void coil__process_job_off(struct process_job *job, int64_t status, void *value,
                           struct coil_exception *exception, struct coil_link *done);

/* Without the lock: completes those in the list. */
void coil__process_complete(struct coil_link *done);

/* Under the lock: all that wait in the queue fail. Takes the exception over. */
void coil__process_fail_queue(struct process_pool *pool, int64_t status,
                              struct coil_exception *exception, struct coil_link *done);

/* Under the lock: asks for the cancellation of one that runs. */
void coil__process_ask_cancel(struct process_job *job);

/* ---- process_send.c ---- */

/* Under the lock: sends what can be sent. Those that failed are in `done` then. */
void coil__process_pump(struct process_pool *pool, struct coil_link *done);

/* Under the lock. */
void coil__process_leave_queue(struct process_job *job);

/* Whether its parts are too many for a packet; then they are put into a memory file. That fails for
 * want of descriptors or memory, and is tried again when it is sent. */
bool coil__process_is_large(const struct process_job *job);
int coil__process_share_parts(struct process_job *job);
void coil__process_give_up_parts(struct process_job *job);

/* Under the lock: its socket takes no more. */
void coil__seat_is_full(struct seat *seat);

/* The manager's: waits for room in its socket, if that is full. */
void coil__seat_watch_room(struct seat *seat);

/* ---- process_manager.c ---- */

/* Under the lock: starts the manager's thread if there is none. */
int coil__process_manage(struct process_pool *pool);

/* Under the lock: the manager looks what there is to do. */
void coil__process_wake(struct process_pool *pool);

/* The manager's: a worker did not become ready. After some of them, and if there is none that is,
 * those who wait for one hear why. */
void coil__process_start_failed(struct process_pool *pool, int64_t status, const char *text);

/* The manager's: all that wait fail. */
void coil__process_give_up(struct process_pool *pool, int64_t status, const char *text);

/* Something that a shutdown may wait for has happened. */
void coil__process_settled(struct process_pool *pool);

/* ---- process_near.c: zygotes ---- */

/* One that is forked, or started; before there is a manager, or by it. */
int coil__near_open(struct process_pool *pool, struct zygote_near **out);

/* The manager's: hears what it says from now on. */
int coil__near_listen(struct zygote_near *near);

/* The manager's: asks the zygote for a spare one. */
void coil__near_ask_spare(struct process_pool *pool);

/* Without a manager: ends it and waits for that. */
void coil__near_end(struct zygote_near *near);

/* NULL is fine. */
void coil__near_kill(const struct zygote_near *near);

/* Closes what is open. NULL is fine. */
void coil__near_free(struct zygote_near *near);

/* "exited with code 1", of a status as wait(2) tells it. */
void coil__process_describe_status(int status, char *buffer, size_t size);

/* ---- process_seat.c: the manager's ---- */

/* 0: it is asked for. */
int coil__seat_start(struct seat *seat);
void coil__seat_started(struct seat *seat, int pid, int pidfd);
void coil__seat_ended(struct seat *seat, int status, bool known);
void coil__seat_failed(struct seat *seat, int err);

/* Under the lock: ends its worker, if it is not to get any more jobs and has none. */
void coil__seat_dismiss(struct seat *seat);

/* A task that has ended, or is not waited for. */
void coil__seat_give_up_task(struct coil_future **task);

/* Under the lock, any thread: kills its worker. */
void coil__seat_kill(struct seat *seat);

/* ---- process_answer.c ---- */

/* What a job has come to. */
struct outcome {
    int64_t status;
    void *value;
    struct coil_exception *exception;
};

/* As a packet of its worker tells it; takes the descriptor over, if it wants one. -1: there is
 * none. */
bool coil__outcome_takes_fd(const struct job_head *head);
struct outcome coil__outcome_of(const struct job_parts *parts, int fd);

/* Any thread: the job that a packet tells of is settled, and the next one sent. Takes the outcome
 * over. */
void coil__seat_answered(struct seat *seat, const struct job_head *head, struct outcome outcome);

/* Under the lock: whether its worker has answered past the manager, and what. */
bool coil__answer_take(const struct process_job *job, struct job_head *head,
                       struct outcome *outcome);

/* How a thread sleeps that waits for a job. */
int coil__process_sleep(struct coil_cfuture *future, uintptr_t state, uint32_t seen,
                        int64_t deadline_ns);

/* ---- process_words.c: the manager's ---- */

/* A coroutine: reads what the worker in that seat writes to stderr. */
coil_async struct coil_result coil__seat_read_words(void *seat);

/* "; it said: ...", if it has said anything since its job began. */
void coil__seat_add_words(const struct seat *seat, char *text, size_t size);

/* ---- process_end.c ---- */

int64_t coil__process_shutdown(struct coil_executor *self, const struct coil_stop_options *options);

/* The manager's, all workers have ended: ends the zygotes. */
void coil__process_end_zygotes(struct process_pool *pool);

/* Nobody else looks any more: closes what the seats hold open. */
void coil__process_close_seats(struct process_pool *pool);

#endif
