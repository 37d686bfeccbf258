/* A job on a thread, run here. What threads do with it is in test_thread_pool.c. */
#include "work/thread_job.h"

#include "jobs.h"

static int refs, told;
static struct coil_result result;

static void note_end(struct thread_job *job, struct coil_result of,
                     struct coil_exception *exception)
{
    (void)job;
    exception_unref(exception);
    told++;
    result = of;
}

static void ref(struct thread_job *job)
{
    (void)job;
    refs++;
}

static void unref(struct thread_job *job)
{
    if (--refs == 0)
        coil__thread_job_fini(job);
}

static const struct thread_job_kind kind = {.ended = note_end, .ref = ref, .unref = unref};
static struct word state;
static struct thread_job job;

static void make(coil_coroutine_fn *fn, void *arg, const struct coil_job_options *options)
{
    struct job_spec spec = {fn, arg, options, "here"};

    CHECK_EQ(coil__thread_job_init(&job, &kind, &state, &spec), 0);
    refs = 1;
}

static struct coil_result looks(void *outer)
{
    CHECK(!coil_job_cancelled());
    word_or(&state, CF_CANCEL);
    CHECK(coil_job_cancelled());
    CHECK(coil__job_state != outer);
    return coil_number(4);
}

TEST(run_here_it_sees_its_own_state_and_leaves_no_trace)
{
    const struct coil_job_options options = {.name = "a name"};

    make(looks, NULL, &options);
    coil__thread_job_run(&job);
    CHECK_EQ(told, 1);
    CHECK_EQ(result.status, 4);
    CHECK_EQ(refs, 0);
    CHECK(!coil_job_cancelled());
}

TEST(skipped_it_drops_its_argument_and_tells_why)
{
    const struct coil_job_options options = {.drop_arg = job_drop};
    struct job arg = {.dropped = 0};

    make(give_number, &arg, &options);
    CHECK(!coil__thread_job_withdraw(&job)); /* it is nowhere */
    coil__thread_job_skip(&job, -EPERM, NULL);
    CHECK_EQ(arg.dropped, 1);
    CHECK_EQ(result.status, -EPERM);
    CHECK_EQ(refs, 0);
}

static struct coil_result gives(void *value)
{
    return coil_value(value);
}

TEST(what_comes_after_it_was_told_is_dropped)
{
    const struct coil_job_options options = {.drop_result = job_drop};
    struct job value = {.dropped = 0};

    make(gives, &value, &options);
    word_or(&state, CF_POSTED); /* somebody left it behind */
    coil__thread_job_run(&job);
    CHECK_EQ(told, 0);
    CHECK_EQ(value.dropped, 1);
}
