#include "common/workers.h"

#include <stdio.h>
#include <string.h>

static coil_async struct coil_result unwind(const struct work *how)
{
    int err;

    say("%s is cancelled", how->name);
    if (how->cleanup_ns) {
        err = coil_sleep(how->cleanup_ns);
        if (err)
            return coil_error(err);
        say("%s has cleaned up", how->name);
    }
    if (how->refuses)
        return text(how->name);
    if (how->fails_late)
        return coil_raise(EIO, "%s", how->name);
    return coil_error(-ECANCELED);
}

coil_async struct coil_result work(void *arg)
{
    const struct work *how = arg;

    say("%s starts", how->name);
    if (coil_sleep(how->sleep_ns) == -ECANCELED)
        return unwind(how);
    say("%s %s", how->name, how->fails ? "fails" : "ends");
    return how->fails ? coil_raise(EIO, "%s", how->name) : text(how->name);
}

static size_t add(char *line, size_t size, size_t length, const char *words)
{
    int more = length < size ? snprintf(line + length, size - length, "%s", words) : 0;

    return length + (size_t)more;
}

static void show_parts(char *line, size_t size, const struct coil_exception *exception)
{
    size_t length = add(line, size, 0, "EGROUP (");

    for (size_t i = 0; i < coil_exception_count(exception); i++) {
        const struct coil_exception *part = coil_exception_at(exception, i);

        if (i > 0)
            length = add(line, size, length, ", ");
        length = add(line, size, length, shown(coil_error(coil_exception_code(part)), part));
    }
    add(line, size, length, ")");
}

const char *shown(struct coil_result result, const struct coil_exception *exception)
{
    static char ring[8][200];
    static unsigned next;
    char *line = ring[next++ % 8];

    if (result.status == -COIL_EGROUP && exception)
        show_parts(line, sizeof(ring[0]), exception);
    else if (result.status == -EIO)
        snprintf(line, sizeof(ring[0]), "EIO (%s)", reason(exception));
    else
        return told(result);
    return line;
}

void tell(const char *what, struct coil_result result)
{
    say("%s: %s", what, shown(result, coil_current_exception()));
}

void tell_status(const char *what, int64_t status)
{
    tell(what, coil_error(status));
}

coil_async void tell_gather(const char *what, struct coil_future *group, size_t n)
{
    struct coil_result all = coil_await(group);
    const struct coil_result *each = all.value;
    char line[200] = "[";
    size_t length = 1;

    if (all.status < 0) {
        tell(what, all);
    } else {
        for (size_t i = 0; i < n; i++) {
            length = add(line, sizeof(line), length, i > 0 ? ", " : "");
            length = add(line, sizeof(line), length, told(each[i]));
        }
        add(line, sizeof(line), length, "]");
        say("%s: %s", what, line);
    }
    coil_future_unref(group);
}

coil_async void join_gather(struct coil_future *group)
{
    coil_await(group);
    coil_future_unref(group);
}

static void cancel(void *arg)
{
    coil_future_cancel(arg, NULL);
}

void cancel_later(struct coil_future *future, int64_t delay_ns)
{
    coil_call_later(coil_loop_current(), new_call(cancel, future), delay_ns);
}

static struct coil_call turn_call;
static int turn_now, turns;

static void turn(void *arg)
{
    (void)arg;
    say("turn %d", ++turn_now);
    if (turn_now < turns)
        coil_call_soon(coil_loop_current(), &turn_call);
}

void count_turns(int n)
{
    turn_now = 0;
    turns = n;
    coil_call_init(&turn_call, turn, NULL);
    coil_call_soon(coil_loop_current(), &turn_call);
}

void release(struct coil_future **futures, size_t n)
{
    for (size_t i = 0; i < n; i++)
        coil_future_unref(futures[i]);
}
