/* Packets between the processes of a pool. */
#include "work/process_message.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/sys_io.h"

static int ends[2];

static void open_ends(void)
{
    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
}

static void close_ends(void)
{
    close(ends[0]);
    close(ends[1]);
}

TEST(letter_arrives_whole_with_its_descriptors)
{
    struct letter letter;
    char text[64] = "";
    int fds[LETTER_FDS] = {0, 1, 2};

    open_ends();
    coil__letter_begin(&letter);
    coil__letter_add(&letter, "two ", 4);
    coil__letter_add(&letter, "", 0);
    coil__letter_add(&letter, "parts", 6);
    coil__letter_attach(&letter, fds, 2);
    CHECK_EQ(coil__letter_send(&letter, ends[0]), 0);
    coil__letter_expect(&letter, text, sizeof(text));
    CHECK_EQ(coil__sys_recvmsg(ends[1], &letter.header, 0), 10);
    CHECK_STR(text, "two parts");
    CHECK_EQ(coil__letter_fds(&letter, fds), 0);
    CHECK(fds[0] > 2 && fds[1] > 2 && fds[2] == -1);
    CHECK(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
    close(fds[0]);
    close(fds[1]);
    close_ends();
}

TEST(letter_is_received_at_once_and_what_nobody_took_is_closed)
{
    int given[] = {0, 1}, fds[LETTER_FDS];
    struct letter letter;
    char text[16];

    open_ends();
    coil__letter_begin(&letter);
    coil__letter_add(&letter, "three", 6);
    coil__letter_attach(&letter, given, 2);
    CHECK_EQ(coil__letter_send(&letter, ends[0]), 0);
    CHECK_EQ(coil__letter_receive(ends[1], text, sizeof(text), fds), 6);
    CHECK_STR(text, "three");
    given[0] = fds[0];
    given[1] = fds[1];
    CHECK(given[0] >= 0 && given[1] >= 0 && fds[2] < 0);
    fds[0] = -1; /* taken */
    coil__letter_close_fds(fds);
    CHECK(fcntl(given[0], F_GETFD) >= 0 && fcntl(given[1], F_GETFD) < 0);
    close(given[0]);
    CHECK_EQ(coil__letter_receive(ends[1], text, sizeof(text), fds), -EAGAIN);
    close_ends();
}

TEST(letter_that_is_too_long_is_told)
{
    struct letter letter;
    char text[4];
    int fds[LETTER_FDS];

    open_ends();
    coil__letter_begin(&letter);
    coil__letter_add(&letter, "longer", 6);
    CHECK_EQ(coil__letter_send(&letter, ends[0]), 0);
    coil__letter_expect(&letter, text, sizeof(text));
    CHECK_EQ(coil__sys_recvmsg(ends[1], &letter.header, 0), 4);
    CHECK_EQ(coil__letter_fds(&letter, fds), -EMSGSIZE);
    close_ends();
}

TEST(letter_waits_for_room_and_fails_without_a_reader)
{
    struct letter letter;
    static char block[30000];
    int err;

    open_ends();
    coil__letter_begin(&letter);
    coil__letter_add(&letter, block, sizeof(block));
    while ((err = coil__letter_send(&letter, ends[0])) == 0)
        ;
    CHECK_EQ(err, -EAGAIN);
    close(ends[1]);
    CHECK(coil__letter_send(&letter, ends[0]) < 0);
    CHECK_EQ(coil__letter_send(&letter, ends[0]), -EPIPE);
    close(ends[0]);
}

TEST(job_is_taken_apart_as_it_was_put_together)
{
    struct {
        struct job_head head;
        char rest[16];
    } packet = {{.kind = JOB_DONE, .name_bytes = 2, .text_bytes = 3, .place_bytes = 4}, ""};
    struct job_parts parts;

    packet.head.data_bytes = 5;
    memcpy(packet.rest, "nntttppppddddd", 14);
    CHECK(coil__job_parts(&packet, sizeof(packet.head) + 14, &parts));
    CHECK(memcmp(parts.name, "nn", 2) == 0 && memcmp(parts.text, "ttt", 3) == 0);
    CHECK(memcmp(parts.place, "pppp", 4) == 0 && memcmp(parts.data, "ddddd", 5) == 0);
    CHECK(!coil__job_parts(&packet, sizeof(packet.head) + 13, &parts));
    CHECK(!coil__job_parts(&packet, sizeof(packet.head) + 15, &parts));
    CHECK(!coil__job_parts(&packet, sizeof(packet.head) + 3, &parts));
    CHECK(!coil__job_parts(&packet, sizeof(packet.head) - 1, &parts));
    packet.head.name_bytes = packet.head.text_bytes = UINT32_MAX;
    CHECK(!coil__job_parts(&packet, sizeof(packet.head) + 14, &parts));
    packet.head = (struct job_head){.flags = JOB_SHARED, .data_bytes = 1 << 30};
    CHECK(coil__job_parts(&packet, sizeof(packet.head), &parts));
    CHECK(parts.data == NULL);
}

TEST(control_is_one_packet)
{
    struct control control = {.kind = CONTROL_ENDED, .pid = 7};

    open_ends();
    CHECK_EQ(coil__control_send(ends[0], &control, NULL, 0), 0);
    control.pid = 0;
    CHECK_EQ(coil__sys_recv(ends[1], &control, sizeof(control), 0), (int64_t)sizeof(control));
    CHECK_EQ(control.pid, 7);
    coil__fault_arm(FAULT_SYS, 1, true);
    CHECK(coil__control_send(ends[0], &control, NULL, 0) < 0);
    coil__fault_arm(FAULT_SYS, 0, false);
    close_ends();
}
