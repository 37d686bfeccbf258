/* The addresses of several hosts. */
#include "io/hosts.h"

#include "base/fault.h"
#include "unit/io/sockets.h"

static coil_async int look_up(struct hosts *hosts, const char *const *names)
{
    *hosts = (struct hosts){.count = 0};
    return coil__hosts_look_up(hosts, names, hosts_count(names), 80, 0);
}

static void check_address(const struct hosts *hosts, size_t index, const char *text)
{
    struct coil_address should = address_of(text);

    CHECK(coil_address_equal(&hosts->of[index], &should));
}

DRIVER_LOOP_TEST(addresses_come_in_the_order_of_their_hosts_and_once)
{
    struct hosts hosts;

    CHECK_EQ(look_up(&hosts, (const char *const[]){"127.0.0.2", "::1", "127.0.0.1", "127.0.0.2",
                                                   "::1", NULL}),
             0);
    CHECK_EQ(hosts.count, 3);
    check_address(&hosts, 0, "127.0.0.2:80");
    check_address(&hosts, 1, "[::1]:80");
    check_address(&hosts, 2, "127.0.0.1:80");
    coil__hosts_free(&hosts);
}

DRIVER_LOOP_TEST(no_name_is_every_address_of_this_machine)
{
    const char *const none = NULL;
    struct hosts hosts = {.count = 0}, same;

    CHECK_EQ(coil__hosts_look_up(&hosts, &none, 1, 80, AF_INET), 0);
    CHECK_EQ(hosts.count, 1);
    check_address(&hosts, 0, "0.0.0.0:80");
    coil__hosts_free(&hosts);
    CHECK_EQ(look_up(&same, (const char *const[]){"", NULL}), 0);
    CHECK(same.count > 0);
    coil__hosts_free(&same);
}

DRIVER_LOOP_TEST(a_host_that_is_not_known_fails_them_all)
{
    struct hosts hosts;

    CHECK_EQ(look_up(&hosts, (const char *const[]){"127.0.0.1", "a..b", NULL}),
             -COIL_EGAI(EAI_NONAME));
    coil__hosts_free(&hosts);
    CHECK_EQ(look_up(&hosts, (const char *const[]){NULL}), 0);
    CHECK_EQ(hosts.count, 0);
    coil__hosts_free(&hosts);
}
