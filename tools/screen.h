/*
 * The terminal: a line being typed, and above it all that the process prints meanwhile. Standard
 * output and error are led through a pseudo terminal (so that stdio stays line-buffered) to the one
 * thread that draws.
 */
#ifndef TOOLS_SCREEN_H
#define TOOLS_SCREEN_H

#include <stdbool.h>

struct screen;

struct screen_options {
    /* Adds every word that could be typed, by screen_offer. */
    void (*complete)(struct screen *screen, void *arg);
    /* Ctrl-C while something is evaluated. */
    void (*interrupt)(void *arg);
    void *arg;
};

/* Takes the terminal over. Returns NULL, with errno, if there is no pseudo terminal. SIGINT must be
 * blocked in all threads. */
struct screen *screen_open(const struct screen_options *options);

/* Gives it back. */
void screen_close(struct screen *screen);

/* Reads a line, with its newline; valid until the next. After Ctrl-C it is empty; at the end of
 * input NULL. */
const char *screen_read_line(struct screen *screen, const char *prompt);

/* Shows output until somebody calls screen_done. */
void screen_show(struct screen *screen);

/* Any thread: says that what was printed up to here is all of it. */
void screen_done(struct screen *screen);

/* Within `complete`. */
void screen_offer(struct screen *screen, const char *word);

#endif
