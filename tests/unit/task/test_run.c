/* coil_run: a loop, a main task, and after it nothing that is left over; and Ctrl-C. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "unit/loop/inside.h"

static const struct coil_loop_options sim = {.driver = "sim"};

static coil_async struct coil_result gives(void *arg)
{
    coil_yield();
    return coil_value(arg);
}

DRIVER_TEST(it_returns_what_main_returned)
{
    CHECK_STR(coil_run(gives, "v").value, "v");
    CHECK_STR(coil_run(gives, "again").value, "again");
    CHECK_PTR(coil_loop_current(), NULL);
}

static coil_async struct coil_result fails(void *arg)
{
    listen_to(coil_loop_current());
    return coil_raise(ENOENT, "no %s", (char *)arg);
}

TEST(an_error_of_main_is_returned_not_reported)
{
    CHECK_EQ(coil_run_with(fails, "bread", &sim).status, -ENOENT);
    CHECK_EQ(heard_take(), 0);
}

static coil_async struct coil_result left_over(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(100));

    coil_sleep(COIL_MS(1)); /* it has the time to clean up */
    note("%s %d", (char *)arg, err);
    return coil_error(err);
}

static coil_async struct coil_result leaves_tasks(void *arg)
{
    (void)arg;
    listen_to(coil_loop_current());
    coil_future_unref(coil_create_task(left_over, "a"));
    coil_future_unref(coil_create_task(left_over, "b"));
    coil_yield();
    return coil_number(3);
}

TEST(what_is_left_is_cancelled_and_waited_for)
{
    CHECK_EQ(coil_run_with(leaves_tasks, NULL, &sim).status, 3);
    CHECK_STR(noted(), "a -125 b -125");
    CHECK_EQ(heard_take(), 0);
}

static coil_async struct coil_result leaves_tasks_and_no_memory(void *arg)
{
    struct coil_result result = leaves_tasks(arg);

    coil__fault_arm(FAULT_ALLOC, 1, true);
    return result;
}

TEST(without_memory_for_a_list_too)
{
    CHECK_EQ(coil_run_with(leaves_tasks_and_no_memory, NULL, &sim).status, 3);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_STR(noted(), "a -125 b -125");
    CHECK_EQ(heard_take(), 0);
}

static coil_async struct coil_result fails_when_cancelled(void *arg)
{
    (void)arg;
    coil_sleep(COIL_SECONDS(100));
    return coil_raise(EIO, "while it cleaned up");
}

static coil_async struct coil_result leaves_a_failing_one(void *arg)
{
    (void)arg;
    listen_to(coil_loop_current());
    coil_future_unref(coil_create_task(fails_when_cancelled, NULL));
    coil_yield();
    return coil_value(NULL);
}

TEST(one_that_fails_then_is_reported)
{
    CHECK_EQ(coil_run_with(leaves_a_failing_one, NULL, &sim).status, 0);
    CHECK_EQ(heard_take(), 1);
    CHECK_HAS(heard.message, "unhandled exception during coil_run() shutdown");
    CHECK_STR(heard.text, "while it cleaned up");
}

static coil_async struct coil_result stops_its_loop(void *arg)
{
    (void)arg;
    coil_loop_stop(coil_loop_current());
    coil_sleep(COIL_SECONDS(1));
    return coil_value(NULL);
}

TEST(stopped_first_it_says_so)
{
    CHECK_EQ(coil_run_with(stops_its_loop, NULL, &sim).status, -COIL_ESTOPPED);
}

TEST(what_open_says_it_returns)
{
    CHECK_EQ(coil_run_with(gives, NULL, &(struct coil_loop_options){.driver = "steam"}).status,
             -ENOSYS);
    CHECK_HAS(coil_exception_text(coil_current_exception()), "epoll, uring or sim");
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_run_with(gives, NULL, &sim).status, -ENOMEM);
    CHECK_PTR(coil_current_exception(), NULL); /* not what the run before failed with */
    coil__fault_arm(FAULT_ALLOC, 0, false);
}

static coil_async struct coil_result runs_another(void *arg)
{
    (void)arg;
    return coil_number(-coil_run_with(gives, NULL, &sim).status);
}

TEST(inside_a_loop_it_is_refused)
{
    CHECK_EQ(coil_run_with(runs_another, NULL, &sim).status, EBUSY);
}

static coil_async struct coil_result interrupts_itself(void *arg)
{
    int err;

    (void)arg;
    raise(SIGINT);
    err = coil_sleep(COIL_SECONDS(5));
    note("%d %s", err, coil_exception_text(coil_current_exception()));
    return coil_error(err);
}

DRIVER_TEST(the_first_interrupt_cancels_main)
{
    CHECK_EQ(coil_run(interrupts_itself, NULL).status, -EINTR);
    CHECK_STR(noted(), "-125 interrupted by Ctrl-C");
}

static coil_async struct coil_result shrugs_it_off(void *arg)
{
    (void)arg;
    raise(SIGINT);
    CHECK_EQ(coil_sleep(COIL_SECONDS(5)), -ECANCELED);
    return coil_number(6);
}

TEST(a_main_that_goes_on_after_it_keeps_its_result)
{
    struct sigaction after;

    CHECK_EQ(coil_run_with(shrugs_it_off, NULL, &sim).status, 6);
    CHECK_EQ(coil_run_with(interrupts_itself, NULL, &sim).status, -EINTR); /* counted anew */
    sigaction(SIGINT, NULL, &after);
    CHECK(after.sa_handler == SIG_DFL); /* as it was before */
    noted();
}

static coil_async struct coil_result cancels_itself(void *arg)
{
    (void)arg;
    coil_future_cancel(coil_current_task(), NULL);
    return coil_error(coil_sleep(1));
}

TEST(a_cancel_of_its_own_is_no_interrupt)
{
    CHECK_EQ(coil_run_with(cancels_itself, NULL, &sim).status, -ECANCELED);
}

static coil_async struct coil_result interrupts_and_cancels_itself(void *arg)
{
    (void)arg;
    raise(SIGINT);
    coil_future_cancel(coil_current_task(), NULL);
    return coil_error(coil_sleep(1));
}

static coil_async struct coil_result ends_cancelled_as_it_is_interrupted(void *arg)
{
    (void)arg;
    raise(SIGINT);
    return coil_error(-ECANCELED);
}

static coil_async struct coil_result takes_the_interrupt_back(void *arg)
{
    (void)arg;
    raise(SIGINT);
    CHECK_EQ(coil_sleep(1), -ECANCELED);
    CHECK_EQ(coil_task_uncancel(coil_current_task()), 0);
    coil_future_cancel(coil_current_task(), NULL);
    return coil_error(coil_sleep(1));
}

TEST(cancelled_by_others_too_it_is_no_interrupt)
{
    CHECK_EQ(coil_run_with(interrupts_and_cancels_itself, NULL, &sim).status, -ECANCELED);
    CHECK_EQ(coil_run_with(ends_cancelled_as_it_is_interrupted, NULL, &sim).status, -EINTR);
    CHECK_EQ(coil_run_with(takes_the_interrupt_back, NULL, &sim).status, -EINTR);
}

static void *runs_one(void *arg)
{
    CHECK_EQ(coil_run_with(gives, arg, &sim).status, 0);
    return NULL;
}

static coil_async struct coil_result interrupts_after_another_run(void *arg)
{
    pthread_t thread;

    (void)arg;
    CHECK_EQ(pthread_create(&thread, NULL, runs_one, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    raise(SIGINT);
    return coil_error(coil_sleep(1));
}

TEST(a_run_in_another_thread_has_no_part_in_it)
{
    CHECK_EQ(coil_run_with(interrupts_after_another_run, NULL, &sim).status, -EINTR);
}

static coil_async struct coil_result interrupts_twice(void *arg)
{
    (void)arg;
    raise(SIGINT);
    coil_yield();
    raise(SIGINT);
    return coil_value(NULL);
}

CRASH_TEST(the_second_interrupt_ends_the_process, SIGINT, "")
{
    fputs(" ", stderr);
    coil_run_with(interrupts_twice, NULL, &sim);
}

static coil_async struct coil_result interrupts_as_it_unwinds(void *arg)
{
    (void)arg;
    coil_sleep(COIL_SECONDS(1000));
    raise(SIGINT);
    coil_sleep(COIL_SECONDS(1000));
    return coil_value(NULL);
}

static coil_async struct coil_result leaves_that_behind(void *arg)
{
    (void)arg;
    coil_future_unref(coil_create_task(interrupts_as_it_unwinds, NULL));
    coil_yield();
    return coil_value(NULL);
}

CRASH_TEST(an_interrupt_after_main_has_ended_ends_the_process, SIGINT, "")
{
    fputs(" ", stderr);
    coil_run_with(leaves_that_behind, NULL, &sim);
}

static int signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

TEST(a_handler_of_the_programs_own_stays)
{
    signal(SIGINT, count_signal);
    CHECK_EQ(coil_run_with(gives, NULL, &sim).status, 0);
    raise(SIGINT);
    CHECK_EQ(signals, 1);
}

static coil_async struct coil_result sleeps_for_ever(void *arg)
{
    const int *told = arg;

    CHECK_EQ(write(*told, "!", 1), 1); /* who interrupts now is heard */
    return coil_error(coil_sleep(COIL_SECONDS(1000)));
}

/* From outside, as a terminal does it, to a loop that sleeps. */
DRIVER_TEST(an_interrupt_wakes_a_loop_that_sleeps)
{
    int status, tell[2];
    pid_t child;
    char told;

    if (strcmp(getenv("COIL_DRIVER"), "sim") == 0)
        return; /* it does not sleep */
    CHECK_EQ(pipe(tell), 0);
    child = fork();
    if (child == 0)
        _exit(coil_run(sleeps_for_ever, &tell[1]).status == -EINTR ? 0 : 1);
    CHECK_EQ(read(tell[0], &told, 1), 1);
    usleep(20000); /* it sleeps by now, as a rule */
    kill(child, SIGINT);
    close(tell[0]);
    close(tell[1]);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}
