#include "drive/call.h"

#include <errno.h>
#include <pthread.h>

#include "base/alloc.h"
#include "base/check.h"
#include "mach/sys.h"

/* Of a block. From CALL_OUT either the loop or the worker takes it away, whoever is first. */
enum { CALL_OUT, CALL_ENDED, CALL_DETACHED };

/* Instead of a list of ended blocks. */
enum { AWAKE = 0, ASLEEP = 1 };

struct call_port {
    struct word ended; /* the block that ended last, linked to those before; or AWAKE, or ASLEEP */
    struct word refs;  /* the driver's, and one of each worker that will come back */
    unsigned out;      /* calls that will be pushed; the loop's */
    pthread_mutex_t lock;
    int wake_fd; /* under the lock; -1: the driver is gone, and perhaps another file has the
                    number */
};

static void port_unref(struct call_port *port)
{
    if (word_sub(&port->refs, 1) != 0)
        return;
    pthread_mutex_destroy(&port->lock);
    mem_free(port);
}

struct call_port *coil__calls_open(int wake_fd)
{
    struct call_port *port = mem_zalloc(sizeof(*port));

    if (port == NULL)
        return NULL;
    word_store(&port->refs, 1);
    pthread_mutex_init(&port->lock, NULL);
    port->wake_fd = wake_fd;
    return port;
}

void coil__calls_close(struct call_port *port)
{
    if (port == NULL)
        return;
    pthread_mutex_lock(&port->lock);
    port->wake_fd = -1;
    pthread_mutex_unlock(&port->lock);
    port_unref(port);
}

void coil__call_begin(struct op *op)
{
    struct op_call *block = op->call.block;

    REQUIRE(word_load(&block->refs) == 0, "a call's block is submitted that is in use");
    block->op = op;
    word_store(&block->refs, 1);
    word_store(&block->state, CALL_OUT);
}

void coil__call_unref(struct op_call *block)
{
    if (word_sub(&block->refs, 1) == 0)
        block->free(block);
}

static void wake(struct call_port *port)
{
    pthread_mutex_lock(&port->lock);
    if (port->wake_fd >= 0)
        coil__sys_eventfd_write(port->wake_fd);
    pthread_mutex_unlock(&port->lock);
}

/* Gives a block, and the worker's reference, to the loop. */
static void push(struct call_port *port, struct op_call *block)
{
    uintptr_t before = word_load(&port->ended);

    do
        block->next = before == ASLEEP ? NULL : (struct op_call *)before;
    while (!word_cas(&port->ended, &before, (uintptr_t)block));
    if (before == ASLEEP)
        wake(port);
}

/* In the worker. */
static void work(struct mach_work *w)
{
    struct op_call *block = container_of(w, struct op_call, work);
    struct call_port *port = block->port;
    uintptr_t out = CALL_OUT;

    if (word_load(&block->state) == CALL_OUT)
        block->run(block);
    if (word_cas(&block->state, &out, CALL_ENDED))
        push(port, block);
    else
        coil__call_unref(block);
    port_unref(port);
}

void coil__calls_submit(struct call_port *port, struct driver *driver, struct op *op)
{
    struct op_call *block = op->call.block;
    int err;

    block->port = port;
    block->work.run = work;
    word_add(&block->refs, 1);
    word_add(&port->refs, 1);
    op->stage = STAGE_ASKED;
    port->out++;
    err = coil__mach_workers_submit(&block->work);
    if (err == 0)
        return;
    port->out--;
    word_sub(&port->refs, 1);
    word_sub(&block->refs, 1);
    coil__drive_finish(driver, op, err);
}

void coil__calls_cancel(struct call_port *port, struct driver *driver, struct op *op)
{
    uintptr_t out = CALL_OUT;

    if (!word_cas(&op->call.block->state, &out, CALL_DETACHED))
        return; /* it has ended, and the result is on its way */
    port->out--;
    coil__drive_finish(driver, op, -ECANCELED);
}

bool coil__calls_may_sleep(struct call_port *port)
{
    uintptr_t awake = AWAKE;

    return port->out == 0 || word_cas(&port->ended, &awake, ASLEEP);
}

/* The newest is first in the list; results are handed over in the order in which the calls
 * ended. */
static struct op_call *reversed(struct op_call *block)
{
    struct op_call *list = NULL;

    while (block != NULL) {
        struct op_call *next = block->next;

        block->next = list;
        list = block;
        block = next;
    }
    return list;
}

void coil__calls_collect(struct call_port *port, struct driver *driver)
{
    uintptr_t ended = port->out == 0 ? AWAKE : word_exchange(&port->ended, AWAKE);
    struct op_call *block = ended == ASLEEP ? NULL : reversed((struct op_call *)ended);

    while (block != NULL) {
        struct op_call *next = block->next;

        port->out--;
        coil__drive_finish(driver, block->op, 0);
        coil__call_unref(block); /* the worker's; drive_done gives up the op's */
        block = next;
    }
}
