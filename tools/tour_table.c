/*
 * The tour's table of tasks. On a terminal it is redrawn in place; elsewhere it is printed again
 * when it has changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"
#include "tour.h"

#define REDRAW_NS COIL_MS(100)
#define CHECK_NS COIL_MS(5)

struct table {
    struct tour *tour;
    struct text drawn; /* what stands there; without ages, to tell a change */
    int lines;
};

static int64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return COIL_SECONDS(time.tv_sec) + time.tv_nsec;
}

static void add_deadline(struct text *out, const struct coil_snapshot *now, int64_t deadline_ns)
{
    if (deadline_ns == COIL_FOREVER)
        text_printf(out, "%8s", "-");
    else
        text_printf(out, "%7.1fs", (double)(deadline_ns - now->time_ns) / 1e9);
}

/* A task without a name of its own is called after its coroutine, which its place begins with. */
static void add_name(struct text *out, const struct coil_task_info *task)
{
    bool unnamed = strncmp(task->name, "Task-", 5) == 0;
    int length = (int)(unnamed ? strcspn(task->place, " ") : strlen(task->name));

    text_printf(out, "%-18.*s ", length < 18 ? length : 18, unnamed ? task->place : task->name);
}

static void add_row(struct text *out, const struct coil_snapshot *now,
                    const struct coil_task_info *task, bool with_times)
{
    text_printf(out, "  | #%-4" PRIu64 " ", task->id);
    add_name(out, task);
    text_printf(out, "%-10s ", coil_task_state_name(task->state));
    if (with_times) {
        text_printf(out, "%5.1fs ", (double)task->age_ns / 1e9);
        add_deadline(out, now, task->deadline_ns);
    }
    text_printf(out, " %.34s\n", task->waits_for);
}

static void describe(const struct coil_snapshot *now, bool with_times, struct text *out)
{
    text_printf(out, "  | %-5s %-18s %-10s %s%s\n", "id", "name", "state",
                with_times ? "   age deadline " : " ", "waits for");
    for (size_t i = 0; i < now->count; i++)
        add_row(out, now, &now->tasks[i], with_times);
    if (now->count == 0)
        text_puts(out, "  | no tasks\n");
}

static void draw(struct table *table, const struct text *text)
{
    if (table->lines)
        printf("\033[%dA\033[J", table->lines);
    fputs(text_string(text), stdout);
    fflush(stdout);
    table->lines = 0;
    for (size_t i = 0; i < text->length; i++)
        table->lines += text->data[i] == '\n';
}

static void update(struct table *table)
{
    struct coil_snapshot *now;
    struct text text = {0};

    if (coil_snapshot_open(coil_thread_loop(table->tour->loop), COIL_SECONDS(1), &now) < 0)
        return;
    describe(now, table->tour->terminal, &text);
    coil_snapshot_close(now);
    if (table->tour->terminal) {
        draw(table, &text);
    } else if (strcmp(text_string(&text), text_string(&table->drawn)) != 0) {
        fputs(text_string(&text), stdout);
        text_clear(&table->drawn);
        text_puts(&table->drawn, text_string(&text));
    }
    text_free(&text);
}

/* What was submitted just now shall be in the first picture. */
static void wait_for_start(const struct tour_watch *watch)
{
    const struct timespec rest = {0, CHECK_NS};

    for (int i = 0; i < watch->count; i++) {
        while (coil_cfuture_state(watch->jobs[i]) == COIL_CFUTURE_PENDING)
            nanosleep(&rest, NULL);
    }
}

static bool all_done(const struct tour_watch *watch)
{
    for (int i = 0; i < watch->count; i++) {
        if (!coil_cfuture_done(watch->jobs[i]))
            return false;
    }
    return watch->count > 0;
}

void tour_watch(struct tour *tour, const struct tour_watch *watch)
{
    const struct timespec rest = {0, CHECK_NS};
    struct table table = {.tour = tour};
    int64_t next = 0;
    int64_t end;

    wait_for_start(watch);
    end = now_ns() + watch->at_most_ns;
    while (!all_done(watch) && now_ns() < end) {
        if (now_ns() >= next) {
            update(&table);
            next = now_ns() + (tour->terminal ? REDRAW_NS : CHECK_NS);
        }
        if (watch->meanwhile)
            watch->meanwhile(watch->arg);
        else
            nanosleep(&rest, NULL);
    }
    update(&table);
    text_free(&table.drawn);
}
