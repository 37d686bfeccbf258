/*
 * What the coroutines of many triples do: they begin, sleep, end or fail, and tell of it.
 * workers.py has the same functions under the same names.
 */
#ifndef CONFORMANCE_WORKERS_H
#define CONFORMANCE_WORKERS_H

#include "common/conformance.h"

struct work {
    const char *name;
    int64_t sleep_ns;
    bool fails;         /* at the end of the sleep, with EIO; otherwise it returns its name */
    int64_t cleanup_ns; /* how long it takes to unwind when it is cancelled */
    bool refuses;       /* cancelled, it returns its name all the same */
    bool fails_late;    /* cancelled, it fails */
};

coil_async struct coil_result work(void *arg);

/* WORK("a", COIL_SECONDS(1), .fails = true) and a task that does it. Both live as long as the block
 * they stand in. */
#define WORK(name_, ...) (&(struct work){.name = name_, .sleep_ns = __VA_ARGS__})
#define START(name_, ...) coil_create_task(work, WORK(name_, __VA_ARGS__))

/* A gather of the futures that are listed. */
#define GATHER(flags, ...)                                  \
    coil_gather((struct coil_future *const[]){__VA_ARGS__}, \
                sizeof((struct coil_future *[]){__VA_ARGS__}) / sizeof(void *), flags)

/* told(), with the text of an error that has one and the parts of what has parts. */
const char *shown(struct coil_result result, const struct coil_exception *exception);

/* Says how something ended that was awaited just now. */
void tell(const char *what, struct coil_result result);
void tell_status(const char *what, int64_t status);

/* Awaits a gather of n, says how it ended, and gives the caller's reference up. */
coil_async void tell_gather(const char *what, struct coil_future *group, size_t n);

/* The same without a word. */
coil_async void join_gather(struct coil_future *group);

void cancel_later(struct coil_future *future, int64_t delay_ns);

/* Says when each of the next n turns comes, at its place among the callbacks. One count at a
 * time. */
void count_turns(int n);

/* Gives up a reference to each. */
void release(struct coil_future **futures, size_t n);

#endif
