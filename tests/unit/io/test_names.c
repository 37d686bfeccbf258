/* Names: literals at once, the others in threads of their own. */
#include <coil/names.h>

#include <arpa/inet.h>
#include <unistd.h>

#include "base/fault.h"
#include "io/op_wait.h"
#include "unit/loop/inside.h"

static const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST};
static struct addrinfo *found;

/* Looks it up, and whether that asked a thread. */
static coil_async bool asks_a_thread(const char *host, const char *service,
                                     const struct addrinfo *hints, int expected)
{
    struct driver *driver = coil_loop_current()->driver;
    uint64_t before = driver->submitted;

    found = NULL;
    CHECK_EQ(coil_getaddrinfo(host, service, hints, &found), expected);
    CHECK((found != NULL) == (expected == 0));
    return driver->submitted != before;
}

/* The first address, as text; what was found is freed. */
static const char *first(void)
{
    static char text[COIL_ADDRESS_TEXT];
    struct coil_address address = {.length = found->ai_addrlen};

    CHECK_EQ(found->ai_socktype, SOCK_STREAM);
    memcpy(&address.as, found->ai_addr, found->ai_addrlen);
    coil_address_format(&address, text, sizeof(text));
    freeaddrinfo(found);
    return text;
}

DRIVER_LOOP_TEST(literals_are_answered_without_a_thread)
{
    CHECK(!asks_a_thread("127.0.0.1", "80", NULL, 0));
    CHECK_STR(first(), "127.0.0.1:80");
    CHECK(!asks_a_thread("::1", "65535", NULL, 0));
    CHECK_STR(first(), "[::1]:65535");
    CHECK(!asks_a_thread("fe80::1%lo", NULL, NULL, 0));
    CHECK_STR(first(), "[fe80::1%lo]:0");
    CHECK(!asks_a_thread(NULL, "80",
                         &(struct addrinfo){.ai_family = AF_INET,
                                            .ai_socktype = SOCK_STREAM,
                                            .ai_flags = AI_PASSIVE},
                         0));
    CHECK_STR(first(), "0.0.0.0:80");
}

DRIVER_LOOP_TEST(what_is_wrong_with_a_literal_is_told_without_a_thread)
{
    CHECK(!asks_a_thread("localhost", "80", &numeric, -COIL_EGAI(EAI_NONAME)));
    CHECK(!asks_a_thread("::1", "80", &(struct addrinfo){.ai_family = AF_INET},
                         -COIL_EGAI(EAI_ADDRFAMILY)));
    CHECK(!asks_a_thread("::1", "80", &(struct addrinfo){.ai_family = 77}, -COIL_EGAI(EAI_FAMILY)));
    CHECK(!asks_a_thread("::1", "80", &(struct addrinfo){.ai_flags = 1 << 30},
                         -COIL_EGAI(EAI_BADFLAGS)));
    CHECK(asks_a_thread(NULL, NULL, NULL, -COIL_EGAI(EAI_NONAME)));
}

DRIVER_LOOP_TEST(names_are_looked_up_in_a_thread)
{
    CHECK(asks_a_thread("localhost", "80",
                        &(struct addrinfo){.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, 0));
    CHECK_STR(first(), "127.0.0.1:80");
    CHECK(asks_a_thread("127.0.0.1", "http", NULL, 0)); /* which reads a file */
    CHECK_STR(first(), "127.0.0.1:80");
}

DRIVER_LOOP_TEST(a_name_that_is_none_is_told_as_such)
{
    int err;

    CHECK(asks_a_thread("a..b", "80", NULL, -COIL_EGAI(EAI_NONAME)));
    CHECK(asks_a_thread("127.0.0.1", "no-such-service", NULL, -COIL_EGAI(EAI_SERVICE)));
    err = coil_getaddrinfo("no-such-host.invalid", "80", NULL, &found); /* with a network or not */
    CHECK(err == -COIL_EGAI(EAI_NONAME) || err == -COIL_EGAI(EAI_AGAIN));
}

DRIVER_LOOP_TEST(the_name_of_an_address_is_told)
{
    struct driver *driver = coil_loop_current()->driver;
    char host[NI_MAXHOST], service[32] = "untouched";
    struct coil_address address;
    uint64_t before = driver->submitted;

    coil_address_parse("127.0.0.1:80", 0, &address);
    CHECK_EQ(coil_getnameinfo(&address, host, sizeof(host), service, sizeof(service),
                              NI_NUMERICHOST | NI_NUMERICSERV),
             0);
    CHECK_STR(host, "127.0.0.1");
    CHECK_STR(service, "80");
    CHECK_EQ(driver->submitted, before); /* no thread was asked */
    CHECK_EQ(coil_getnameinfo(&address, host, sizeof(host), service, sizeof(service), 0), 0);
    CHECK(driver->submitted > before);
    CHECK_STR(host, "localhost");
    CHECK_STR(service, "http");
    CHECK_EQ(coil_getnameinfo(&address, host, sizeof(host), NULL, 0, 0), 0);
    CHECK_EQ(coil_getnameinfo(&address, NULL, 0, service, sizeof(service), 0), 0);
}

DRIVER_LOOP_TEST(a_name_that_does_not_fit_is_not_written)
{
    char host[8] = "before", service[4] = "xyz";
    struct coil_address address;

    coil_address_parse("127.0.0.1:65535", 0, &address);
    CHECK_EQ(coil_getnameinfo(&address, host, sizeof(host), NULL, 0, 0), -COIL_EGAI(EAI_OVERFLOW));
    CHECK_STR(host, "before");
    CHECK_EQ(coil_getnameinfo(&address, NULL, 0, service, sizeof(service), 0),
             -COIL_EGAI(EAI_OVERFLOW));
    CHECK_STR(service, "xyz");
    address.length = 3;
    CHECK_EQ(coil_getnameinfo(&address, host, sizeof(host), NULL, 0, 0), -COIL_EGAI(EAI_FAMILY));
}

/* --- while threads are busy --- */

static struct word released;

/* Work that keeps a thread of a pool until released. */
struct plug {
    struct op_call call;
    struct op_wait wait;
};

static void hold(struct op_call *call)
{
    (void)call;
    while (!word_load(&released))
        usleep(200);
}

static void keep(struct op_call *call)
{
    (void)call;
}

static coil_async struct coil_result plugs(void *arg)
{
    struct plug *plug = arg;

    plug->wait.op.kind = OP_CALL;
    plug->wait.op.call.block = &plug->call;
    return coil_number(coil__op_wait(&plug->wait, "plug"));
}

/* More than the pool has threads. */
static coil_async void fill(struct plug *all, struct coil_future **tasks, size_t count,
                            uint8_t pool)
{
    word_store(&released, 0);
    for (size_t i = 0; i < count; i++) {
        all[i] = (struct plug){.call = {.run = hold, .free = keep, .pool = pool}};
        tasks[i] = coil_create_task(plugs, &all[i]);
    }
    let_run(3);
}

static coil_async void release(struct coil_future **tasks, size_t count)
{
    word_store(&released, 1);
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(coil_join(tasks[i]).status, 0);
}

static bool calls_block_the_loop(void)
{
    return strcmp(coil_loop_driver(coil_loop_current()), "sim") == 0;
}

DRIVER_LOOP_TEST(a_full_default_pool_delays_no_lookup)
{
    static struct plug all[40];
    struct coil_future *tasks[40];

    if (calls_block_the_loop())
        return;
    fill(all, tasks, 40, MACH_POOL_DEFAULT);
    CHECK(asks_a_thread("localhost", "80", NULL, 0));
    freeaddrinfo(found);
    CHECK_EQ(word_load(&released), 0);
    release(tasks, 40);
}

static coil_async struct coil_result looks_up(void *arg)
{
    struct addrinfo *answer;
    int err = coil_getaddrinfo("localhost", "80", NULL, &answer);

    if (err == 0)
        freeaddrinfo(answer);
    *(int *)arg = err;
    return coil_number(err);
}

static coil_async struct coil_result names_it(void *arg)
{
    char host[NI_MAXHOST];
    struct coil_address address;
    int err;

    coil_address_parse("127.0.0.1:80", 0, &address);
    err = coil_getnameinfo(&address, host, sizeof(host), NULL, 0, 0);
    *(int *)arg = err;
    return coil_number(err);
}

DRIVER_LOOP_TEST(cancelled_it_ends_at_once_though_all_threads_are_busy)
{
    static struct plug all[12];
    struct coil_future *tasks[12], *lookup, *name;
    int lookup_err = 1, name_err = 1;

    if (calls_block_the_loop())
        return;
    fill(all, tasks, 12, MACH_POOL_NAMES);
    lookup = coil_create_task(looks_up, &lookup_err);
    name = coil_create_task(names_it, &name_err);
    let_run(3);
    CHECK(!coil_future_done(lookup) && !coil_future_done(name));
    CHECK_EQ(coil_wait_for(lookup, COIL_MS(5)).status, -ETIMEDOUT);
    coil_future_cancel(name, NULL);
    CHECK_EQ(coil_join(name).status, -ECANCELED);
    coil_future_unref(lookup);
    CHECK_EQ(lookup_err, -ECANCELED);
    CHECK_EQ(name_err, -ECANCELED);
    release(tasks, 12);
}

DRIVER_LOOP_TEST(cancelled_at_any_turn_no_answer_is_lost)
{
    for (int turns = 0; turns < 40; turns++) {
        int lookup_err = 1, name_err = 1;
        struct coil_future *lookup = coil_create_task(looks_up, &lookup_err);
        struct coil_future *name = coil_create_task(names_it, &name_err);

        let_run(turns);
        coil_future_cancel(lookup, NULL);
        coil_future_cancel(name, NULL);
        coil_join(lookup);
        coil_join(name);
        CHECK(lookup_err == 0 || lookup_err == -ECANCELED || (lookup_err == 1 && turns == 0));
        CHECK(name_err == 0 || name_err == -ECANCELED || (name_err == 1 && turns == 0));
    }
    coil_sleep(COIL_MS(50)); /* those that were left behind end */
}

DRIVER_LOOP_TEST(without_memory_it_says_so)
{
    int err = 0;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_getaddrinfo("localhost", "80", NULL, &found), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    names_it(&err);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(err, -ENOMEM);
}

static coil_async struct coil_result looks_up_while_closing(void *arg)
{
    struct addrinfo *answer;

    while (coil_sleep(COIL_SECONDS(1000)) == 0)
        ;
    coil_getaddrinfo("localhost", "80", NULL, &answer);
    *(int *)arg = 1;
    return coil_value(NULL);
}

static coil_async struct coil_result yields(void *arg)
{
    (void)arg;
    return coil_number(coil_yield());
}

TEST(of_a_loop_that_closes_it_never_returns_and_leaks_nothing)
{
    struct coil_loop *loop = open_sim();
    struct coil_future *main_task, *late;
    int returned = 0;

    late = coil_loop_create_task(loop, looks_up_while_closing, &returned);
    main_task = coil_loop_create_task(loop, yields, NULL);
    CHECK_EQ(coil_loop_run_until_complete(loop, main_task).status, 0);
    coil_future_unref(main_task);
    coil_loop_close(loop);
    CHECK_EQ(returned, 0);
    CHECK(coil_future_done(late));
    coil_future_unref(late);
    heard_take();
}
