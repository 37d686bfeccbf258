/* What a queue keeps its items in: a ring (first or last out), or a binary heap with stable
 * ties. */
#ifndef COIL_SYNC_STORE_H
#define COIL_SYNC_STORE_H

#include <coil/queue.h>

enum queue_kind { QUEUE_FIFO, QUEUE_LIFO, QUEUE_PRIORITY };

/* 0 or -ENOMEM. */
int coil__store_put(struct coil_queue *queue, void *item);

/* There must be one. */
void *coil__store_get(struct coil_queue *queue);

#endif
