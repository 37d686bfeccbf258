/*
 * Descriptors of our own: try, park, try again. epoll is asked once, for edges, when an op first
 * has to wait, and no more until the file is closed; from then on a direction is ready from an edge
 * until a try finds that it is not. So a request costs its own system calls and a share of
 * epoll_wait.
 *
 * Ops of one direction wait in order; an edge has the first ones try, right into their owners'
 * memory, until one must wait again. What a worker has to do keeps its place in that order.
 */
#ifndef COIL_DRIVE_EDGES_H
#define COIL_DRIVE_EDGES_H

#include "drive/polls.h"

/* An own slot: tries what may succeed, and asks for the edges that the others need. */
int coil__edges_flush(struct polls *polls, struct poll_slot *slot);

/* Edges came. */
void coil__edges_take(struct polls *polls, struct poll_slot *slot, uint32_t events);

/* A worker is through with an op. */
void coil__edges_back(struct polls *polls, struct poll_slot *slot, struct op *op);

/* Ends the polls that asked for one of these. Any slot. */
void coil__edges_end_polls(struct polls *polls, struct poll_slot *slot, uint32_t events);

/* A connection was accepted: the life of its descriptor begins. */
void coil__edges_begin(struct polls *polls, const struct poll_slot *listener, int fd);

#endif
