/*
 * Scenarios: small whole programs that use a part of the library and put up with any failure.
 * Whatever fails in them, they end, and every token they made is dropped exactly once.
 */
#ifndef TORTURE_SCENARIOS_H
#define TORTURE_SCENARIOS_H

#include <coil/coil.h>

struct scenario {
    const char *name;
    coil_coroutine_fn *run;
    bool threads; /* uses some: what fails where is not the same each time */
};

extern const struct scenario scenarios[];
extern const int scenarios_count;
extern const struct scenario scenarios_io[];
extern const int scenarios_io_count;
extern const struct scenario scenarios_process[];
extern const int scenarios_process_count;
extern const struct scenario scenarios_work[];
extern const int scenarios_work_count;

/* Values that must not be lost: how many there are now. */
extern int tokens_alive;

void *token_new(void);
void token_drop(void *token);

#endif
