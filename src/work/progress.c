/* A progress bar on a terminal. */
#include <coil/progress.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mach/clock.h"
#include "mach/sys_io.h"
#include "mach/sys_terminal.h"
#include "work/columns.h"

#define STDERR 2
#define DRAW_EVERY COIL_MS(100)
#define DEFAULT_COLUMNS 80
#define MOST_COLUMNS 200
#define BAR_LEAST 8
#define BAR_MOST 40
#define TITLE_LEAST 4 /* shorter ones say nothing */
#define SECOND 1000000000.0

/* ---- the line ---- */

/* What stands behind the bar: "512/1024  211/s  3 failed  0:02 left". */
struct tail {
    char count[48], rate[32], failed[32], time[32];
};

static int width_of(const char *part)
{
    return part[0] != '\0' ? (int)strlen(part) + 2 : 0; /* with the gap before it */
}

static int tail_width(const struct tail *tail)
{
    return width_of(tail->count) + width_of(tail->rate) + width_of(tail->failed) +
           width_of(tail->time) - 2;
}

static void write_duration(char *buffer, size_t size, const char *before, double seconds,
                           const char *after)
{
    uint64_t s = seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 1000000000;
    unsigned minutes = (unsigned)(s / 60 % 60), rest = (unsigned)(s % 60);
    unsigned long hours = (unsigned long)(s / 3600);

    if (hours >= 48)
        snprintf(buffer, size, "%s%lu days%s", before, hours / 24, after);
    else if (hours > 0)
        snprintf(buffer, size, "%s%lu:%02u:%02u%s", before, hours, minutes, rest, after);
    else
        snprintf(buffer, size, "%s%u:%02u%s", before, minutes, rest, after);
}

static void write_rate(char *buffer, size_t size, double rate)
{
    if (rate >= 1e6)
        snprintf(buffer, size, "%.1fM/s", rate / 1e6);
    else if (rate >= 1e4)
        snprintf(buffer, size, "%.0fk/s", rate / 1e3);
    else if (rate >= 10)
        snprintf(buffer, size, "%.0f/s", rate);
    else if (rate >= 0.95)
        snprintf(buffer, size, "%.1f/s", rate);
    else
        snprintf(buffer, size, "%.1f/min", rate * 60);
}

static void write_tail(struct tail *tail, const struct coil_progress *self, int64_t now_ns)
{
    double seconds = (double)(now_ns - self->began_ns) / SECOND;
    double rate = seconds > 0 ? (double)self->done / seconds : 0;

    memset(tail, 0, sizeof(*tail));
    if (self->total > 0)
        snprintf(tail->count, sizeof(tail->count), "%zu/%zu", self->done, self->total);
    else
        snprintf(tail->count, sizeof(tail->count), "%zu", self->done);
    if (self->failed > 0)
        snprintf(tail->failed, sizeof(tail->failed), "%zu failed", self->failed);
    if (rate > 0)
        write_rate(tail->rate, sizeof(tail->rate), rate);
    if (self->ended || (self->total > 0 && self->done >= self->total))
        write_duration(tail->time, sizeof(tail->time), "in ", seconds, "");
    else if (self->total > 0 && rate > 0)
        write_duration(tail->time, sizeof(tail->time), "",
                       (double)(self->total - self->done) / rate, " left");
}

/* The least important goes first. */
static void make_fit(struct tail *tail, int columns)
{
    if (tail_width(tail) > columns)
        tail->time[0] = '\0';
    if (tail_width(tail) > columns)
        tail->rate[0] = '\0';
    if (tail_width(tail) > columns)
        tail->failed[0] = '\0';
}

static void put_bar(struct columns *out, const struct coil_progress *self, int width)
{
    size_t done = self->done < self->total ? self->done : self->total;
    int full = (int)((double)done / (double)self->total * width);

    coil__columns_text(out, "[");
    for (int i = 0; i < width; i++)
        coil__columns_text(out, i < full ? "#" : ".");
    coil__columns_text(out, "]  ");
}

/* Title and bar share what the tail leaves: the bar gets its least before the title its most. */
static void put_head(struct columns *out, const struct coil_progress *self, int room)
{
    int title = coil__columns_of(self->title),
        bar = room - title - 6; /* two gaps and two brackets */

    if (self->total == 0)
        bar = 0;
    else if (bar < BAR_LEAST && title > room / 2 && room / 2 - 6 >= BAR_LEAST)
        bar = BAR_LEAST;
    if (bar < BAR_LEAST)
        bar = 0;
    if (bar > BAR_MOST)
        bar = BAR_MOST;
    room -= bar > 0 ? bar + 6 : 2;
    if (room >= title || room >= TITLE_LEAST) {
        coil__columns_title(out, self->title, room);
        coil__columns_text(out, title > 0 ? "  " : "");
    }
    if (bar > 0)
        put_bar(out, self, bar);
}

static void put_part(struct columns *out, const char *part)
{
    if (part[0] == '\0')
        return;
    coil__columns_text(out, "  ");
    coil__columns_text(out, part);
}

int coil_progress_line(const struct coil_progress *self, int64_t now_ns, int columns, char *buffer,
                       size_t size)
{
    struct columns out = {.buffer = buffer, .size = size, .left = columns > 0 ? columns : 0};
    struct tail tail;

    if (size > 0)
        buffer[0] = '\0';
    write_tail(&tail, self, now_ns);
    make_fit(&tail, columns);
    put_head(&out, self, columns - tail_width(&tail));
    coil__columns_text(&out, tail.count);
    put_part(&out, tail.rate);
    put_part(&out, tail.failed);
    put_part(&out, tail.time);
    return (int)out.length;
}

/* ---- the terminal ---- */

/* One that cannot be asked to wipe the rest of a line would show what it is asked. */
static bool can_draw(void)
{
    const char *kind = getenv("TERM");

    return coil__sys_columns(STDERR) >= 0 && (kind == NULL || strcmp(kind, "dumb") != 0);
}

void coil_progress_init(struct coil_progress *self, const char *title, size_t total)
{
    *self = (struct coil_progress){.title = title != NULL ? title : "", .total = total};
    self->began_ns = self->drawn_ns = mach_now();
    self->fd = can_draw() ? STDERR : -1;
}

static void print(struct coil_progress *self, const char *text, size_t size)
{
    struct iovec part = {(char *)(uintptr_t)text, size};

    coil__sys_writev(self->fd, &part, 1, -1); /* a line that is not drawn is no failure */
}

/* The last column stays free: some terminals begin a new line behind it. */
static int columns_here(const struct coil_progress *self)
{
    int columns = coil__sys_columns(self->fd);

    if (columns <= 0)
        columns = DEFAULT_COLUMNS;
    return columns < MOST_COLUMNS ? columns - 1 : MOST_COLUMNS - 1;
}

static void draw(struct coil_progress *self, int64_t now, const char *end)
{
    char line[4 * MOST_COLUMNS + 16] = "\r"; /* four bytes a column, at most */
    int n = coil_progress_line(self, now, columns_here(self), line + 1, 4 * MOST_COLUMNS);

    n += 1 + snprintf(line + 1 + n, 15, "\033[K%s", end);
    print(self, line, (size_t)n);
    self->drawn_ns = now;
    self->drawn = true;
}

void coil_progress_add(struct coil_progress *self, bool failed)
{
    int64_t now;

    self->done++;
    self->failed += failed;
    if (self->fd < 0)
        return;
    now = mach_now();
    if (now - self->drawn_ns >= DRAW_EVERY)
        draw(self, now, "");
}

void coil_progress_clear(struct coil_progress *self)
{
    if (self->fd >= 0 && self->drawn)
        print(self, "\r\033[K", 4);
    self->drawn = false;
}

void coil_progress_fini(struct coil_progress *self)
{
    self->ended = true;
    if (self->fd >= 0 && (self->drawn || self->done > 0))
        draw(self, mach_now(), "\n");
    self->fd = -1;
}
