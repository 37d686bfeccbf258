/*
 * `coil tour`: shows what the runtime does, live. Nothing it prints was computed before: the lines
 * of C it shows are the lines it runs, and the tables are pictures of the loop while it runs them.
 */
#ifndef TOOLS_TOUR_H
#define TOOLS_TOUR_H

#include <stdbool.h>

#include <coil/coil.h>

struct repl_options;

struct tour {
    struct coil_thread *loop;
    bool terminal;   /* tables are redrawn in place, with pauses to read */
    int64_t unit_ns; /* what the narrator calls a second; shorter when nobody watches */
    int step;
};

/* Returns the exit status. */
int tour_main(const struct repl_options *options);

/* The narrator: a heading, a paragraph, a pause to read it. */
void tour_title(struct tour *tour, const char *title);
void tour_say(struct tour *tour, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tour_result(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tour_pause(const struct tour *tour, double seconds);

/* Shows a line of C, then runs it. */
#define LIVE(...)                \
    do {                         \
        tour_code(#__VA_ARGS__); \
        __VA_ARGS__;             \
    } while (0)
void tour_code(const char *code);

/*
 * The table of the loop's tasks, kept up to date until all of the jobs are done or the time is
 * over. In between it calls meanwhile(arg), to show that this thread is free.
 */
struct tour_watch {
    struct coil_cfuture *const *jobs;
    int count;
    int64_t at_most_ns;
    void (*meanwhile)(void *arg);
    void *arg;
};
void tour_watch(struct tour *tour, const struct tour_watch *watch);

/* The steps, in their order. Returns how many there are. */
typedef void tour_step_fn(struct tour *tour);
int tour_steps(tour_step_fn *const **steps);
tour_step_fn tour_step_echo;
tour_step_fn tour_step_work;

#endif
