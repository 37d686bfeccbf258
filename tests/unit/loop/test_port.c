/* The door for other threads: what is posted comes, in order, and wakes whoever sleeps. */
#include "loop/port.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/thread.h"

static struct loop_port *open_port(void)
{
    struct loop_port *port;

    CHECK_EQ(coil__port_open(NULL, &port), 0);
    return port;
}

/* How often it was woken since the last look. */
static uint64_t wakes(struct loop_port *port)
{
    uint64_t count = 0;

    return read(port->wake_fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

TEST(mail_is_taken_in_the_order_of_posting)
{
    struct loop_port *port = open_port();
    struct coil_handle handles[6] = {0};
    struct coil_link out;

    list_init(&out);
    CHECK(!port_has_mail(port));
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(coil__port_post(port, &handles[i]), 0);
        CHECK(port_has_mail(port));
        if (i % 3 == 2)
            coil__port_take(port, &out);
    }
    for (int i = 0; i < 6; i++)
        CHECK_PTR(list_pop(&out), &handles[i].link);
    CHECK(list_empty(&out));
    CHECK(!port_has_mail(port));
    coil__port_end(port);
}

TEST(only_a_sleeper_is_woken_and_only_once)
{
    struct loop_port *port = open_port();
    struct coil_handle a = {0}, b = {0};
    struct coil_link out;

    list_init(&out);
    CHECK(coil__port_sleep(port));
    CHECK_EQ(coil__port_post(port, &a), 0);
    CHECK_EQ(coil__port_post(port, &b), 0);
    CHECK_EQ(wakes(port), 1);
    coil__port_take(port, &out);
    CHECK_PTR(list_pop(&out), &a.link);
    CHECK_PTR(list_pop(&out), &b.link);
    CHECK_EQ(coil__port_post(port, &a), 0);
    CHECK_EQ(wakes(port), 0);
    coil__port_end(port);
}

TEST(with_mail_there_is_no_sleep)
{
    struct loop_port *port = open_port();
    struct coil_handle a = {0};
    struct coil_link out;

    list_init(&out);
    CHECK_EQ(coil__port_post(port, &a), 0);
    CHECK(!coil__port_sleep(port));
    CHECK(port_has_mail(port));
    coil__port_awake(port);
    CHECK(port_has_mail(port));
    coil__port_take(port, &out);
    CHECK(coil__port_sleep(port));
    coil__port_awake(port);
    CHECK_EQ(coil__port_post(port, &a), 0);
    CHECK_EQ(wakes(port), 0); /* it was awake */
    coil__port_end(port);
}

TEST(a_kick_wakes_without_mail)
{
    struct loop_port *port = open_port();

    coil__port_kick(port);
    CHECK_EQ(wakes(port), 0);
    CHECK(coil__port_sleep(port));
    coil__port_kick(port);
    coil__port_kick(port);
    CHECK_EQ(wakes(port), 1);
    CHECK(!port_has_mail(port));
    coil__port_end(port);
}

TEST(closed_it_hands_back_what_came_and_refuses_the_rest)
{
    struct loop_port *port = open_port();
    struct coil_handle a = {0}, b = {0}, c = {0};
    struct coil_link out;

    list_init(&out);
    coil__port_post(port, &a);
    coil__port_post(port, &b);
    coil__port_close(port, &out);
    CHECK_PTR(list_pop(&out), &a.link);
    CHECK_PTR(list_pop(&out), &b.link);
    CHECK(list_empty(&out));
    CHECK_EQ(coil__port_post(port, &c), -COIL_ESTOPPED);
    CHECK(!port_has_mail(port));
    coil__port_kick(port);
    CHECK_EQ(wakes(port), 0);
    coil__port_end(port);
}

TEST(in_a_child_of_the_process_posting_is_refused)
{
    struct loop_port *port = open_port();
    struct coil_handle a = {0};
    int status;
    pid_t child;

    coil__port_sleep(port);
    child = fork();
    if (child == 0) {
        int err = coil__port_post(port, &a);

        coil__port_kick(port);
        coil__port_end(port);
        _exit(err == -COIL_EFORKED ? 0 : 1);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    CHECK_EQ(wakes(port), 0);
    coil__port_end(port);
}

TEST(its_end_closes_it_whoever_still_has_it)
{
    struct loop_port *port = open_port();
    struct coil_handle a = {0};
    struct coil_link out;
    int fd = port->wake_fd;

    list_init(&out);
    CHECK_PTR(coil__port_ref(port), port);
    coil__port_close(port, &out);
    CHECK_EQ(wakes(port), 0);
    coil__port_end(port);
    CHECK_EQ(close(fd), -1);
    CHECK_EQ(coil__port_post(port, &a), -COIL_ESTOPPED);
    coil__port_kick(port);
    coil__port_unref(port);
}

TEST(wakes_that_were_written_are_not_waited_for)
{
    struct loop_port *port = open_port();
    struct coil_handle a = {0};
    struct coil_link out;

    list_init(&out);
    CHECK(coil__port_sleep(port));
    coil__port_kick(port);
    coil__port_awake(port);
    CHECK(coil__port_sleep(port));
    CHECK_EQ(coil__port_post(port, &a), 0);
    coil__port_close(port, &out); /* in its sleep, as a loop whose thread has ended is */
    CHECK_PTR(list_pop(&out), &a.link);
    CHECK_EQ(port->owed, 2);
    coil__port_end(port);
}

static bool kicked;

static void *finish_kick(void *arg)
{
    struct loop_port *port = arg;

    while ((word_load(&port->wakes) & 1) == 0) /* until it waits */
        sched_yield();
    __atomic_store_n(&kicked, true, __ATOMIC_SEQ_CST);
    word_add(&port->wakes, 2);
    coil__mach_futex_wake(word_futex(&port->wakes), 1);
    return NULL;
}

TEST(its_end_waits_for_a_wake_that_somebody_owes)
{
    struct loop_port *port = open_port();
    uintptr_t asleep = PORT_ASLEEP;
    pthread_t thread;

    CHECK(coil__port_sleep(port));
    CHECK(word_cas(&port->inbox, &asleep, PORT_EMPTY)); /* half of a kick, */
    coil__port_ref(port);
    pthread_create(&thread, NULL, finish_kick, port); /* and the other half, late */
    coil__port_end(port);
    CHECK(__atomic_load_n(&kicked, __ATOMIC_SEQ_CST));
    pthread_join(thread, NULL);
    coil__port_unref(port);
}

TEST(opening_fails_as_a_whole)
{
    struct loop_port *port;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil__port_open(NULL, &port), -ENOMEM);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK(coil__port_open(NULL, &port) < 0);
    coil__fault_arm(FAULT_SYS, 0, false);
}

enum { THREADS = 4, POSTS = 5000 };

struct letter {
    struct coil_handle handle;
    int thread, number;
};

static struct loop_port *shared;
static struct letter letters[THREADS][POSTS];

static void *post_letters(void *arg)
{
    int thread = (int)(intptr_t)arg;

    for (int i = 0; i < POSTS; i++) {
        letters[thread][i].thread = thread;
        letters[thread][i].number = i;
        CHECK_EQ(coil__port_post(shared, &letters[thread][i].handle), 0);
    }
    return NULL;
}

TEST(of_many_threads_each_ones_order_is_kept_and_nothing_is_lost)
{
    pthread_t threads[THREADS];
    int next[THREADS] = {0}, left = THREADS * POSTS;
    struct coil_link out, *link;

    shared = open_port();
    list_init(&out);
    for (intptr_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, post_letters, (void *)t);
    while (left > 0) {
        coil__port_take(shared, &out);
        while ((link = list_pop(&out)) != NULL) {
            struct letter *letter = container_of(link, struct letter, handle.link);

            CHECK_EQ(letter->number, next[letter->thread]++);
            left--;
        }
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    coil__port_end(shared);
}
