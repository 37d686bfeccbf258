/*
 * A race of connects: operations of one task, each with a socket of its own, and a timer. All of it
 * is over when the task goes on.
 */
#include "io/race.h"

#include "base/time.h"
#include "io/op_wait.h"
#include "io/world.h"

struct attempt {
    struct op op;
    struct race *race;
    int fd; /* -1: none, or not ours any more */
};

struct race {
    struct coil_loop *loop;
    const struct coil_address *list;
    const struct race_options *options;
    int *errors;
    size_t count, begun, out; /* addresses; tried so far; with an operation out */
    int winner;               /* its descriptor; -1: none yet */
    bool due;                 /* it is time for the next one */
    struct coil_timer timer;
    struct coil_future *waiter;
    struct attempt attempts[];
};

/* The one begun last decides when the next begins. */
static void failed(struct race *race, size_t index, int err)
{
    race->errors[index] = err;
    if (index + 1 == race->begun)
        race->due = true;
}

static void connect_done(struct op *op)
{
    struct attempt *attempt = container_of(op, struct attempt, op);
    struct race *race = attempt->race;

    race->out--;
    if (op->result < 0) {
        failed(race, (size_t)(attempt - race->attempts), (int)op->result);
    } else if (race->winner < 0) {
        race->winner = attempt->fd;
        attempt->fd = -1;
    }
    future_wake(race->waiter);
}

static int open_socket(struct race *race, const struct coil_address *to)
{
    const struct coil_address *local = race->options->local;
    int fd = WORLD(race->loop, socket, to->as.any.sa_family, SOCK_STREAM, 0);
    int err;

    if (fd < 0 || local == NULL)
        return fd;
    err = WORLD(race->loop, bind, fd, &local->as.any, local->length);
    if (err == 0)
        return fd;
    WORLD(race->loop, close, fd);
    return err;
}

static void begin_next(struct race *race)
{
    size_t index = race->begun++;
    const struct coil_address *to = &race->list[index];
    struct attempt *attempt = &race->attempts[index];

    race->due = false;
    attempt->race = race;
    attempt->fd = open_socket(race, to);
    if (attempt->fd < 0) {
        failed(race, index, attempt->fd);
        return;
    }
    attempt->op = (struct op){.kind = OP_CONNECT,
                              .fd = attempt->fd,
                              .connect = {&to->as.any, to->length},
                              .done = connect_done};
    race->out++;
    coil__drive_submit(race->loop->driver, &attempt->op);
}

static void time_is_up(struct coil_handle *handle)
{
    struct race *race = container_of(handle, struct race, timer.handle);

    race->due = true;
    future_wake(race->waiter);
}

static void arm(struct race *race)
{
    race->timer = (struct coil_timer){.handle = {.run = time_is_up}};
    race->timer.when_ns = time_after(loop_now(race->loop), race->options->delay_ns);
    coil__timers_add(&race->loop->timers, &race->timer);
}

/* Until an operation ends, or it is time for the next one. */
static coil_async int wait_for_news(struct race *race, bool timed)
{
    struct coil_future waiter;
    int64_t woken;

    future_init_waiter(&waiter, race->loop, "connect");
    race->waiter = &waiter;
    if (timed)
        arm(race);
    woken = coil_await(&waiter).status;
    if (timed && link_in_list(&race->timer.handle.link))
        timers_remove(&race->timer);
    future_fini_waiter(&waiter);
    return (int)woken;
}

/* 0: somebody has won, or everybody has failed. */
static coil_async int run_race(struct race *race)
{
    int err = 0;

    race->due = true;
    while (race->winner < 0 && err == 0) {
        bool left = race->begun < race->count;

        if (left && race->due)
            begin_next(race);
        else if (left || race->out > 0)
            err = wait_for_news(race, left && race->options->delay_ns >= 0);
        else
            break;
    }
    return err;
}

/* Whoever is still under way is called back, and waited for. */
static coil_async int end_race(struct race *race)
{
    int err = 0;

    for (size_t i = 0; i < race->begun; i++)
        if (race->attempts[i].op.state != OP_IDLE)
            coil__drive_cancel(race->loop->driver, &race->attempts[i].op);
    while (race->out > 0) {
        int woken = wait_for_news(race, false);

        if (woken != 0)
            err = woken;
    }
    for (size_t i = 0; i < race->begun; i++)
        if (race->attempts[i].fd >= 0)
            WORLD(race->loop, close, race->attempts[i].fd);
    return err;
}

coil_async int coil__connect_race(const struct coil_address *list, size_t count,
                                  const struct race_options *options, int *errors)
{
    struct coil_loop *loop = loop_here("connect");
    struct race *race;
    int err, cut, winner;

    if (loop->closing)
        return coil__op_never("connect");
    race = mem_zalloc(sizeof(*race) + count * sizeof(race->attempts[0]));
    if (race == NULL)
        return -ENOMEM;
    race->loop = loop;
    race->list = list;
    race->count = count;
    race->options = options;
    race->errors = errors;
    race->winner = -1;
    err = run_race(race);
    cut = end_race(race);
    winner = race->winner;
    mem_free(race);
    if (err == 0 && cut == 0)
        return winner >= 0 ? winner : errors[0];
    if (winner >= 0)
        WORLD(loop, close, winner);
    return err != 0 ? err : cut;
}
