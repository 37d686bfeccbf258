/* The desk of a pool's loop, in every order of those who lay jobs there, its loop, its end and its
 * being given up: each job is run, refused or left, once, and the desk is freed. */
#include <coil/coil.h>

#include "loop/loop.h"
#include "model_world.h"
#include "work/job.h"

enum { LOOP = 0, MOST = 3 };

static struct coil_loop the_loop;

static void refuse(struct coil_handle *handle, int64_t status);

#define coil__loop_running (model_current() == LOOP ? &the_loop : NULL)
#define coil__job_refuse_laid refuse

#include "loop/port.c"
#include "work/desk.c"

static struct desk *desk;
static struct job {
    struct coil_handle handle;
    int run, refused, left, sender;
} jobs[MOST];
static int laid, last_of[MODEL_THREADS];

static struct job *job_of(struct coil_handle *handle)
{
    return container_of(handle, struct job, handle);
}

static void run(struct coil_handle *handle)
{
    struct job *job = job_of(handle);

    job->run++;
    MODEL_CHECK((int)(job - jobs) > last_of[job->sender]); /* each sender's in their order */
    last_of[job->sender] = (int)(job - jobs);
}

static void refuse(struct coil_handle *handle, int64_t status)
{
    MODEL_CHECK(status < 0);
    job_of(handle)->refused++;
}

/* ---- the threads ---- */

static void setup(void)
{
    memset(&the_loop, 0, sizeof(the_loop));
    memset(jobs, 0, sizeof(jobs));
    memset(last_of, -1, sizeof(last_of));
    for (int i = 0; i < MOST; i++)
        jobs[i].handle.run = run;
    MODEL_CHECK(coil__port_open(&the_loop, &the_loop.port) == 0);
    desk = coil__desk_new(the_loop.port, NULL);
    MODEL_CHECK(desk != NULL);
    laid = 0;
}

static void lay(int i)
{
    jobs[i].sender = model_current();
    laid |= 1 << i;
    if (coil__desk_lay(desk, &jobs[i].handle) != 0)
        jobs[i].refused++;
}

static void lay_two(void)
{
    lay(0);
    lay(1);
}

static void lay_first(void)
{
    lay(0);
}

static void lay_third(void)
{
    lay(2);
}

static void run_handles(struct coil_link *list)
{
    struct coil_link *link;

    while ((link = list_pop(list)) != NULL) {
        struct coil_handle *handle = container_of(link, struct coil_handle, link);

        handle->run(handle);
    }
}

/* The loop takes its mail once or twice, and closes: whoever comes later is refused. */
static void turn_and_close(void)
{
    struct coil_link list;

    list_init(&list);
    coil__port_take(the_loop.port, &list);
    run_handles(&list);
    coil__port_close(the_loop.port, &list);
    run_handles(&list);
}

static void leave(void)
{
    struct coil_link list, *link;

    list_init(&list);
    coil__desk_leave(desk, &list);
    while ((link = list_pop(&list)) != NULL)
        job_of(container_of(link, struct coil_handle, link))->left++;
}

static void check(void)
{
    for (int i = 0; i < MOST; i++)
        if (laid & 1 << i)
            MODEL_CHECK(jobs[i].run + jobs[i].refused + jobs[i].left == 1);
    coil__desk_unref(desk);
    coil__port_end(the_loop.port);
}

static const struct model_program alone = {setup, {turn_and_close, lay_two}, check};
static const struct model_program two = {setup, {turn_and_close, lay_two, lay_third}, check};
static const struct model_program given_up = {setup, {turn_and_close, lay_two, leave}, check};
static const struct model_program all = {
    setup, {turn_and_close, lay_first, lay_third, leave}, check};

SLOW_TEST(each_job_is_run_or_refused_once, 60)
{
    model_prove("lay, close", &alone);
    model_prove("two lay, close", &two);
}

SLOW_TEST(given_up_the_desk_loses_no_job, 120)
{
    model_prove("lay, close, leave", &given_up);
    model_prove("two lay, close, leave", &all);
}

TEST(torn_operations_on_the_inbox_are_found)
{
    model_torn = TORN_CAS;
    model_refute("torn swap", &two, "");
}
