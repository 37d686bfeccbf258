/* What no caller is there to hear. */
#include <stdio.h>

#include "loop/exception.h"
#include "loop/loop.h"

struct coil_exception **coil__raised_slot(void)
{
    struct coil_loop *loop = coil__loop_running;

    if (loop == NULL)
        return NULL;
    return loop->current != NULL ? &loop->current->exception : &loop->raised;
}

void coil_loop_set_exception_handler(struct coil_loop *loop, coil_report_fn *fn, void *arg)
{
    loop_owned(loop, "coil_loop_set_exception_handler");
    loop->report = fn;
    loop->report_arg = arg;
}

/* asyncio's default handler writes such a paragraph to its log. */
static void print_report(const struct coil_loop *loop, const struct coil_report *report)
{
    fprintf(stderr, "coil: %s", report->message);
    if (report->name[0] != '\0')
        fprintf(stderr, ": %s", report->name);
    if (report->place[0] != '\0')
        fprintf(stderr, ", made by %s", report->place);
    if (report->status < 0)
        fprintf(stderr, ": %s", coil_strerror(report->status));
    if (report->exception != NULL && report->exception->text[0] != '\0')
        fprintf(stderr, ": %s (%s)", report->exception->text,
                coil_exception_place(report->exception));
    fprintf(stderr, " [%s]\n", loop->name);
}

static struct coil_context **context_of(struct coil_loop *loop, struct coil_future *future)
{
    if (future == NULL || future == loop->current ||
        coil__future_kinds[future->kind]->context == NULL)
        return NULL;
    return coil__future_kinds[future->kind]->context(future);
}

static void hear(struct coil_loop *loop, const struct coil_report *report)
{
    if (loop->report != NULL)
        loop->report(loop, report, loop->report_arg);
    else
        print_report(loop, report);
}

/* What is said of a task is heard in its context, as in asyncio. */
void coil_loop_call_exception_handler(struct coil_loop *loop, const struct coil_report *report)
{
    struct coil_context **own = context_of(loop, report->future);
    struct coil_context **slot = coil__context_slot(), *outer = *slot;

    if (own != NULL)
        *slot = *own;
    hear(loop, report);
    if (own != NULL) {
        *own = *slot;
        *slot = outer;
    }
}

void coil__report(struct coil_loop *loop, const char *message, int64_t status,
                  const struct coil_exception *exception, struct coil_future *future)
{
    char name[96] = "";
    struct coil_report report = {
        .message = message,
        .status = status,
        .exception = exception,
        .future = future,
        .name = name,
        .place = future != NULL && future->place != NULL ? future->place : "",
    };

    if (future != NULL && coil__future_kinds[future->kind]->label != NULL)
        coil__future_label(future, name, sizeof(name));
    coil_loop_call_exception_handler(loop, &report);
}
