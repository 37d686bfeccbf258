/* Files of Unix sockets that nobody has any more. */
#include "io/stale.h"

#include "unit/io/sockets.h"

static struct coil_address path_address(void)
{
    char text[64];

    snprintf(text, sizeof(text), "unix:/tmp/coil-test-%d", getpid());
    return address_of(text);
}

static int bind_anew(int type, const struct coil_address *address)
{
    int fd = coil_sock_open(AF_UNIX, type, 0), err = coil__bind_over_stale(fd, type, address);

    if (err != 0)
        coil_close_soon(fd);
    return err != 0 ? err : fd;
}

DRIVER_LOOP_TEST(a_file_whose_socket_is_gone_makes_room_of_whichever_type_it_was)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM};
    struct coil_address at = path_address();
    int fd;

    for (int i = 0; i < 3; i++) {
        fd = bind_anew(types[i], &at);
        CHECK(fd >= 0);
        CHECK_EQ(coil_close(fd), 0); /* its file stays */
    }
    CHECK_EQ(coil_unlink(at.as.unix_path.sun_path), 0);
}

DRIVER_LOOP_TEST(a_socket_that_is_there_stays_of_whichever_type_it_is)
{
    struct coil_address at = path_address();
    int stream = bind_anew(SOCK_STREAM, &at), datagram;

    CHECK_EQ(coil_sock_listen(stream, 1), 0);
    CHECK_EQ(bind_anew(SOCK_STREAM, &at), -EADDRINUSE);
    CHECK_EQ(bind_anew(SOCK_DGRAM, &at), -EADDRINUSE);
    CHECK_EQ(coil_close(stream), 0);
    datagram = bind_anew(SOCK_DGRAM, &at);
    CHECK(datagram >= 0);
    CHECK_EQ(bind_anew(SOCK_DGRAM, &at), -EADDRINUSE);
    CHECK_EQ(bind_anew(SOCK_STREAM, &at), -EADDRINUSE);
    CHECK_EQ(coil_close(datagram), 0);
    CHECK_EQ(coil_unlink(at.as.unix_path.sun_path), 0);
}

DRIVER_LOOP_TEST(what_is_no_socket_stays)
{
    struct coil_address at = path_address();
    int file = coil_open(at.as.unix_path.sun_path, O_CREAT | O_WRONLY, 0600);

    CHECK(file >= 0);
    CHECK_EQ(bind_anew(SOCK_STREAM, &at), -EADDRINUSE);
    CHECK_EQ(coil_close(file), 0);
    CHECK_EQ(coil_unlink(at.as.unix_path.sun_path), 0);
}

DRIVER_LOOP_TEST(other_addresses_are_bound_as_ever)
{
    struct coil_address name = abstract_name("stale"), here = address_of("127.0.0.1:0");
    int first = bind_anew(SOCK_STREAM, &name), second;

    CHECK(first >= 0);
    CHECK_EQ(bind_anew(SOCK_STREAM, &name), -EADDRINUSE);
    CHECK_EQ(coil_close(first), 0);
    second = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(coil__bind_over_stale(second, SOCK_STREAM, &here), 0);
    CHECK_EQ(coil_close(second), 0);
}
