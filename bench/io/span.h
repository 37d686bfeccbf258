/* Counts operations for $BENCH_SECONDS, after a quarter of it to warm up, and prints how many there
 * were in a second and what CPU time this process took for one. */
#ifndef BENCH_IO_SPAN_H
#define BENCH_IO_SPAN_H

#include <stdbool.h>

#include "../bench.h"

enum { SPAN_STRIDE = 16 }; /* operations between looks at the clock */

struct span {
    const char *name;
    int64_t begin, end;
    int64_t began, began_cpu; /* 0: it still warms up */
    long count;
};

static inline void span_begin(struct span *span, const char *name)
{
    const char *text = getenv("BENCH_SECONDS");
    double seconds = text ? strtod(text, NULL) : 1;

    memset(span, 0, sizeof *span);
    span->name = name;
    span->begin = bench_now() + (int64_t)(seconds * 0.25e9);
    span->end = span->begin + (int64_t)(seconds * 1e9);
}

static inline void span_print(const struct span *span, int64_t now)
{
    int64_t used = bench_cpu() - span->began_cpu;
    char cpu[64];

    snprintf(cpu, sizeof cpu, "%s.cpu", span->name);
    bench_print(span->name, (double)span->count * 1e6 / (double)(now - span->began), "k/s");
    bench_print(cpu, (double)used / 1e3 / (double)span->count, "us");
}

/* One more; false when the time is up, and then it has printed. */
static inline bool span_count(struct span *span)
{
    int64_t now;

    if (++span->count % SPAN_STRIDE)
        return true;
    now = bench_now();
    if (!span->began && now >= span->begin) {
        span->began = now;
        span->began_cpu = bench_cpu();
        span->count = 0;
    }
    if (now < span->end || !span->count)
        return true;
    span_print(span, now);
    return false;
}

#endif
