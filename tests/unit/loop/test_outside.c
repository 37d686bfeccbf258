/* What a run failed with can be asked, and told, when its loop is gone. */
#include <stdlib.h>
#include <unistd.h>

#include "unit/loop/inside.h"

static coil_async struct coil_result fails(void *arg)
{
    return coil_raise(EIO, "disk %d is gone", (int)(intptr_t)arg);
}

static coil_async struct coil_result succeeds(void *arg)
{
    return coil_value(arg);
}

TEST(the_exception_of_a_failed_run_can_be_asked_afterwards)
{
    CHECK_PTR(coil_current_exception(), NULL);
    CHECK_EQ(coil_run(fails, (void *)7).status, -EIO);
    CHECK_STR(coil_exception_text(coil_current_exception()), "disk 7 is gone");
    CHECK_HAS(coil_exception_place(coil_current_exception()), "test_outside.c");
    CHECK_EQ(coil_run(succeeds, NULL).status, 0);
    CHECK_PTR(coil_current_exception(), NULL);
}

TEST(raising_outside_of_a_loop_is_remembered_too)
{
    CHECK_EQ(coil_raise(EINVAL, "no such option").status, -EINVAL);
    CHECK_STR(coil_exception_text(coil_current_exception()), "no such option");
}

/* What `fails` makes the program say. */
static void check_says(struct coil_result result, int status, const char *part)
{
    char text[512] = "";
    int ends[2], saved = dup(STDERR_FILENO);
    ssize_t n;

    CHECK_EQ(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    CHECK_EQ(coil_exit_status(result), status);
    dup2(saved, STDERR_FILENO);
    close(ends[1]);
    close(saved);
    n = read(ends[0], text, sizeof(text) - 1);
    close(ends[0]);
    CHECK(n >= 0);
    CHECK_HAS(text, part);
    if (*part == '\0')
        CHECK_EQ(n, 0);
}

TEST(main_returns_what_shells_expect_and_says_what_happened)
{
    check_says(coil_number(5), 0, "");
    check_says(coil_run(fails, (void *)3), 1, "disk 3 is gone (");
    check_says(coil_error(-ENOENT), 1, "ENOENT");
    check_says(coil_error(-EINTR), 130, "");
}

static coil_async struct coil_result fails_twice(void *arg)
{
    struct coil_task_group group;

    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, fails, (void *)1);
    coil_task_group_create_task(&group, fails, (void *)2);
    return coil_error(coil_task_group_exit(&group, 0));
}

TEST(each_failure_of_a_group_is_told)
{
    check_says(coil_run(fails_twice, NULL), 1, "    disk 2 is gone");
}
