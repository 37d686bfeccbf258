/*
 * Who is rung when a worker has put an answer that no thread sleeps for: the manager, or the loop
 * on whose thread the job was submitted, mostly because it awaits it. Each has an eventfd that the
 * workers have, too; a loop reads it as anything else.
 *
 * The number of a loop's ear says where its word is (number % EARS), and is never used for another
 * one: a worker that has not heard of it yet reads its packets up to the one that the descriptor
 * comes with.
 */
#ifndef COIL_WORK_PROCESS_EAR_H
#define COIL_WORK_PROCESS_EAR_H

#include "work/processes.h"

/* The number of the running loop's ear, made if there is none yet. 0: the manager's; there is no
 * loop, or it has none. */
unsigned coil__ear_here(struct process_pool *pool);

/* Under the lock: its descriptor; -1: it is gone. */
int coil__ear_fd(const struct process_pool *pool, unsigned number);

/* Under the lock: a worker has ended, who may just have been about to ring somebody, whom nobody
 * else rings then. */
void coil__ears_ring(struct process_pool *pool);

/* The manager's: looks at the boards whenever it is rung. */
coil_async struct coil_result coil__ear_of_manager(void *pool);

/* No more jobs will be done: loops need not listen. */
void coil__ears_close(struct process_pool *pool);

#endif
