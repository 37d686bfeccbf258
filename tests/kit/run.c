/* One test, from fork to verdict. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kit_internal.h"

/* Few take one; but the machine may be busy with other things. */
#define USUAL_LIMIT_SECONDS 30

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* A test's process, seen from outside. */
struct child {
    pid_t pid;
    int output; /* a file without a name */
    int status; /* of waitpid */
    bool timed_out;
    bool left_children;
};

bool kit_under_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload && strstr(preload, "vgpreload");
}

int kit_slowness(void)
{
    const char *given = getenv("KIT_SLOWNESS");

    if (given)
        return atoi(given);
    if (kit_under_valgrind())
        return 30;
    return SANITIZED ? 5 : 1;
}

int kit_effort(int usual)
{
    const char *percent = getenv("KIT_EFFORT");
    int64_t effort = percent ? (int64_t)usual * atoi(percent) / 100 : usual;

    return effort < 1 ? 1 : (int)effort;
}

static int limit_ms(const struct kit_test *test)
{
    int seconds = test->limit_seconds ? test->limit_seconds : USUAL_LIMIT_SECONDS;

    return seconds * 1000 * kit_slowness();
}

/* The body, between the looks at what it may not leave behind. */
static enum kit_outcome perform(const struct kit_test *test)
{
    struct kit_descriptors before;
    bool clean;

    if (test->driver) {
        kit_need_driver(test->driver);
        setenv("COIL_DRIVER", test->driver, 1);
    }
    kit_descriptors_note(&before);
    test->body();
    fflush(NULL);
    clean = kit_descriptors_print_new(&before) == 0;
    if (kit_has_children()) {
        fprintf(stderr, "left behind: a child process\n");
        clean = false;
    }
    return clean ? KIT_PASSED : KIT_FAILED;
}

static void open_report(void)
{
    if (!kit_report)
        kit_report = mmap(NULL, sizeof(*kit_report), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (kit_report == MAP_FAILED) {
        perror("kit: mmap");
        exit(2);
    }
    memset(kit_report, 0, sizeof(*kit_report));
}

enum kit_outcome kit_run_here(const struct kit_test *test)
{
    enum kit_outcome outcome;

    open_report();
    outcome = perform(test);
    kit_folder_remove();
    return outcome;
}

/* The test's process: quiet, in a group of its own so that all of it can be killed. */
static _Noreturn void be_child(const struct kit_test *test, int output)
{
    struct rlimit no_core = {0, 0};
    int empty = open("/dev/null", O_RDONLY);
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGINT, SIG_DFL); /* a background job's are ignored, */
    signal(SIGHUP, SIG_DFL); /* and nohup's */
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(empty, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0);
    close(empty);
    close(output);
    kit_report->outcome = (int)perform(test);
    /* Not _exit: leak checkers speak at exit, and their word is the exit status. */
    exit(kit_report->outcome == KIT_FAILED);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sleeps until the child ends; where there are no pidfds (valgrind has none) by looking often. */
static bool ends_within(pid_t pid, int pidfd, int64_t limit)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    siginfo_t info;

    if (pidfd >= 0)
        return poll(&end, 1, (int)limit) > 0;
    usleep(1000);
    info.si_pid = 0;
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Waits for the end of the child, or makes it when the time is up. */
static void await_end(struct child *child, int limit)
{
    int pidfd = kit_under_valgrind() ? -1 : (int)syscall(SYS_pidfd_open, child->pid, 0);
    int64_t deadline = now_ms() + limit;
    int64_t left = limit;
    bool ended;

    do {
        ended = ends_within(child->pid, pidfd, left);
        left = deadline - now_ms();
    } while (!ended && left > 0);
    child->timed_out = !ended;
    if (!ended)
        kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
        ;
    if (pidfd >= 0)
        close(pidfd);
}

/* Whoever outlived the child is ours now (we are its reaper): end and count them. */
static void reap_leftovers(struct child *child)
{
    kill(-child->pid, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        child->left_children = true;
}

static bool output_has(int output, const char *part)
{
    off_t size = lseek(output, 0, SEEK_END);
    bool found;
    char *text;

    if (size <= 0)
        return false;
    text = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, output, 0);
    if (text == MAP_FAILED)
        return false;
    found = memmem(text, (size_t)size, part, strlen(part)) != NULL;
    munmap(text, (size_t)size);
    return found;
}

/* Why the test failed, as words; NULL if it did not. */
static const char *fault_of(const struct kit_test *test, const struct child *child)
{
    static char words[200];

    if (child->timed_out)
        return "did not end in time, and was killed";
    if (test->signal) {
        if (!WIFSIGNALED(child->status) || WTERMSIG(child->status) != test->signal)
            snprintf(words, sizeof(words), "was to die of %s, and did not",
                     strsignal(test->signal));
        else if (!output_has(child->output, test->message))
            snprintf(words, sizeof(words), "died without saying \"%s\"", test->message);
        else
            return NULL;
        return words;
    }
    if (WIFSIGNALED(child->status)) {
        snprintf(words, sizeof(words), "died of %s", strsignal(WTERMSIG(child->status)));
        return words;
    }
    if (kit_report->outcome == KIT_DIED)
        return "left by exit instead of returning";
    if (kit_report->outcome == KIT_FAILED)
        return "failed";
    if (WEXITSTATUS(child->status) != 0)
        return "passed, but its process ended with an error (a leak?)";
    return child->left_children ? "left processes behind" : NULL;
}

static void show(int output)
{
    char part[4096];
    ssize_t length;
    char last = '\n';

    lseek(output, 0, SEEK_SET);
    while ((length = read(output, part, sizeof(part))) > 0) {
        fwrite(part, 1, (size_t)length, stdout);
        last = part[length - 1];
    }
    if (last != '\n')
        putchar('\n');
}

enum kit_outcome kit_run_forked(const struct kit_test *test)
{
    struct child child = {.output = memfd_create("output of a test", MFD_CLOEXEC)};
    const char *fault;

    open_report();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    fflush(NULL);
    child.pid = fork();
    if (child.pid < 0 || child.output < 0) {
        perror("kit: cannot start a test");
        exit(2);
    }
    if (child.pid == 0)
        be_child(test, child.output);
    setpgid(child.pid, child.pid);
    await_end(&child, limit_ms(test));
    reap_leftovers(&child);
    kit_folder_remove();
    fault = fault_of(test, &child);
    if (fault) {
        printf("FAIL %s\n", test->name);
        show(child.output);
        printf("%s:%d: %s %s\n", test->file, test->line, test->name, fault);
    }
    close(child.output);
    if (fault)
        return KIT_FAILED;
    return kit_report->outcome == KIT_SKIPPED ? KIT_SKIPPED : KIT_PASSED;
}
