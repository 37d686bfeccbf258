/*
 * Operations in flight, cancelled and timed out at every moment. A kind says how one is asked for
 * so that it must wait, how the world lets it go on, and what is there for it; check_kind does the
 * rest: whenever it is cancelled it ends, with -ECANCELED or what it was asked for, and nothing is
 * written to its memory after that.
 */
#ifndef UNIT_INFLIGHT_H
#define UNIT_INFLIGHT_H

#include <stdlib.h>

#include "loop/loop.h"
#include "unit/io/sockets.h"

#define FLIGHT_MUCH 600000 /* more than a pair of Unix sockets keeps */
#define FLIGHT_POISON 0x5a
#define FLIGHT_TURNS 8

static char flight_much[FLIGHT_MUCH];

struct flight {
    const struct kind *kind;
    int64_t result;
    char data[512]; /* all that is lent to the world */
    struct coil_address address;
    int fds[2];
    void *mine[2]; /* the kind's own */
};

struct kind {
    const char *name;
    void (*open)(struct flight *flight);
    int64_t (*ask)(struct flight *flight);
    void (*feed)(struct flight *flight); /* NULL: it needs nothing */
    void (*close)(struct flight *flight);
    bool again;    /* after a cancellation the same can be asked for again */
    bool works_on; /* something of it stays out after a cancellation: what was written goes on */
};

static coil_async struct coil_result flies(void *arg)
{
    struct flight *flight = arg;

    flight->result = flight->kind->ask(flight);
    memset(flight->data, FLIGHT_POISON, sizeof(flight->data)); /* it is ours again */
    return coil_value(NULL);
}

static coil_async void flight_feed(struct flight *flight)
{
    if (flight->kind->feed != NULL)
        flight->kind->feed(flight);
}

static inline void check_poison(const struct flight *flight, const char *when)
{
    for (size_t i = 0; i < sizeof(flight->data); i++)
        if (flight->data[i] != FLIGHT_POISON)
            FAIL("%s: byte %zu was written after %s", flight->kind->name, i, when);
}

/* It has ended; what the world does now is none of its business. */
static coil_async void check_landed(struct flight *flight, const char *when, int64_t ended_by)
{
    if (flight->result < 0 && flight->result != ended_by)
        FAIL("%s ended by %s says %s", flight->kind->name, when,
             coil_strerror((int)flight->result));
    flight_feed(flight);
    let_run(5);
    coil_sleep(COIL_US(200));
    check_poison(flight, when);
    if (!flight->kind->again)
        return;
    flight_feed(flight); /* what there was may have been taken */
    flies(flight);
    if (flight->result < 0)
        FAIL("%s, again after %s, says %s", flight->kind->name, when,
             coil_strerror((int)flight->result));
}

/* Cancelled after so many turns, and fed some before (or never: fed < 0). */
static coil_async void check_cancelled(const struct kind *kind, int turns, int fed)
{
    struct flight flight = {.kind = kind};
    struct coil_future *task;
    unsigned out;

    kind->open(&flight);
    out = coil_loop_current()->driver->out;
    task = coil_create_task(flies, &flight);
    for (int i = 0; i < turns; i++) {
        if (i == fed)
            flight_feed(&flight);
        coil_yield();
    }
    if (fed < 0 && kind->feed != NULL && coil_future_done(task))
        FAIL("%s does not wait", kind->name);
    flight.result = turns == 0 ? -ECANCELED : flight.result; /* it never began */
    coil_future_cancel(task, NULL);
    coil_await(task);
    coil_future_unref(task);
    if (turns == 0)
        memset(flight.data, FLIGHT_POISON, sizeof(flight.data));
    if (fed < 0 && !kind->works_on && coil_loop_current()->driver->out > out)
        FAIL("%s: something is out still", kind->name);
    check_landed(&flight, "a cancellation", -ECANCELED);
    kind->close(&flight);
}

static coil_async void check_timed_out(const struct kind *kind, int64_t limit_ns)
{
    struct flight flight = {.kind = kind};
    struct coil_timeout scope;

    kind->open(&flight);
    coil_timeout_enter(&scope, limit_ns);
    flies(&flight);
    flight.result = coil_timeout_exit(&scope, flight.result);
    CHECK_EQ(coil_yield(), 0); /* nothing of the timeout is left */
    check_landed(&flight, "a timeout", -ETIMEDOUT);
    kind->close(&flight);
}

/* Twice and more: it does not hurry, and does not go on before the world has let go. */
static coil_async void check_cancelled_twice(const struct kind *kind, int turns)
{
    struct flight flight = {.kind = kind};
    struct coil_future *task;

    kind->open(&flight);
    task = coil_create_task(flies, &flight);
    let_run(turns);
    for (int i = 0; i < 3; i++) {
        coil_future_cancel(task, NULL);
        coil_yield();
    }
    coil_await(task);
    coil_future_unref(task);
    check_landed(&flight, "three cancellations", -ECANCELED);
    kind->close(&flight);
}

static coil_async void check_kind(const struct kind *kind)
{
    int lowest = lowest_free();

    for (int turns = 0; turns < FLIGHT_TURNS; turns++)
        check_cancelled(kind, turns, -1);
    if (kind->feed != NULL)
        for (int fed = 1; fed < FLIGHT_TURNS; fed++)
            for (int turns = fed + 1; turns < fed + 4; turns++)
                check_cancelled(kind, turns, fed);
    for (int turns = 1; turns < 4; turns++)
        check_cancelled_twice(kind, turns);
    for (int64_t limit_ns = 0; limit_ns <= COIL_MS(1); limit_ns = limit_ns * 10 + COIL_US(1))
        check_timed_out(kind, limit_ns);
    if (lowest_free() != lowest)
        FAIL("%s: a descriptor stays open", kind->name);
}

/* --- the loop ends while it is in flight --- */

static coil_async struct coil_result flies_and_closes(void *arg)
{
    struct flight *flight = arg;

    flies(flight);
    flight->kind->close(flight);
    return coil_value(NULL);
}

static coil_async struct coil_result leaves_it_in_flight(void *arg)
{
    struct flight *flight = arg;

    listen_to(coil_loop_current());
    flight->kind->open(flight);
    coil_future_unref(coil_create_task(flies_and_closes, flight));
    let_run(4);
    return coil_value(NULL);
}

static inline void check_loops_end(const struct kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        static struct flight flight;

        flight = (struct flight){.kind = &kinds[i]};
        CHECK_EQ(coil_run(leaves_it_in_flight, &flight).status, 0); /* not in a task */
        if (flight.result != -ECANCELED)
            FAIL("%s says %s", kinds[i].name, coil_strerror((int)flight.result));
        check_poison(&flight, "the end of its loop");
        CHECK_EQ(heard_take(), 0); /* coil_run cancels and waits, as asyncio.run does */
    }
}

static inline coil_async void check_kinds(const struct kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_kind(&kinds[i]);
}

#endif
