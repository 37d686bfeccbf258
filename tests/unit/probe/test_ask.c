/* Questions to a loop from other threads. */
#include "probe/ask.h"

#include <pthread.h>
#include <semaphore.h>

#include <coil/coil.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "kit.h"

#define LIMIT COIL_SECONDS(8)

static int drops;
static pthread_t answered_by;

static void drop(void *block)
{
    __atomic_add_fetch(&drops, 1, __ATOMIC_SEQ_CST);
    mem_free(block);
}

static int answer(struct coil_loop *loop, void *block)
{
    int *number = block;

    CHECK_PTR(coil_loop_current() == NULL ? loop : coil_loop_current(), loop);
    answered_by = pthread_self();
    return ++*number;
}

static int *block_of(int number)
{
    int *block = mem_alloc(sizeof(*block));

    *block = number;
    return block;
}

static int ask(struct coil_loop *loop, int number, int64_t timeout_ns)
{
    struct ask *kept;
    int result = coil__ask(loop, answer, block_of(number), drop, timeout_ns, &kept);

    CHECK(kept != NULL);
    coil__ask_release(kept);
    return result;
}

TEST(question_is_answered_on_the_loops_thread)
{
    struct coil_thread *thread = coil_thread_open(NULL);

    for (int i = 0; i < 20; i++) { /* also while it is just beginning */
        CHECK_EQ(ask(coil_thread_loop(thread), i, LIMIT), i + 1);
        CHECK(!pthread_equal(answered_by, pthread_self()));
    }
    coil_thread_close(thread);
    CHECK_EQ(drops, 20);
}

TEST(question_about_a_loop_that_nobody_runs_is_answered_here)
{
    struct coil_loop *loop;

    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    CHECK_EQ(ask(loop, 1, 0), 2);
    CHECK(pthread_equal(answered_by, pthread_self()));
    CHECK_EQ(drops, 1);
    coil_loop_close(loop);
}

static struct coil_result ask_here(void *unused)
{
    (void)unused;
    return coil_number(ask(coil_loop_current(), 3, 0));
}

TEST(question_on_the_loops_own_thread_needs_no_waiting)
{
    CHECK_EQ(coil_run(ask_here, NULL).status, 4);
    CHECK_EQ(drops, 1);
}

struct plug {
    sem_t in, out;
};

static struct coil_result be_stuck(void *arg)
{
    struct plug *plug = arg;

    sem_post(&plug->in);
    sem_wait(&plug->out);
    return coil_value(NULL);
}

TEST(question_to_a_stuck_loop_times_out_and_is_answered_later)
{
    struct coil_thread *thread = coil_thread_open(NULL);
    struct coil_cfuture *handle;
    struct plug plug;

    sem_init(&plug.in, 0, 0);
    sem_init(&plug.out, 0, 0);
    handle = coil_submit_call(thread, be_stuck, &plug);
    sem_wait(&plug.in);
    CHECK_EQ(ask(coil_thread_loop(thread), 1, COIL_MS(10)), -ETIMEDOUT);
    CHECK_EQ(drops, 0);
    sem_post(&plug.out);
    CHECK_EQ(coil_cfuture_result(handle, LIMIT).status, 0);
    CHECK_EQ(ask(coil_thread_loop(thread), 1, LIMIT), 2);
    CHECK_EQ(drops, 2);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

TEST(question_to_a_stopped_loop_is_refused)
{
    struct coil_thread *thread = coil_thread_open(NULL);

    coil_thread_stop(thread, NULL);
    CHECK_EQ(ask(coil_thread_loop(thread), 1, LIMIT), -COIL_ESTOPPED);
    CHECK_EQ(drops, 1);
    coil_thread_close(thread);
}

static int fail(struct coil_loop *loop, void *block)
{
    (void)loop;
    (void)block;
    return -ESRCH;
}

TEST(error_is_an_answer_and_not_reported)
{
    struct coil_thread *thread = coil_thread_open(NULL);
    struct ask *kept;

    CHECK_EQ(coil__ask(coil_thread_loop(thread), fail, block_of(0), drop, LIMIT, &kept), -ESRCH);
    coil__ask_release(kept);
    coil_thread_close(thread);
    CHECK_EQ(drops, 1);
}

TEST(question_without_memory_is_no_question)
{
    struct coil_thread *thread = coil_thread_open(NULL);
    struct ask *kept;
    int *block = block_of(0);

    CHECK_EQ(coil__ask(coil_thread_loop(thread), answer, NULL, drop, LIMIT, &kept), -ENOMEM);
    CHECK_PTR(kept, NULL);
    CHECK_EQ(drops, 0);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(coil__ask(coil_thread_loop(thread), answer, block, drop, LIMIT, &kept), -ENOMEM);
    CHECK_PTR(kept, NULL);
    CHECK_EQ(drops, 1);
    block = NULL;
    coil__fault_arm(FAULT_ALLOC, 0, false);
    block = block_of(0);
    coil__fault_arm(FAULT_ALLOC, 2, true);
    CHECK_EQ(coil__ask(coil_thread_loop(thread), answer, block, drop, LIMIT, &kept), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil__ask_release(kept);
    CHECK_EQ(drops, 2);
    coil_thread_close(thread);
}
