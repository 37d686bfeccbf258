#include "drive/call.h"

#include <errno.h>
#include <pthread.h>

#include "base/alloc.h"
#include "base/check.h"
#include "mach/sys.h"

/* Of a block. From CALL_OUT either the loop or the worker takes it away, whoever is first. */
enum { CALL_OUT, CALL_ENDED, CALL_DETACHED };

/* Instead of a list of ended works. */
enum { AWAKE = 0, ASLEEP = 1 };

struct call_port {
    struct word ended; /* the work that ended last, linked to those before; or AWAKE, or ASLEEP */
    struct word refs;  /* the driver's, and one of each worker that will come back */
    unsigned out;      /* works that will be pushed; the loop's */
    calls_back_fn *back;
    pthread_mutex_t lock;
    int wake_fd; /* under the lock; -1: the driver is gone, and perhaps another file has the
                    number */
};

static void port_unref(struct call_port *port)
{
    if (!word_unref(&port->refs))
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

void coil__calls_on_back(struct call_port *port, calls_back_fn *back)
{
    port->back = back;
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
    if (word_unref(&block->refs))
        block->free(block);
}

static void wake(struct call_port *port)
{
    pthread_mutex_lock(&port->lock);
    if (port->wake_fd >= 0)
        coil__sys_eventfd_write(port->wake_fd);
    pthread_mutex_unlock(&port->lock);
}

/* Gives a work, and what it is part of, to the loop. */
static void push(struct call_port *port, struct mach_work *work)
{
    uintptr_t before = word_load(&port->ended);

    do
        work->next = before == ASLEEP ? NULL : (struct mach_work *)before;
    while (!word_cas(&port->ended, &before, (uintptr_t)work));
    if (before == ASLEEP)
        wake(port);
}

/* In the worker. */
static void run_call(struct mach_work *work)
{
    struct op_call *block = container_of(work, struct op_call, work);
    struct call_port *port = block->port;
    uintptr_t out = CALL_OUT;

    if (word_load(&block->state) == CALL_OUT)
        block->run(block);
    if (word_cas(&block->state, &out, CALL_ENDED))
        push(port, work);
    else
        coil__call_unref(block);
    port_unref(port);
}

void coil__calls_submit(struct call_port *port, struct driver *driver, struct op *op)
{
    struct op_call *block = op->call.block;
    int err;

    block->port = port;
    block->work.run = run_call;
    block->work.pool = block->pool;
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

int coil__calls_lend_by(struct call_port *port, struct op *op, void (*run)(struct mach_work *work),
                        int (*start)(struct mach_work *work))
{
    int err;

    op->lent.port = port;
    op->lent.work = (struct mach_work){.run = run, .pool = MACH_POOL_FILES};
    op->stage = STAGE_WORKING;
    word_add(&port->refs, 1);
    port->out++;
    err = start(&op->lent.work);
    if (err == 0)
        return 0;
    port->out--;
    word_sub(&port->refs, 1);
    return err;
}

/* By a worker, or if none can be had, here. */
static int start_anyhow(struct mach_work *work)
{
    if (coil__mach_workers_submit(work) != 0)
        work->run(work);
    return 0;
}

void coil__calls_lend(struct call_port *port, struct op *op, void (*run)(struct mach_work *work))
{
    coil__calls_lend_by(port, op, run, start_anyhow);
}

void coil__calls_send_back(struct op *op)
{
    struct call_port *port = op->lent.port;

    push(port, &op->lent.work);
    port_unref(port);
}

bool coil__calls_withdraw(struct op *op)
{
    if (!coil__mach_workers_withdraw(&op->lent.work))
        return false;
    op->lent.port->out--;
    port_unref(op->lent.port);
    return true;
}

/* The newest is first in the list; results are handed over in the order in which the works
 * ended. */
static struct mach_work *reversed(struct mach_work *work)
{
    struct mach_work *list = NULL;

    while (work != NULL) {
        struct mach_work *next = work->next;

        work->next = list;
        list = work;
        work = next;
    }
    return list;
}

static void collect_call(struct driver *driver, struct mach_work *work)
{
    struct op_call *block = container_of(work, struct op_call, work);

    coil__drive_finish(driver, block->op, 0);
    coil__call_unref(block); /* the worker's; drive_done gives up the op's */
}

static void collect_op(struct call_port *port, struct driver *driver, struct mach_work *work)
{
    struct op *op = container_of(work, struct op, lent.work);

    if (port->back != NULL)
        port->back(driver, op);
    else
        coil__drive_finish(driver, op, op->result);
}

void coil__calls_collect(struct call_port *port, struct driver *driver)
{
    uintptr_t ended = port->out == 0 ? AWAKE : word_exchange(&port->ended, AWAKE);
    struct mach_work *work = ended == ASLEEP ? NULL : reversed((struct mach_work *)ended);

    while (work != NULL) {
        struct mach_work *next = work->next;

        port->out--;
        if (work->run == run_call)
            collect_call(driver, work);
        else
            collect_op(port, driver, work);
        work = next;
    }
}
