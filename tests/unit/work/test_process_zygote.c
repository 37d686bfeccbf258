/* The zygote, spoken to directly. */
#include "work/process_zygote.h"

#include <signal.h>

#include "mach/sys_io.h"
#include "pool_jobs.h"
#include "work/process_message.h"

static int control, zygote;

static void open_zygote(void)
{
    struct process_setup setup = {.name = "test", .at_once = 1, .shared_bytes = 100};
    int ends[2];

    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
    CHECK_EQ(coil__zygote_fork(&setup, ends[1], &zygote), 0);
    close(ends[1]);
    control = ends[0];
}

static struct control hear(int *fd)
{
    struct pollfd readable = {.fd = control, .events = POLLIN};
    int fds[LETTER_FDS];
    struct control said;
    struct letter letter;

    CHECK_EQ(poll(&readable, 1, 8000), 1);
    coil__letter_expect(&letter, &said, sizeof(said));
    CHECK_EQ(coil__sys_recvmsg(control, &letter.header, 0), (int64_t)sizeof(said));
    CHECK_EQ(coil__letter_fds(&letter, fds), 0);
    CHECK((fds[0] >= 0) == (fd != NULL));
    if (fd != NULL)
        *fd = fds[0];
    return said;
}

static int await_zygote(void)
{
    int status;

    CHECK_EQ(waitpid(zygote, &status, 0), zygote);
    return status;
}

TEST(zygote_says_hello_and_goes_when_its_socket_ends)
{
    struct control said;

    open_zygote();
    said = hear(NULL);
    CHECK_EQ(said.kind, CONTROL_HELLO);
    CHECK_EQ(said.version, PROCESS_VERSION);
    CHECK_EQ(said.status, 0);
    close(control);
    CHECK_EQ(await_zygote(), 0);
}

/* A worker whose socket has ended already goes at once. */
TEST(zygote_tells_who_has_started_and_who_has_ended)
{
    int ends[2], pidfd, started;
    struct control said;

    open_zygote();
    hear(NULL);
    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
    close(ends[0]);
    CHECK_EQ(coil__control_send(control, &(struct control){.kind = CONTROL_START, .seat = 3},
                                (int[]){ends[1], ends[1], ends[1]}, 3),
             0);
    close(ends[1]);
    said = hear(&pidfd);
    started = said.pid;
    CHECK_EQ(said.kind, CONTROL_STARTED);
    CHECK_EQ(said.seat, 3);
    said = hear(NULL);
    CHECK_EQ(said.kind, CONTROL_ENDED);
    CHECK_EQ(said.pid, started);
    await_end(pidfd);
    close(control);
    CHECK_EQ(await_zygote(), 0);
}

TEST(spare_zygote_says_hello_on_its_own_socket)
{
    int ends[2], pidfd, first;

    open_zygote();
    hear(NULL);
    first = control;
    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_SEQPACKET, ends), 0);
    CHECK_EQ(coil__control_send(control,
                                &(struct control){.kind = CONTROL_SPARE, .seat = SEAT_SPARE},
                                &ends[1], 1),
             0);
    close(ends[1]);
    CHECK_EQ(hear(&pidfd).kind, CONTROL_STARTED);
    control = ends[0];
    CHECK_EQ(hear(NULL).kind, CONTROL_HELLO);
    close(control);
    await_end(pidfd);
    close(first);
    CHECK_EQ(await_zygote(), 0);
}

TEST(zygote_that_is_told_nonsense_goes)
{
    open_zygote();
    hear(NULL);
    CHECK_EQ(write(control, "nonsense", 8), 8);
    CHECK(await_zygote() != 0);
    close(control);
}

TEST(program_that_no_pool_has_started_is_no_worker)
{
    coil_process_worker();
    setenv("COIL_PROCESS_WORKER", "1", 1);
    coil_process_worker();
    CHECK_PTR(getenv("COIL_PROCESS_WORKER"), NULL);
}
