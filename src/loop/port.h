/*
 * The loop's door for other threads: an inbox that is one atomic word. It holds the list of what
 * was posted (newest first), or one of three values: empty, asleep (empty, and the loop's thread
 * sleeps or is about to), closed.
 *
 *   post    puts a handle in front; whoever finds `asleep` there wakes the loop, so wake-ups
 *           coalesce and none is lost
 *   take    takes all, in order of posting
 *   sleep   empty -> asleep; refused when something came in
 *   close   closed, for ever; what was posted before is handed back, what comes after is refused
 *
 *   end     gives the loop's reference up and closes what wakes it
 *
 * The port is counted, so that a thread may still post, and be refused, when the loop is gone.
 *
 * Whoever takes `asleep` away owes a wake-up; the loop may be awake for another reason meanwhile,
 * and end. It has counted what is owed, and waits until that has been written: so nobody keeps its
 * descriptor open after it, or writes to another one of that number.
 */
#ifndef COIL_LOOP_PORT_H
#define COIL_LOOP_PORT_H

#include "base/atomic.h"
#include "base/list.h"

enum { PORT_EMPTY = 0, PORT_ASLEEP = 1, PORT_CLOSED = 2 };

struct loop_port {
    struct word inbox;
    struct word refs;
    struct word wakes;      /* that were written, each counts 2; 1: the loop waits for more */
    uintptr_t owed;         /* wakes, so far; the loop thread's */
    bool asleep;            /* it has said so and is not up yet; the loop thread's */
    int wake_fd;            /* eventfd, edge-triggered, never read */
    uint32_t generation;    /* of the process that made it: a child of fork must not touch it */
    int64_t spin_ns;        /* how long either side looks before it sleeps */
    struct coil_loop *loop; /* only to be used on its thread, or while the caller keeps the loop
                               open */
};

int coil__port_open(struct coil_loop *loop, struct loop_port **out);
struct loop_port *coil__port_ref(struct loop_port *port);
void coil__port_unref(struct loop_port *port);

/* For who opened it, instead of unref: nobody sleeps there any more. */
void coil__port_end(struct loop_port *port);

/* Door 5. 0, -COIL_ESTOPPED or -COIL_EFORKED. Lock-free, also from a signal handler. */
int coil__port_post(struct loop_port *port, struct coil_handle *handle);

/* Appends all that was posted to `out`. The loop's thread only, as all below. */
void coil__port_take(struct loop_port *port, struct coil_link *out);

static inline bool port_has_mail(struct loop_port *port)
{
    return word_load(&port->inbox) > PORT_CLOSED;
}

/* Each is followed by awake, whatever it says. */
bool coil__port_sleep(struct loop_port *port);
void coil__port_awake(struct loop_port *port);

/* Wakes the loop without posting anything. Any thread. */
void coil__port_kick(struct loop_port *port);

/* Refuses posts from now on; hands back what had come in. */
void coil__port_close(struct loop_port *port, struct coil_link *out);

#endif
