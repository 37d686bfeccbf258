/*
 * What is known of every job of a random program, in memory that its workers share: the model. Each
 * job has a record; those of a batch or a map have one an item.
 *
 *     runs             at most once, and just once if it succeeded
 *     its argument     dropped just once, run or not
 *     its value        taken or dropped just once
 *     its future       done just once
 *     its status       a success or its own failure; -ECANCELED only if that was asked, or its pool
 *                      shut down; -COIL_ESTOPPED only after a shutdown, and then it did not run;
 *                      -COIL_EDIED only of a worker that was killed, and not more of them than
 *                      there were jobs in it
 */
#ifndef STRESS_RECORD_H
#define STRESS_RECORD_H

#include <coil/executor.h>

#include "plan.h"

enum { RECORDS = 2 * USERS * STEPS * ITEMS };

struct record {
    int pool, n;
    enum deed deed;
    bool owns; /* has an argument and a value to be dropped */
    int runs, arguments_dropped, values_made, values_gone, watched, ends, cancels;
    struct coil_cfuture_callback callback;
};

struct ground {
    struct coil_executor *executor;
    enum kind kind;
    unsigned at_once;
    int shut, kills, deaths;
};

struct stage {
    struct ground pool[POOLS];
    struct record record[RECORDS];
    int used;
    int complaints;
    char complaint[200]; /* the first one */
};

extern struct stage *stage;

static inline void count(int *number)
{
    __atomic_add_fetch(number, 1, __ATOMIC_SEQ_CST);
}

static inline int counted(const int *number)
{
    return __atomic_load_n(number, __ATOMIC_SEQ_CST);
}

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As many records in a row; the index of the first. */
int records_new(int pool, enum deed deed, int n, int how_many);

/* The job by its record's address, and by bytes with its index: what it gives is that index. */
coil_async struct coil_result job_of_record(void *record);
coil_async struct coil_result job_of_bytes(void *index);

/* Drop functions of the first sort; the value is the record. */
void drop_record_argument(void *record);
void drop_record_value(void *record);

/* Counts what becomes of its future. */
void record_watch(int index, struct coil_cfuture *future);

/* Its cancellation is about to be asked for. */
void record_cancel(int index, int how_many);

/* Complains of a status that cannot be. */
void record_judge(int index, int64_t status);

/* The same with the value of job_of_bytes, which is freed. */
void record_judge_bytes(int index, struct coil_result result);

/* After everything: complains of whatever was done too often or not at all. */
void records_judge_all(void);

#endif
