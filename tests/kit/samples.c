/* Tests for test_kit.c to run and judge: each does wrong in one way, or right in one. Not part of
 * any suite. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"

TEST(passes)
{
    printf("this is not to be seen\n");
    CHECK(1 + 1 == 2);
    CHECK_EQ(3, 3u);
    CHECK_STR("a", "a");
    CHECK_HAS("abc", "bc");
    CHECK_PTR(stdin, stdin);
}

TEST(fails_a_check)
{
    printf("this is to be seen\n");
    CHECK(1 + 1 == 3);
}

TEST(fails_an_equality)
{
    CHECK_EQ(-ETIMEDOUT, 0);
}

TEST(fails_a_string)
{
    CHECK_STR("left", "right");
}

static void *fail_in_thread(void *arg)
{
    CHECK_PTR(arg, NULL);
    FAIL("from a thread, %d", 7);
}

TEST(fails_in_a_thread)
{
    pthread_t thread;

    CHECK_EQ(pthread_create(&thread, NULL, fail_in_thread, NULL), 0);
    pthread_join(thread, NULL);
}

TEST(leaves_a_descriptor)
{
    CHECK(open("/dev/zero", O_RDONLY) >= 0);
}

TEST(leaves_a_child)
{
    if (fork() == 0)
        for (;;)
            pause();
}

TEST(leaves_a_grandchild)
{
    /* Its parent goes first, so that the test's process never sees it. */
    pid_t child = fork();

    if (child == 0) {
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

/* A file, a socket's name, a folder with something in it: what a test may leave. */
static void leave_files(void)
{
    const char *folder = kit_path("folder");

    printf("in %s\n", folder);
    CHECK_EQ(mkdir(folder, 0700), 0);
    fclose(fopen(kit_path("folder/file"), "w"));
    CHECK_EQ(mkfifo(kit_path("fifo"), 0600), 0);
    CHECK_EQ(symlink("/usr", kit_path("link")), 0);
}

TEST(leaves_files_and_fails)
{
    leave_files();
    FAIL("here");
}

TEST(leaves_files_and_dies)
{
    leave_files();
    raise(SIGKILL);
}

TEST(leaves_files_of_a_child)
{
    pid_t child = fork();

    if (child == 0) {
        leave_files();
        _exit(0);
    }
    CHECK_EQ(waitpid(child, NULL, 0), child);
    CHECK_EQ(access(kit_path("fifo"), F_OK), 0);
    FAIL("here");
}

SLOW_TEST(hangs, 1)
{
    for (;;)
        pause();
}

TEST(dies)
{
    raise(SIGSEGV);
}

TEST(exits)
{
    exit(0);
}

TEST(skips)
{
    SKIP("no such thing here");
}

TEST(is_interrupted_as_by_a_terminal)
{
    raise(SIGINT);
}

TEST(reads_nothing)
{
    CHECK_EQ(getchar(), EOF);
}

FAIL_TEST(aborts_as_told, "the very words")
{
    fprintf(stderr, "these are the very words\n");
    abort();
}

FAIL_TEST(aborts_with_other_words, "the very words")
{
    fprintf(stderr, "these are others\n");
    abort();
}

FAIL_TEST(does_not_abort, "the very words")
{
    fprintf(stderr, "these are the very words\n");
}

DRIVER_TEST(names_its_driver)
{
    printf("driver %s\n", getenv("COIL_DRIVER"));
    FAIL("shown");
}
