/* Addresses: what is read, what is not, and that writing is reading backwards. */
#include "io/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>

#include "unit/loop/inside.h"

#define PATH_START offsetof(struct sockaddr_un, sun_path)

static struct coil_address parsed(const char *text)
{
    struct coil_address address;

    if (coil_address_parse(text, 7, &address) != 0)
        FAIL("\"%s\" is not read", text);
    return address;
}

/* Reads it, writes it, and the text is this; what is read from that is equal. */
static void round_trip(const char *text, const char *written)
{
    struct coil_address address = parsed(text), again;
    char out[COIL_ADDRESS_TEXT];

    CHECK_EQ(coil_address_format(&address, out, sizeof(out)), strlen(written));
    CHECK_STR(out, written);
    again = parsed(out);
    CHECK(coil_address_equal(&address, &again));
    CHECK_EQ(address.length, again.length);
}

TEST(what_is_written_reads_the_same)
{
    round_trip("127.0.0.1:80", "127.0.0.1:80");
    round_trip("127.0.0.1", "127.0.0.1:7");
    round_trip("255.255.255.255:65535", "255.255.255.255:65535");
    round_trip("0.0.0.0:0", "0.0.0.0:0");
    round_trip("[::1]:80", "[::1]:80");
    round_trip("::1", "[::1]:7");
    round_trip("[::1]", "[::1]:7");
    round_trip("::", "[::]:7");
    round_trip("1::1:80", "[1::1:80]:7"); /* all of it is the address */
    round_trip("::ffff:10.0.0.1", "[::ffff:10.0.0.1]:7");
    round_trip("[2001:DB8:0:0:0:0:0:1]:443", "[2001:db8::1]:443");
    round_trip("unix:/run/socket", "unix:/run/socket");
    round_trip("unix:relative", "unix:relative");
    round_trip("unix:with spaces:and%signs", "unix:with spaces:and%signs");
    round_trip("unix:@abstract", "unix:@abstract");
    round_trip("unix:@", "unix:@");
}

TEST(a_scope_is_an_interface_by_name_or_number)
{
    unsigned loopback = if_nametoindex("lo");
    struct coil_address address;

    round_trip("[fe80::1%lo]:80", "[fe80::1%lo]:80");
    round_trip("fe80::1%lo", "[fe80::1%lo]:7");
    CHECK_EQ(parsed("fe80::1%lo").as.ip6.sin6_scope_id, loopback);
    round_trip("fe80::1%4294967295", "[fe80::1%4294967295]:7");
    round_trip("fe80::1%0", "[fe80::1]:7");
    CHECK_EQ(coil_address_parse("fe80::1%no-such-one", 0, &address), -ENODEV);
    CHECK_EQ(coil_address_parse("fe80::1%a-name-too-long-for-any", 0, &address), -ENODEV);
    CHECK_EQ(coil_address_parse("fe80::1%4294967296", 0, &address), -EINVAL);
    CHECK_EQ(coil_address_parse("fe80::1%", 0, &address), -EINVAL);
}

TEST(the_parts_are_where_the_system_wants_them)
{
    struct coil_address address = parsed("10.1.2.3:258");

    CHECK_EQ(address.as.ip4.sin_family, AF_INET);
    CHECK_EQ(address.as.ip4.sin_port, htons(258));
    CHECK_EQ(ntohl(address.as.ip4.sin_addr.s_addr), 0x0a010203);
    CHECK_EQ(address.length, sizeof(struct sockaddr_in));
    address = parsed("[::1]:258");
    CHECK_EQ(address.as.ip6.sin6_family, AF_INET6);
    CHECK_EQ(address.as.ip6.sin6_port, htons(258));
    CHECK_EQ(address.length, sizeof(struct sockaddr_in6));
    address = parsed("unix:/x");
    CHECK_EQ(address.as.unix_path.sun_family, AF_UNIX);
    CHECK_STR(address.as.unix_path.sun_path, "/x");
    CHECK_EQ(address.length, PATH_START + 3);
    address = parsed("unix:@x");
    CHECK_EQ(address.as.unix_path.sun_path[0], '\0');
    CHECK_EQ(address.as.unix_path.sun_path[1], 'x');
    CHECK_EQ(address.length, PATH_START + 2);
}

TEST(what_is_not_wholly_an_address_is_none)
{
    static const char *const wrong[] = {
        "",
        " ",
        "localhost",
        "localhost:80",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "0x7f.0.0.1",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:65536",
        "1.2.3.4:-1",
        "1.2.3.4:+80",
        "1.2.3.4: 80",
        "1.2.3.4:80 ",
        "1.2.3.4:80:90",
        "1.2.3.4:http",
        "1.2.3.4:99999999999999999999",
        ":80",
        ":",
        "::1::",
        ":::",
        "1:2:3:4:5:6:7:8:9",
        "[::1",
        "::1]",
        "[]",
        "[]:80",
        "[::1]:",
        "[::1]80",
        "[::1]:80x",
        "[::1]]:80",
        "[[::1]]:80",
        "[1.2.3.4]:80",
        "[::1 ]:80",
        "g::1",
        "unix:",
        "unix",
        "UNIX:/x",
        "unix:\\",
        "unix:a\\x",
        "unix:a\\x4",
        "unix:a\\xg0",
        "unix:a\\n",
        "unix:a\\x00b",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222:3333",
    };
    struct coil_address address = {.length = 77};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        if (coil_address_parse(wrong[i], 7, &address) != -EINVAL)
            FAIL("\"%s\" is read", wrong[i]);
    CHECK_EQ(address.length, 77); /* and nothing was written */
}

TEST(names_of_unix_sockets_end_where_the_system_ends_them)
{
    struct coil_address address;
    char text[128] = "unix:", raw[128];

    memset(text + 5, 'p', 108);
    text[5 + 108] = '\0';
    CHECK_EQ(coil_address_parse(text, 0, &address), 0); /* without a zero byte */
    CHECK_EQ(address.length, sizeof(struct sockaddr_un));
    round_trip(text, text);
    strcat(text, "p");
    CHECK_EQ(coil_address_parse(text, 0, &address), -ENAMETOOLONG);
    text[5] = '@';
    CHECK_EQ(coil_address_parse(text, 0, &address), -ENAMETOOLONG);
    text[5 + 108] = '\0';
    CHECK_EQ(coil_address_parse(text, 0, &address), 0);
    CHECK_EQ(address.length, sizeof(struct sockaddr_un));
    round_trip(text, text);

    memset(raw, 'r', sizeof(raw));
    raw[109] = '\0';
    CHECK_EQ(coil__address_unix(raw, &address), -ENAMETOOLONG);
    raw[108] = '\0';
    CHECK_EQ(coil__address_unix(raw, &address), 0);
    CHECK_EQ(coil__address_unix("", &address), -EINVAL);
}

TEST(bytes_that_cannot_be_seen_are_escaped)
{
    struct coil_address address, again;
    char text[COIL_ADDRESS_TEXT];

    round_trip("unix:a\\x0ab\\x5cn", "unix:a\\x0ab\\x5cn");
    round_trip("unix:\\x40not-abstract", "unix:\\x40not-abstract");
    round_trip("unix:not\\x40first", "unix:not@first");
    round_trip("unix:@@", "unix:@@");
    round_trip("unix:@a\\x00\\xFF", "unix:@a\\x00\xff");
    CHECK_EQ(coil__address_unix("back\\slash\n", &address), 0);
    coil_address_format(&address, text, sizeof(text));
    CHECK_STR(text, "unix:back\\x5cslash\\x0a");
    again = parsed(text);
    CHECK(coil_address_equal(&address, &again));

    memset(&address, 0, sizeof(address)); /* the longest text there is */
    address.as.any.sa_family = AF_UNIX;
    address.length = sizeof(struct sockaddr_un);
    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 6 + 107 * 4);
    again = parsed(text);
    CHECK(coil_address_equal(&address, &again));
}

TEST(without_an_address_nothing_is_written)
{
    struct coil_address address = {.length = 0};
    char text[8] = "before";

    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 0);
    CHECK_STR(text, "");
    address.as.any.sa_family = AF_UNIX;
    address.length = sizeof(sa_family_t);
    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 0);
    address.as.any.sa_family = AF_INET; /* less than a whole one */
    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 0);
    address.as.any.sa_family = AF_PACKET;
    address.length = sizeof(address.as);
    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 0);
}

TEST(a_text_that_is_cut_says_how_long_it_is)
{
    struct coil_address address = parsed("[2001:db8::1]:443");
    char text[8];

    CHECK_EQ(coil_address_format(&address, NULL, 0), 17);
    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 17);
    CHECK_STR(text, "[2001:d");
    address = parsed("unix:/run/socket");
    CHECK_EQ(coil_address_format(&address, text, sizeof(text)), 16);
    CHECK_STR(text, "unix:/r");
}

TEST(the_port_is_read_and_set)
{
    struct coil_address address = parsed("127.0.0.1:80");

    CHECK_EQ(coil_address_port(&address), 80);
    coil_address_set_port(&address, 65535);
    CHECK_EQ(coil_address_port(&address), 65535);
    address = parsed("[::1]:80");
    coil_address_set_port(&address, 81);
    CHECK_EQ(coil_address_port(&address), 81);
    address = parsed("unix:/x");
    coil_address_set_port(&address, 81);
    CHECK_STR(address.as.unix_path.sun_path, "/x");
    CHECK_EQ(coil_address_port(&address), 0);
}

static bool equal(const char *a, const char *b)
{
    struct coil_address x = parsed(a), y = parsed(b);

    return coil_address_equal(&x, &y);
}

TEST(equal_is_the_same_address_and_port)
{
    struct coil_address a = parsed("[::1]:80"), b = a;

    CHECK(equal("1.2.3.4:80", "1.2.3.4:80"));
    CHECK(!equal("1.2.3.4:80", "1.2.3.4:81"));
    CHECK(!equal("1.2.3.4:80", "1.2.3.5:80"));
    CHECK(!equal("1.2.3.4:80", "[::ffff:1.2.3.4]:80"));
    CHECK(!equal("[::1]:80", "[::2]:80"));
    CHECK(!equal("[::1%1]:80", "[::1%2]:80"));
    CHECK(!equal("unix:a", "unix:b"));
    CHECK(!equal("unix:a", "unix:aa"));
    CHECK(!equal("unix:a", "unix:@a"));
    CHECK(!equal("unix:@a", "unix:@a\\x00"));
    b.as.ip6.sin6_flowinfo = 5; /* of the packet, not of the address */
    CHECK(coil_address_equal(&a, &b));
    a = b = parsed("unix:/x");
    b.length = sizeof(struct sockaddr_un); /* what stands behind the zero byte is none of it */
    b.as.unix_path.sun_path[50] = 'y';
    CHECK(coil_address_equal(&a, &b));
    a.length = b.length = 0;
    CHECK(coil_address_equal(&a, &b));
}

/* Any bytes there are, of any length: written and read they are equal. */
static void check_any(struct coil_address *address)
{
    char text[COIL_ADDRESS_TEXT + 1], cut[3];
    struct coil_address again;
    int length = coil_address_format(address, text, sizeof(text));

    CHECK(length >= 0 && length < COIL_ADDRESS_TEXT);
    CHECK_EQ(strlen(text), length);
    CHECK_EQ(coil_address_format(address, cut, sizeof(cut)), length);
    if (length == 0)
        return;
    again = parsed(text);
    if (!coil_address_equal(address, &again))
        FAIL("\"%s\" reads as another address", text);
}

TEST(any_address_at_random_survives_the_round_trip)
{
    static const sa_family_t families[] = {AF_INET, AF_INET6, AF_UNIX, AF_UNIX, AF_UNSPEC};
    struct coil_address address;

    srandom(1);
    for (int i = 0; i < kit_effort(20000); i++) {
        unsigned char *bytes = (unsigned char *)&address.as;

        for (size_t j = 0; j < sizeof(address.as); j++)
            bytes[j] = (unsigned char)(random() % 3   ? random()
                                       : random() % 2 ? 0
                                                      : "a@\\%]"[random() % 5]);
        address.as.any.sa_family = families[random() % 5];
        address.length = (socklen_t)(random() % 2 ? sizeof(struct sockaddr_in6)
                                                  : (size_t)random() % (sizeof(address.as) + 1));
        check_any(&address);
    }
}

TEST(any_text_at_random_is_read_or_refused)
{
    static const char letters[] = "0123456789abcdef.:[]%@\\x/ -g";
    static const char *const starts[] = {"", "unix:", "unix:@", "[", "::", "127.0.0."};
    struct coil_address address;
    char text[64];
    int read = 0;

    srandom(2);
    for (int i = 0; i < kit_effort(50000); i++) {
        size_t length = strlen(strcpy(text, starts[random() % 6]));

        for (size_t end = length + (size_t)random() % 12; length < end; length++)
            text[length] = letters[(size_t)random() % (sizeof(letters) - 1)];
        text[length] = '\0';
        if (coil_address_parse(text, 7, &address) != 0)
            continue;
        check_any(&address);
        read++;
    }
    CHECK(read > kit_effort(1000)); /* else this says little */
}
