/* Listeners of signals: told from the handler, and never again once they have left. */
#include "mach/signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/list.h"
#include "kit.h"

static struct {
    int count[3];
    char order[16];
    int length;
} heard;

struct ear_of_mine {
    struct mach_listener listener;
    int i;
};

static void hear(struct mach_listener *listener)
{
    int i = container_of(listener, struct ear_of_mine, listener)->i;

    heard.count[i]++;
    heard.order[heard.length++ % 16] = (char)('0' + i);
}

static struct ear_of_mine ear_for(int number, int i)
{
    return (struct ear_of_mine){.listener = {.hear = hear, .number = number}, .i = i};
}

static void (*handler_of(int number))(int)
{
    struct sigaction now;

    CHECK_EQ(sigaction(number, NULL, &now), 0);
    return now.sa_handler;
}

TEST(all_who_listen_are_told)
{
    struct ear_of_mine a = ear_for(SIGUSR1, 0), b = ear_for(SIGUSR1, 1), c = ear_for(SIGUSR2, 2);

    CHECK_EQ(coil__mach_listen(&a.listener), 0);
    CHECK_EQ(coil__mach_listen(&b.listener), 0);
    CHECK_EQ(coil__mach_listen(&c.listener), 0);
    raise(SIGUSR1);
    raise(SIGUSR2);
    CHECK_STR(heard.order, "102");
    coil__mach_unlisten(&a.listener);
    raise(SIGUSR1);
    CHECK_STR(heard.order, "1021");
    coil__mach_unlisten(&b.listener);
    coil__mach_unlisten(&c.listener);
}

TEST(when_the_last_one_leaves_it_is_as_before)
{
    struct ear_of_mine a = ear_for(SIGUSR1, 0), b = ear_for(SIGUSR1, 1);

    signal(SIGUSR1, SIG_IGN);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(coil__mach_listen(&a.listener), 0);
        CHECK_EQ(coil__mach_listen(&b.listener), 0);
        coil__mach_unlisten(&b.listener);
        CHECK(handler_of(SIGUSR1) != SIG_IGN);
        coil__mach_unlisten(&a.listener);
        CHECK(handler_of(SIGUSR1) == SIG_IGN);
    }
}

TEST(what_cannot_be_heard_is_refused)
{
    static const int numbers[] = {0,       -1,      1000,   NSIG,   SIGKILL,
                                  SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct ear_of_mine a = ear_for(numbers[i], 0);

        CHECK_EQ(coil__mach_listen(&a.listener), -EINVAL);
    }
}

TEST(real_time_signals_are_signals)
{
    int number = SIGRTMIN + 1; /* the last one is valgrind's own */
    struct ear_of_mine a = ear_for(number, 0);

    CHECK_EQ(coil__mach_listen(&a.listener), 0);
    raise(number);
    CHECK_EQ(heard.count[0], 1);
    coil__mach_unlisten(&a.listener);
}

TEST(where_the_kernel_refuses_nobody_listens)
{
    struct ear_of_mine a = ear_for(SIGUSR1, 0);

    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__mach_listen(&a.listener), -EINVAL);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK(handler_of(SIGUSR1) == SIG_DFL);
    CHECK_EQ(coil__mach_listen(&a.listener), 0);
    raise(SIGUSR1);
    CHECK_EQ(heard.count[0], 1);
    coil__mach_unlisten(&a.listener);
}

static void somebody_elses(int number)
{
    (void)number;
}

TEST(a_handler_that_somebody_put_over_ours_stays)
{
    struct ear_of_mine a = ear_for(SIGUSR1, 0);

    CHECK_EQ(coil__mach_listen(&a.listener), 0);
    signal(SIGUSR1, somebody_elses);
    coil__mach_unlisten(&a.listener);
    CHECK(handler_of(SIGUSR1) == somebody_elses);
}

TEST(what_it_usually_does_can_change_underneath)
{
    struct ear_of_mine a = ear_for(SIGUSR1, 0);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    CHECK_EQ(coil__mach_signal_usually(SIGUSR1, &ignore, &before), 0);
    CHECK(before.sa_handler == SIG_DFL);
    CHECK(handler_of(SIGUSR1) == SIG_IGN);
    CHECK_EQ(coil__mach_listen(&a.listener), 0);
    CHECK_EQ(coil__mach_signal_usually(SIGUSR1, &before, &ignore), 0);
    CHECK(ignore.sa_handler == SIG_IGN);
    raise(SIGUSR1);
    CHECK_EQ(heard.count[0], 1);
    coil__mach_unlisten(&a.listener);
    CHECK(handler_of(SIGUSR1) == SIG_DFL);
    CHECK_EQ(coil__mach_signal_usually(0, &before, NULL), -EINVAL);
}

TEST(in_a_forked_child_nobody_listens)
{
    struct ear_of_mine a = ear_for(SIGUSR1, 0), b = ear_for(SIGUSR2, 1);
    int status;
    pid_t child;

    CHECK_EQ(coil__mach_listen(&a.listener), 0);
    child = fork();
    if (child == 0) {
        coil__mach_unlisten(&a.listener); /* which it does not have */
        if (coil__mach_listen(&b.listener) != 0 || raise(SIGUSR2) != 0 || heard.count[1] != 1)
            _exit(1);
        raise(SIGUSR1);
        _exit(2);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
    raise(SIGUSR1);
    CHECK_EQ(heard.count[0], 1);
    coil__mach_unlisten(&a.listener);
}

/* A listener is freed memory as soon as it has left. */
struct freed_soon {
    struct mach_listener listener;
    int *told;
};

static void tell(struct mach_listener *listener)
{
    __atomic_add_fetch(container_of(listener, struct freed_soon, listener)->told, 1,
                       __ATOMIC_RELAXED);
}

static int told, storm_over;

static void *come_and_go(void *arg)
{
    for (int i = 0; i < kit_effort(2000); i++) {
        struct freed_soon *mine = malloc(sizeof(*mine));

        *mine = (struct freed_soon){.listener = {.hear = tell, .number = SIGUSR1}, .told = &told};
        CHECK_EQ(coil__mach_listen(&mine->listener), 0);
        coil__mach_unlisten(&mine->listener);
        free(mine);
    }
    return arg;
}

/* Blocked in all threads but this one, so that handlers run beside those who come and go. */
static void *takes_the_storm(void *arg)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    do
        pthread_kill(pthread_self(), SIGUSR1);
    while (!__atomic_load_n(&storm_over, __ATOMIC_SEQ_CST));
    return arg;
}

SLOW_TEST(listeners_come_and_go_in_a_storm, 120)
{
    struct ear_of_mine always = ear_for(SIGUSR1, 0);
    pthread_t storm, threads[2];
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    CHECK_EQ(coil__mach_listen(&always.listener), 0);
    CHECK_EQ(pthread_create(&storm, NULL, takes_the_storm, NULL), 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, come_and_go, NULL), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    __atomic_store_n(&storm_over, 1, __ATOMIC_SEQ_CST);
    pthread_join(storm, NULL);
    CHECK(heard.count[0] > 0);
    coil__mach_unlisten(&always.listener);
}
