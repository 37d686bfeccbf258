/* Children, terminals, descriptors in blocking mode, signals; on all three drivers. */
#include "world.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

static int pidfd_of(pid_t child)
{
    int fd = (int)syscall(SYS_pidfd_open, child, 0);

    CHECK(fd >= 0);
    return fd;
}

/* Ends with this status when it reads a byte, or the end. */
static pid_t start_child(int gate[2], int status)
{
    pid_t child;

    if (kit_under_valgrind())
        SKIP("valgrind knows no pidfds");
    CHECK_EQ(pipe2(gate, O_CLOEXEC), 0);
    child = fork();
    if (child == 0) {
        char byte;

        close(gate[1]);
        _exit(read(gate[0], &byte, 1) >= 0 ? status : 99);
    }
    close(gate[0]);
    return child;
}

DRIVER_TEST(a_child_is_waited_for_and_reaped)
{
    struct world world;
    struct probe probe;
    siginfo_t info;
    int gate[2];
    pid_t child = start_child(gate, 7);
    int fd = pidfd_of(child);

    world_open(&world, 0);
    probe_op(&probe, &world, OP_WAITID, fd)->waitid.info = &info;
    probe_go(&probe);
    settle(&world);
    CHECK_EQ(probe.done, 0);
    probe_cancel(&probe);
    CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
    probe_op(&probe, &world, OP_WAITID, fd)->waitid.info = &info;
    probe_go(&probe);
    settle(&world);
    put_byte(gate[1]);
    CHECK_EQ(world_finish(&world, &probe), 0);
    CHECK_EQ(info.si_pid, child);
    CHECK_EQ(info.si_code, CLD_EXITED);
    CHECK_EQ(info.si_status, 7);
    CHECK_EQ(waitpid(child, NULL, WNOHANG), -1);
    probe_op(&probe, &world, OP_WAITID, fd)->waitid.info = &info;
    CHECK_EQ(probe_run(&probe), -ECHILD);
    close(gate[1]);
    world.driver->ops->forget(world.driver, fd);
    close(fd);
    world_close(&world);
}

DRIVER_TEST(a_child_that_has_ended_before_is_reaped_at_once)
{
    struct world world;
    struct probe probe;
    siginfo_t info;
    siginfo_t early;
    int gate[2];
    pid_t child = start_child(gate, 3);
    int fd = pidfd_of(child);

    close(gate[1]);
    CHECK_EQ(waitid(P_PID, (id_t)child, &early, WEXITED | WNOWAIT), 0);
    world_open(&world, 0);
    probe_op(&probe, &world, OP_WAITID, fd)->waitid.info = &info;
    CHECK_EQ(probe_run(&probe), 0);
    CHECK_EQ(info.si_status, 3);
    world.driver->ops->forget(world.driver, fd);
    close(fd);
    world_close(&world);
}

/* Both ends in blocking mode, and they stay so. */
static void blocking_ends(struct world *world, int reader, int writer)
{
    static char data[200000];
    struct probe probe;
    char got[64];
    int64_t n;

    probe_data(&probe, world, OP_READ, reader, got, sizeof(got));
    settle(world);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(do_data(world, OP_WRITE, writer, "line\n", 5), 5);
    CHECK_EQ(world_finish(world, &probe), 5);
    probe_data(&probe, world, OP_READ, reader, got, sizeof(got));
    settle(world);
    probe_cancel(&probe);
    CHECK_EQ(world_finish(world, &probe), -ECANCELED);
    do {
        probe_data(&probe, world, OP_WRITE, writer, data, sizeof(data));
        settle(world);
        n = probe.done ? probe.op.result : -EAGAIN;
        CHECK(n > 0 || n == -EAGAIN);
    } while (n > 0);
    probe_cancel(&probe); /* it waits for room, and so that it can be canceled */
    n = world_finish(world, &probe);
    CHECK(n == -ECANCELED || n > 0);
    CHECK_EQ(fcntl(reader, F_GETFL) & O_NONBLOCK, 0);
    CHECK_EQ(fcntl(writer, F_GETFL) & O_NONBLOCK, 0);
}

DRIVER_TEST(a_pipe_in_blocking_mode_blocks_nobody_and_stays_so)
{
    struct world world;
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    blocking_ends(&world, ends[0], ends[1]);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(a_socket_in_blocking_mode_blocks_nobody_and_stays_so)
{
    struct world world;
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    blocking_ends(&world, ends[0], ends[1]);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(a_terminal_is_read_line_by_line_and_its_end_is_told)
{
    struct world world;
    struct probe probe;
    char data[64];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int terminal;
    int64_t n;

    CHECK(master >= 0);
    CHECK_EQ(grantpt(master), 0);
    CHECK_EQ(unlockpt(master), 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(terminal >= 0);
    world_open(&world, 0);
    probe_data(&probe, &world, OP_READ, terminal, data, sizeof(data));
    settle(&world);
    CHECK_EQ(do_data(&world, OP_WRITE, master, "hal", 3), 3);
    settle(&world);
    CHECK_EQ(probe.done, 0); /* no line yet */
    CHECK_EQ(do_data(&world, OP_WRITE, master, "lo\nmore", 7), 7);
    CHECK_EQ(world_finish(&world, &probe), 6);
    CHECK_EQ(memcmp(data, "hallo\n", 6), 0);
    CHECK_EQ(do_data(&world, OP_WRITE, terminal, "out", 3), 3);
    CHECK(do_data(&world, OP_READ, master, data, sizeof(data)) > 0); /* the echo, and it */
    probe_data(&probe, &world, OP_READ, terminal, data, sizeof(data));
    settle(&world);
    CHECK_EQ(probe.done, 0);
    world_shut(&world, master);
    n = world_finish(&world, &probe);
    CHECK(n == 0 || n == -EIO);
    world_shut(&world, terminal);
    world_close(&world);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms = alarms + 1;
}

/* Ten thousand signals a second, and no op or wait is the wrong thing for it. */
DRIVER_TEST(a_storm_of_signals_disturbs_nothing)
{
    struct sigaction action = {.sa_handler = count_alarm};
    struct itimerval often = {{0, 100}, {0, 100}};
    struct itimerval never = {{0, 0}, {0, 0}};
    struct world world;
    int rounds = 0;
    int ends[2];

    sigaction(SIGALRM, &action, NULL);
    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    setitimer(ITIMER_REAL, &often, NULL);
    while (alarms < 300 || rounds < 300) {
        struct probe read;
        char out[1000];
        char in[1000];

        memset(out, rounds++, sizeof(out));
        probe_data(&read, &world, OP_RECV, ends[0], in, sizeof(in));
        world_wait(&world, 0);
        CHECK_EQ(do_data(&world, OP_SEND, ends[1], out, sizeof(out)), sizeof(out));
        CHECK_EQ(world_finish(&world, &read), sizeof(in));
        CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    world_shut_both(&world, ends);
    world_close(&world);
}
