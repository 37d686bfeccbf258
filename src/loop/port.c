#include "loop/port.h"

#include "base/alloc.h"
#include "mach/sys.h"
#include "mach/thread.h"

/* Of loop_port.wakes. */
enum { WAKES_AWAITED = 1, ONE_WAKE = 2 };

int coil__port_open(struct coil_loop *loop, struct loop_port **out)
{
    struct loop_port *port = mem_zalloc(sizeof(*port));
    int fd;

    if (port == NULL)
        return -ENOMEM;
    fd = coil__sys_eventfd();
    if (fd < 0) {
        mem_free(port);
        return fd;
    }
    port->wake_fd = fd;
    port->refs.value = 1;
    port->generation = coil__fork_generation;
    port->loop = loop;
    *out = port;
    return 0;
}

struct loop_port *coil__port_ref(struct loop_port *port)
{
    word_add(&port->refs, 1);
    return port;
}

void coil__port_unref(struct loop_port *port)
{
    if (word_unref(&port->refs))
        mem_free(port);
}

/* A full counter is as good as a written one. */
static void wake(struct loop_port *port)
{
    sys_eventfd_ring(port->wake_fd);
    if ((word_add(&port->wakes, ONE_WAKE) & WAKES_AWAITED) != 0)
        coil__mach_futex_wake(word_futex(&port->wakes), INT32_MAX);
}

int coil__port_post(struct loop_port *port, struct coil_handle *handle)
{
    uintptr_t was = word_load(&port->inbox);

    if (port->generation != coil__fork_generation)
        return -COIL_EFORKED;
    do {
        if (was == PORT_CLOSED)
            return -COIL_ESTOPPED;
        handle->link.next = was > PORT_CLOSED ? (struct coil_link *)was : NULL;
    } while (!word_cas(&port->inbox, &was, (uintptr_t)&handle->link));
    if (was == PORT_ASLEEP)
        wake(port);
    return 0;
}

/* The inbox is newest first: behind `out` goes its reverse. */
static void deliver(uintptr_t mail, struct coil_link *out)
{
    struct coil_link *link = mail > PORT_CLOSED ? (struct coil_link *)mail : NULL;
    struct coil_link *behind = out->prev, *older;

    for (; link != NULL; link = older) {
        older = link->next;
        list_prepend(behind, link);
    }
}

void coil__port_take(struct loop_port *port, struct coil_link *out)
{
    deliver(word_exchange(&port->inbox, PORT_EMPTY), out);
}

bool coil__port_sleep(struct loop_port *port)
{
    uintptr_t empty = PORT_EMPTY;

    port->asleep = word_cas(&port->inbox, &empty, PORT_ASLEEP);
    return port->asleep;
}

void coil__port_awake(struct loop_port *port)
{
    uintptr_t asleep = PORT_ASLEEP;

    if (port->asleep && !word_cas(&port->inbox, &asleep, PORT_EMPTY))
        port->owed++;
    port->asleep = false;
}

void coil__port_kick(struct loop_port *port)
{
    uintptr_t asleep = PORT_ASLEEP;

    if (port->generation == coil__fork_generation && word_cas(&port->inbox, &asleep, PORT_EMPTY))
        wake(port);
}

void coil__port_close(struct loop_port *port, struct coil_link *out)
{
    coil__port_awake(port); /* its thread may have ended in its sleep */
    deliver(word_exchange(&port->inbox, PORT_CLOSED), out);
}

/* In the child of a fork those who owed one are not there. */
static void await_wakes(struct loop_port *port)
{
    uintptr_t paid = word_load(&port->wakes);

    if (paid == port->owed * ONE_WAKE || port->generation != coil__fork_generation)
        return;
    word_or(&port->wakes, WAKES_AWAITED);
    while ((paid = word_load(&port->wakes)) != (port->owed * ONE_WAKE | WAKES_AWAITED))
        coil__mach_futex_wait(word_futex(&port->wakes), (uint32_t)paid, COIL_FOREVER);
}

void coil__port_end(struct loop_port *port)
{
    coil__port_awake(port);
    await_wakes(port);
    coil__sys_close(port->wake_fd);
    coil__port_unref(port);
}
