/* The completion word of concurrent futures against all who touch it: settled once, heard by all,
 * freed once. */
#include <coil/coil.h>

#include "loop/loop.h"
#include "mach/interrupt.h"
#include "model_world.h"
#include "work/job_memory.h"

#define coil__job_memory_get() model_alloc(JOB_BYTES)
#define coil__job_memory_put model_free

enum { LOOP = 0 }; /* the thread that is the loop's */

static struct coil_loop the_loop;

#define coil__loop_running (model_current() == LOOP ? &the_loop : NULL)

#include "loop/port.c"
#include "work/cfuture.c"
#include "work/job.c"

static struct coil_cfuture *job;
static struct coil_cfuture_callback callback[2];
static int runs, args_dropped, values_dropped, called, expected_callbacks;
static bool loop_closed;

/* ---- the loop's part ---- */

static struct coil_result body(void *arg)
{
    (void)arg;
    runs++;
    return coil_number(7);
}

static void drop_arg(void *arg)
{
    (void)arg;
    args_dropped++;
}

static void drop_value(void *value)
{
    (void)value;
    values_dropped++;
}

static void run_handles(struct coil_link *list)
{
    struct coil_link *link;

    while ((link = list_pop(list)) != NULL) {
        struct coil_handle *handle = container_of(link, struct coil_handle, link);

        the_loop.context = handle->context;
        handle->run(handle);
    }
}

/* Turns until the job is done, then closes as coil_loop_close does. */
static void close_loop(void)
{
    struct coil_link list;

    list_init(&list);
    the_loop.closing = true;
    coil__port_close(the_loop.port, &list);
    run_handles(&list);
    loop_closed = true;
    coil__port_end(the_loop.port);
}

static void run_loop(void)
{
    struct coil_link list;

    list_init(&list);
    while (runs == 0 && args_dropped == 0) {
        if (!port_has_mail(the_loop.port)) {
            if (coil__port_sleep(the_loop.port))
                model_eventfd_wait(the_loop.port->wake_fd);
            coil__port_awake(the_loop.port);
        }
        coil__port_take(the_loop.port, &list);
        run_handles(&list);
    }
    close_loop();
}

/* ---- what each program begins with ---- */

static void setup_loop(void)
{
    memset(&the_loop, 0, sizeof(the_loop));
    the_loop.end_status = -COIL_ESTOPPED;
    runs = args_dropped = values_dropped = called = expected_callbacks = 0;
    loop_closed = false;
    MODEL_CHECK(coil__port_open(&the_loop, &the_loop.port) == 0);
}

static void submit(int references)
{
    struct coil_task_options options = {.drop_arg = drop_arg, .drop_result = drop_value};

    job = coil__cfuture_submit(the_loop.port, body, NULL, &options, true, "job");
    while (--references > 0)
        coil_cfuture_ref(job);
}

static void setup_one(void)
{
    setup_loop();
    submit(1);
}

static void setup_two(void)
{
    setup_loop();
    submit(2);
}

static void wait_and_unref(void)
{
    struct coil_result result = coil_cfuture_result(job, COIL_FOREVER);

    MODEL_CHECK(result.status == 7 || result.status == -ECANCELED ||
                result.status == -COIL_ESTOPPED);
    MODEL_CHECK((result.status == 7) == (runs == 1));
    coil_cfuture_unref(job);
}

static void wait_in_time_and_unref(void)
{
    int err = coil_cfuture_wait(job, COIL_SECONDS(1));

    MODEL_CHECK(err == 0 || err == -ETIMEDOUT);
    MODEL_CHECK(err != 0 || coil_cfuture_done(job));
    coil_cfuture_unref(job);
}

static void cancel_and_unref(void)
{
    coil_cfuture_cancel_at(job, NULL, "cancel");
    coil_cfuture_unref(job);
}

static void note_call(struct coil_cfuture *future, void *arg)
{
    (void)arg;
    MODEL_CHECK((word_load(&future->state) & CF_DONE) != 0);
    called++;
}

static void add_callback_and_unref(void)
{
    coil_cfuture_add_done_callback(job, &callback[0], note_call, NULL);
    expected_callbacks++;
    coil_cfuture_unref(job);
}

static void poll_descriptor_and_unref(void)
{
    model_eventfd_wait(coil_cfuture_fd(job));
    MODEL_CHECK(coil_cfuture_done(job));
    coil_cfuture_unref(job);
}

static void check(void)
{
    MODEL_CHECK(runs + args_dropped == 1);
    MODEL_CHECK(values_dropped == runs);
    MODEL_CHECK(called == expected_callbacks);
    MODEL_CHECK(loop_closed);
}

static const struct model_program wait_alone = {setup_one, {run_loop, wait_and_unref}, check};
static const struct model_program two_wait = {
    setup_two, {run_loop, wait_and_unref, wait_and_unref}, check};
static const struct model_program timed_wait = {
    setup_one, {run_loop, wait_in_time_and_unref}, check};
static const struct model_program cancel_alone = {setup_one, {run_loop, cancel_and_unref}, check};
static const struct model_program cancel_and_wait = {
    setup_two, {run_loop, cancel_and_unref, wait_and_unref}, check};
static const struct model_program callbacks = {
    setup_one, {run_loop, add_callback_and_unref}, check};
static const struct model_program descriptor = {
    setup_one, {run_loop, poll_descriptor_and_unref}, check};
static const struct model_program callback_and_wait = {
    setup_two, {run_loop, add_callback_and_unref, wait_and_unref}, check};
static const struct model_program closes = {
    setup_two, {close_loop, cancel_and_unref, wait_and_unref}, check};

SLOW_TEST(waiters_hear_of_the_end, 60)
{
    model_prove("wait", &wait_alone);
    model_prove("timed wait", &timed_wait);
    model_prove("two wait", &two_wait);
}

SLOW_TEST(cancel_and_completion_meet_in_any_order, 60)
{
    model_prove("cancel", &cancel_alone);
    model_prove("cancel and wait", &cancel_and_wait);
}

SLOW_TEST(callback_runs_once_whenever_it_is_added, 60)
{
    model_prove("callback", &callbacks);
    model_prove("callback and wait", &callback_and_wait);
}

SLOW_TEST(descriptor_rings_whenever_it_is_made, 60)
{
    model_prove("descriptor", &descriptor);
}

SLOW_TEST(loop_that_closes_settles_what_is_cancelled_and_waited_for, 60)
{
    model_prove("close, cancel, wait", &closes);
}

TEST(torn_operations_are_found)
{
    model_torn = TORN_OR;
    model_refute("torn flags, wait", &wait_alone, "");
    model_torn = TORN_CAS;
    model_refute("torn swap, callback", &callbacks, "");
    model_torn = TORN_EXCHANGE;
    model_refute("torn exchange, callback", &callbacks, "");
    model_torn = TORN_ADD;
    model_refute("torn count, cancel", &cancel_alone, "");
}
