/* The loop's door for other threads, in every order: nothing is lost, no wake-up either, nothing
 * taken after close. */
#include <coil/result.h>

#include "model_world.h"

#include "loop/port.c"

enum { MOST = 4 };

uint32_t coil__fork_generation;

static struct loop_port *port;
static struct word stop_asked;
static struct mail {
    struct coil_handle handle;
    int refused, received, sender;
} mail[MOST];
static int expected; /* how many are posted */
static int received;
static int last_of[MODEL_THREADS];
static bool stopped;
static int closed_fd;

static void setup(void)
{
    memset(mail, 0, sizeof(mail));
    memset(last_of, -1, sizeof(last_of));
    stop_asked.value = 0;
    received = 0;
    stopped = false;
    MODEL_CHECK(coil__port_open(NULL, &port) == 0);
}

static void setup_one(void)
{
    expected = 1;
    setup();
}

static void setup_two(void)
{
    expected = 2;
    setup();
}

static void setup_three(void)
{
    expected = 3;
    setup();
}

static void post(int i)
{
    mail[i].sender = model_current();
    if (coil__port_post(port, &mail[i].handle) != 0)
        mail[i].refused++;
}

static void post_0(void)
{
    post(0);
}

static void post_0_and_1(void)
{
    post(0);
    post(1);
}

static void post_1(void)
{
    post(1);
}

static void post_2(void)
{
    post(2);
}

static void post_2_and_3(void)
{
    post(2);
    post(3);
}

static void receive(struct coil_link *list)
{
    struct coil_link *link;

    while ((link = list_pop(list)) != NULL) {
        struct mail *item = container_of(link, struct mail, handle.link);
        int i = (int)(item - mail);

        item->received++;
        received++;
        MODEL_CHECK(i > last_of[item->sender]); /* each sender's in the order of posting */
        last_of[item->sender] = i;
    }
}

/* What loop/turn.c does between two turns. */
static void collect(struct coil_link *list)
{
    if (word_load(&stop_asked) != 0 && word_exchange(&stop_asked, 0) != 0)
        stopped = true;
    if (!stopped && !port_has_mail(port)) {
        if (coil__port_sleep(port) && word_load(&stop_asked) == 0)
            model_eventfd_wait(port->wake_fd);
        coil__port_awake(port);
    }
    if (port_has_mail(port))
        coil__port_take(port, list);
    receive(list);
}

static void receive_all(void)
{
    struct coil_link list;

    list_init(&list);
    while (received < expected)
        collect(&list);
}

static void check_all_received(void)
{
    for (int i = 0; i < expected; i++)
        MODEL_CHECK(mail[i].received == 1 && mail[i].refused == 0);
    coil__port_end(port);
}

static const struct model_program two_senders = {
    setup_two, {receive_all, post_0, post_1}, check_all_received};
static const struct model_program one_sender_of_two = {
    setup_two, {receive_all, post_0_and_1}, check_all_received};
/* The same without an eye on stops, so that three letters can be explored. */
static void receive_mail_only(void)
{
    struct coil_link list;

    list_init(&list);
    while (received < expected) {
        if (coil__port_sleep(port)) {
            model_eventfd_wait(port->wake_fd);
            port->asleep = false; /* as awake would find out with one operation more */
            port->owed++;
        }
        coil__port_take(port, &list);
        receive(&list);
    }
}

static const struct model_program two_senders_of_three = {
    setup_three, {receive_mail_only, post_0_and_1, post_2}, check_all_received};

SLOW_TEST(mail_is_received_once_and_no_wakeup_is_lost, 60)
{
    model_prove("two senders", &two_senders);
    model_prove("one sender of two", &one_sender_of_two);
    model_prove("two senders of three", &two_senders_of_three);
}

/* ---- a stop, which kicks ---- */

static void run_until_stopped(void)
{
    struct coil_link list;

    list_init(&list);
    while (!stopped)
        collect(&list);
}

static void ask_to_stop(void)
{
    word_exchange(&stop_asked, 1);
    coil__port_kick(port);
}

static void close_port(void)
{
    struct coil_link list;

    list_init(&list);
    coil__port_close(port, &list);
    receive(&list);
    MODEL_CHECK(received == expected);
    coil__port_end(port);
}

static const struct model_program stop = {
    setup_two, {run_until_stopped, ask_to_stop, post_0_and_1}, close_port};
static const struct model_program stop_twice = {
    setup_one, {run_until_stopped, ask_to_stop, ask_to_stop, post_0}, close_port};

SLOW_TEST(stop_is_seen_whether_the_loop_sleeps_or_not, 60)
{
    model_prove("stop", &stop);
    model_prove("stop from two threads", &stop_twice);
}

/* ---- a loop that closes ---- */

static void take_once_and_close(void)
{
    struct coil_link list;

    list_init(&list);
    coil__port_take(port, &list);
    receive(&list);
    coil__port_close(port, &list);
    receive(&list);
    coil__port_end(port);
}

static void setup_shared(void)
{
    expected = 4;
    setup();
    coil__port_ref(port);
    coil__port_ref(port);
}

static void post_and_unref(void)
{
    post_0_and_1();
    coil__port_unref(port);
}

static void post_more_and_unref(void)
{
    post_2_and_3();
    coil__port_kick(port);
    coil__port_unref(port);
}

static void check_received_or_refused(void)
{
    for (int i = 0; i < expected; i++)
        MODEL_CHECK(mail[i].received + mail[i].refused == 1);
    MODEL_CHECK(mail[0].refused <= mail[1].refused); /* closed is for ever */
    MODEL_CHECK(mail[2].refused <= mail[3].refused);
}

static const struct model_program closing = {
    setup_shared,
    {take_once_and_close, post_and_unref, post_more_and_unref},
    check_received_or_refused};

TEST(mail_is_received_or_refused_by_a_loop_that_closes)
{
    model_prove("close", &closing);
}

/* A timer wakes it, or it has no time to sleep at all: a wake-up may still be on its way. */
static void sleep_and_close(void)
{
    int fd = port->wake_fd;

    coil__port_sleep(port);
    coil__port_awake(port);
    take_once_and_close();
    closed_fd = fd;
}

static void post_0_and_unref(void)
{
    post_0();
    coil__port_unref(port);
}

static void kick_and_unref(void)
{
    coil__port_kick(port);
    coil__port_unref(port);
}

static void setup_shared_one(void)
{
    setup_shared();
    expected = 1;
}

static void check_closed(void)
{
    MODEL_CHECK(mail[0].received + mail[0].refused == 1);
    MODEL_CHECK(model_eventfd() == closed_fd); /* the first that is free */
    model_close(closed_fd);
}

static const struct model_program closing_early = {
    setup_shared_one, {sleep_and_close, post_0_and_unref, kick_and_unref}, check_closed};

/* It ends as soon as it has the mail. */
static void receive_and_end(void)
{
    receive_all();
    close_port();
}

static void setup_one_shared(void)
{
    setup_one();
    coil__port_ref(port);
}

static const struct model_program ended_by_its_mail = {
    setup_one_shared, {receive_and_end, post_0_and_unref}, NULL};

TEST(what_wakes_it_is_closed_once_and_never_written_after)
{
    model_prove("close in its sleep", &closing_early);
    model_prove("ended by its mail", &ended_by_its_mail);
}

/* ---- the same source, with its operations torn ---- */

TEST(torn_compare_and_swap_is_found)
{
    model_torn = TORN_CAS;
    model_refute("torn swap, one sender", &one_sender_of_two, "sleeps for ever");
    model_refute("torn swap, two senders", &two_senders, "sleeps for ever");
    model_refute("torn swap, stop", &stop, "");
    model_refute("torn swap, close", &closing, "");
}

TEST(torn_exchange_is_found)
{
    model_torn = TORN_EXCHANGE;
    model_refute("torn exchange", &two_senders, "sleeps for ever");
}

TEST(torn_count_is_found)
{
    model_torn = TORN_ADD;
    model_refute("torn count", &closing, "");
}
