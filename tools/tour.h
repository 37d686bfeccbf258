/*
 * `coil tour`: shows what the runtime does, live.
 */
#ifndef TOOLS_TOUR_H
#define TOOLS_TOUR_H

struct repl_options;

/* Returns the exit status. */
int tour_main(const struct repl_options *options);

#endif
