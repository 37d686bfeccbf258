/*
 * Loops in threads from the inside: how many are stopped at once, and what becomes of one that does
 * not stop.
 */
#ifndef COIL_WORK_LOOP_THREAD_H
#define COIL_WORK_LOOP_THREAD_H

#include <coil/thread.h>

#include "loop/port.h"

/* coil_thread_open; 0 or a negated errno. */
int coil__thread_open(const struct coil_thread_options *options, struct coil_thread **out);

/* Where work for its loop is posted; borrowed. */
struct loop_port *coil__thread_port(const struct coil_thread *thread);

/* Puts the thread on a processor, the index-th (and round again) of those we may use. 0 or an
 * error. */
int coil__thread_pin(struct coil_thread *thread, unsigned index);

/* The first half of coil_thread_stop: tells it to stop, and does not wait. Its survivors are kept
 * for coil__thread_tell_survivors if options name somebody to tell. */
void coil__thread_begin_stop(struct coil_thread *thread, const struct coil_stop_options *options);

/* Waits for the end of one that was told, at most until then. 0 or -ETIMEDOUT. */
int coil__thread_wait(struct coil_thread *thread, int64_t deadline_ns);

/* When it heard that it is to stop; 0: not yet. */
int64_t coil__thread_heard(const struct coil_thread *thread);

/* Tells of the survivors of one that has ended, on this thread. */
void coil__thread_tell_survivors(const struct coil_thread *thread);

/* coil_thread_close for one that was told to stop, and does not wait: a thread that has not ended
 * frees all when it does. True: it has. */
bool coil__thread_let_go(struct coil_thread *thread);

#endif
