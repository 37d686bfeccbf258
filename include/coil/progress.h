/*
 * A progress bar: how much is done, how fast, how much failed, how long it will take. Drawn on a
 * terminal, at most ten times a second; silent where there is none, or TERM says that it is dumb.
 *
 *     resize  [##########..........]  512/1024  211/s  3 failed  0:02 left
 *
 * coil_executor_map draws one if asked to; for anything else:
 *
 *     coil_progress_init(&bar, "resize", n);
 *     while ((r = coil_cfuture_as_completed_next(jobs, COIL_FOREVER)).status >= 0)
 *         coil_progress_add(&bar, coil_cfuture_result(r.value, 0).status < 0);
 *     coil_progress_fini(&bar);
 */
#ifndef COIL_PROGRESS_H
#define COIL_PROGRESS_H

#include <stdbool.h>

#include <coil/result.h>

COIL_BEGIN_DECLS

/* Embedded in its owner; fields are coil's. */
struct coil_progress {
    const char *title;
    size_t total, done, failed;
    int64_t began_ns, drawn_ns;
    int fd;     /* -1: silent */
    bool drawn; /* something stands on the line */
    bool ended;
};

/**
 * Begins, on stderr; nothing is drawn in the first tenth of a second. total 0: unknown, then only
 * the counts and the rate are shown.
 *
 * Suspends: no. Thread: any. Owns: `title` is borrowed until fini.
 */
COIL_EXPORT void coil_progress_init(struct coil_progress *progress, const char *title,
                                    size_t total);

/**
 * Counts one more that ended.
 *
 * Suspends: no. Thread: one at a time.
 */
COIL_EXPORT void coil_progress_add(struct coil_progress *progress, bool failed);

/**
 * Wipes the line, so that something else can be printed there; the bar comes back with one of the
 * next adds.
 *
 * Suspends: no. Thread: one at a time.
 */
COIL_EXPORT void coil_progress_clear(struct coil_progress *progress);

/**
 * Draws the last state, with the time it took, and ends the line; nothing if nothing was counted.
 *
 * Suspends: no. Thread: one at a time.
 */
COIL_EXPORT void coil_progress_fini(struct coil_progress *progress);

/**
 * The line as it would be drawn at now_ns, a time on the clock of began_ns; `columns` wide at most.
 * Written as snprintf would, but no character of UTF-8 is cut in two.
 *
 * Suspends: no. Thread: any.
 * Returns: its length in bytes.
 */
COIL_EXPORT int coil_progress_line(const struct coil_progress *progress, int64_t now_ns,
                                   int columns, char *buffer, size_t size);

COIL_END_DECLS

#endif
