/* Lookups answer in our codes. */
#include "mach/sys_names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "kit.h"

static const struct addrinfo literal = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                        .ai_socktype = SOCK_STREAM};

TEST(an_answer_is_0_and_a_list)
{
    struct addrinfo *found;

    CHECK_EQ(coil__sys_getaddrinfo("127.0.0.1", "80", &literal, &found), 0);
    CHECK_EQ(found->ai_family, AF_INET);
    CHECK_EQ(((struct sockaddr_in *)(void *)found->ai_addr)->sin_port, htons(80));
    CHECK_PTR(found->ai_next, NULL);
    freeaddrinfo(found);
}

TEST(a_failure_is_a_code_of_its_own)
{
    struct addrinfo *found;

    CHECK_EQ(coil__sys_getaddrinfo("a name", "80", &literal, &found), -COIL_EGAI(EAI_NONAME));
    CHECK_EQ(COIL_EGAI(EAI_NONAME), 5202);
}

TEST(numbers_are_written_where_they_fit)
{
    struct sockaddr_in ip = {.sin_family = AF_INET, .sin_port = htons(80)};
    char host[16], service[8];
    int numbers = NI_NUMERICHOST | NI_NUMERICSERV;

    CHECK_EQ(coil__sys_getnameinfo((struct sockaddr *)&ip, sizeof(ip), host, sizeof(host), service,
                                   sizeof(service), numbers),
             0);
    CHECK_STR(host, "0.0.0.0");
    CHECK_STR(service, "80");
    CHECK_EQ(coil__sys_getnameinfo((struct sockaddr *)&ip, sizeof(ip), host, 2, NULL, 0, numbers),
             -COIL_EGAI(EAI_OVERFLOW));
    CHECK_EQ(coil__sys_getnameinfo((struct sockaddr *)&ip, 3, host, 16, NULL, 0, numbers),
             -COIL_EGAI(EAI_FAMILY));
}

TEST(the_systems_failure_is_an_errno)
{
    struct addrinfo *found;

    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_getaddrinfo("127.0.0.1", "80", &literal, &found), -EMFILE);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_getnameinfo(NULL, 0, NULL, 0, NULL, 0, 0), -EMFILE);
    coil__fault_arm(FAULT_SYS, 0, false);
}
