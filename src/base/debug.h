/* Lines for whoever asks what was decided, and why: on stderr, when COIL_DEBUG is set to anything
 * but 0. */
#ifndef COIL_BASE_DEBUG_H
#define COIL_BASE_DEBUG_H

/* "coil: <sentence>". For what happens seldom: the environment is asked each time. */
void coil__debug(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

#endif
