/*
 * Process pools from the inside.
 *
 * A job goes straight from the thread that submits it to the board of a worker (process_board.h),
 * and its result from there to whoever is woken for it, or comes by first: the thread that waits
 * for it, the loop that has submitted it, or one thread of the pool's own, the *manager*. On its
 * loop a task for each worker waits for its end, another one passes on what it writes to stderr, a
 * task for each zygote hears who has started and who has ended.
 *
 * What several threads touch is under the pool's lock, which nobody holds for longer than some
 * packets take. No future is completed under it: its callbacks may submit.
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
#include "work/process_board.h"
#include "work/process_message.h"
#include "work/process_zygote.h"

#define WORDS_BYTES 2048

struct process_pool;

/* Why a job will fail, when it was not its own doing. */
enum job_end { JOB_DIES, JOB_KILLED, JOB_TIMED_OUT };

struct process_job {
    struct coil_cfuture future;
    struct process_pool *pool; /* counted, as an executor */
    struct coil_link link; /* in pool->queue, in its seat, or in a list of those to be completed */
    struct seat *seat;     /* NULL: not sent, or done */
    unsigned slot;
    unsigned ear; /* of the loop that has submitted it */
    uint64_t id;
    struct payload *payload; /* a large one's: until it is sent */
    bool batch, queued;
    bool waits;   /* in its seat, behind those that run */
    bool unlucky; /* a worker has died before it began */
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

/* A slot of its board. */
struct place {
    struct process_job *job; /* NULL: none, or it is done with, and the slot not back */
    bool lent;               /* to the worker */
};

/* Where one worker after the other sits. */
struct seat {
    struct process_pool *pool;
    unsigned index;
    enum seat_state state;
    int pid; /* 0: none, or not known yet */
    int pidfd, socket;
    int bell;             /* eventfd: the worker has something to look at */
    int full;             /* why its socket takes no more for now, an error; the manager waits */
    struct board *board;  /* NULL: it never had a worker */
    struct place *places; /* by slot */
    uint16_t *free;       /* slots, a stack of free_slots */
    unsigned free_slots;
    struct coil_link running, waiting; /* jobs: those that it was given to run, and those behind */
    unsigned n_running, n_waiting;
    unsigned jobs;       /* it has been given */
    unsigned ears[EARS]; /* that it knows */
    size_t words_n;      /* bytes it ever wrote to stderr ... */
    size_t words_from;   /* ... and those before its job began */
    char *buffer;        /* for its packets */
    size_t buffer_bytes;

    /* The manager's own. */
    struct zygote_near *zygote;
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
    unsigned slots;             /* of each worker */
    const char *const *program; /* ours, NULL: forks */
    pthread_mutex_t lock;
    struct boards *boards; /* from the first worker on, until the last has ended */
    void *boards_memory;   /* where they are, for as long as somebody may wait for a job */
    int boards_fd;
    uint16_t *order;                /* room to take a tray */
    struct process_ear *ears[EARS]; /* of loops; the first is the manager's: NULL */
    unsigned last_ear;
    int manager_ear; /* eventfd */

    struct coil_link queue; /* of jobs */
    size_t queued;
    uint64_t next_id;
    struct seat *seats; /* executor.workers of them */
    unsigned empty_seats;
    bool pressed; /* a worker was given a job beside another, though there could be more workers */
    struct coil_thread *manager;   /* from the first job on */
    bool woken;                    /* `wake` is on its way */
    bool cancelled;                /* all jobs were: none comes, none is begun anew */
    bool ending;                   /* all workers are to end */
    bool impatient;                /* and have had their time */
    bool timed;                    /* some jobs have a limit */
    bool watched;                  /* the manager looks by itself now and then */
    struct coil_exception *broken; /* no worker can be started any more */

    /* The manager's own. */
    struct coil_call wake, alarm, retry, watch;
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

/* Under the lock: a job is done, for `done`, and leaves its seat. Takes the exception over. */
void coil__process_job_off(struct process_job *job, int64_t status, void *value,
                           struct coil_exception *exception, struct coil_link *done);

/* Under the lock: the same, cancelled before it began, for the reason that was given. */
void coil__process_job_never(struct process_job *job, struct coil_link *done);

/* Without the lock: completes those in the list. */
void coil__process_complete(struct coil_link *done);

/* Under the lock: all that wait in the queue fail. Takes the exception over. */
void coil__process_fail_queue(struct process_pool *pool, int64_t status,
                              struct coil_exception *exception, struct coil_link *done);

/* Under the lock: asks for the cancellation of one that runs. */
void coil__process_ask_cancel(struct process_job *job);

/* ---- process_pump.c: which job goes where; all under the lock ---- */

/* Sends what can be sent. Those that failed are in `done` then. */
void coil__process_pump(struct process_pool *pool, struct coil_link *done);

void coil__process_leave_queue(struct process_job *job);

/* One that was in a seat goes back, before all others. */
void coil__process_requeue(struct process_job *job);

/* It leaves its seat; the next that waits there runs then. */
void coil__seat_lose(struct process_job *job);

/* Takes one back that has not begun: false if it has. */
bool coil__seat_withdraw(struct process_job *job);

/* Kills the worker for the sake of this job, if that is not done: no other job that only waits
 * there is harmed. False: it is done. In both cases others may be sent now. */
bool coil__seat_kill_for(struct process_job *job, enum job_end why, struct coil_link *done);

/* ---- process_send.c ---- */

/* Under the lock: puts a job into a slot of the seat. -EAGAIN: there is no room in its socket. */
int coil__seat_put(struct seat *seat, struct process_job *job);

/* Whether its parts are too many for a packet: then they are in a memory file. That fails for want
 * of descriptors or memory, and is tried again when it is sent. */
bool coil__process_is_large(const struct process_job *job);
void coil__process_give_up_parts(struct process_job *job);

/* Whether it goes in a slot alone. */
bool coil__process_is_small(const struct process_job *job);

/* Under the lock: its socket takes no more, for that reason. */
void coil__seat_is_full(struct seat *seat, int err);

/* The manager's: waits for room in its socket, if that is full. False: there is no memory for
 * that. */
bool coil__seat_watch_room(struct seat *seat);

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

/* Under the lock: from now on the manager looks at the boards by itself now and then, for as long
 * as there are jobs: a loop that is rung may be busy for long. */
void coil__process_watch(struct process_pool *pool);

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
void coil__seat_sends_away(struct seat *seat, int pid);
void coil__seat_ended(struct seat *seat, int status, bool known);
void coil__seat_failed(struct seat *seat, int err);

/* Under the lock: ends its worker, if it is not to get any more jobs and has none. */
void coil__seat_dismiss(struct seat *seat);

/* Its worker says that it takes jobs. */
void coil__seat_is_ready(struct seat *seat);

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

/* As a message of its worker tells it; takes the descriptor over, if it wants one. -1: there is
 * none. */
bool coil__outcome_takes_fd(const struct job_head *head);
struct outcome coil__outcome_of(const struct job_parts *parts, int fd);

/* ---- process_harvest.c ---- */

/* Under the lock: what lies in the trays of answers is taken, its jobs are done, and others sent.
 */
void coil__process_harvest(struct process_pool *pool, struct coil_link *done);

/* Under the lock: the same of a worker that has ended, and nothing is sent. */
void coil__seat_harvest(struct seat *seat, struct coil_link *done);

/* How a thread sleeps that waits for a job. */
int coil__process_sleep(struct coil_cfuture *future, uintptr_t state, uint32_t seen,
                        int64_t deadline_ns);

/* ---- process_words.c: the manager's ---- */

/* A coroutine: reads what the worker in that seat writes to stderr. */
coil_async struct coil_result coil__seat_read_words(void *seat);

/* "; it said: ...", if it has said anything since its job began. */
void coil__seat_add_words(const struct seat *seat, char *text, size_t size);

/* ---- process_pool.c ---- */

/* The manager's, when it starts the first worker: the memory for all. */
int coil__process_make_boards(struct process_pool *pool);

/* All jobs are done: closes what the seats hold open, and the boards. */
void coil__process_close_seats(struct process_pool *pool);

/* ---- process_end.c ---- */

/* Why jobs are cancelled then. */
struct coil_exception *coil__process_ends(void);

/* Whether all workers are to end. Takes the lock. */
bool coil__process_is_ending(struct process_pool *pool);

int64_t coil__process_shutdown(struct coil_executor *self, const struct coil_stop_options *options);

/* The manager's, all workers have ended: ends the zygotes. */
void coil__process_end_zygotes(struct process_pool *pool);

#endif
