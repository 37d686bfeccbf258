/* Signals that come all the time, and interrupt every system call. */
#ifndef UNIT_STORM_H
#define UNIT_STORM_H

#include <signal.h>
#include <sys/time.h>

#include "kit.h"

static volatile sig_atomic_t interrupted;

static inline void storm_hit(int number)
{
    (void)number;
    interrupted++;
}

/* System calls are not begun again: no SA_RESTART. 0 ends it. */
static inline void storm(long interval_us)
{
    struct itimerval timer = {.it_interval.tv_usec = interval_us, .it_value.tv_usec = interval_us};
    struct sigaction action = {.sa_handler = storm_hit};

    CHECK_EQ(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

#endif
