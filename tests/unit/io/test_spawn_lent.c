/* Descriptors of ours that become a child's: it expects that they wait, we go on without. */
#include <coil/stream.h>

#include "unit/io/programs.h"
#include "unit/io/sockets.h"

static void need_real_descriptors(void)
{
    if (in_simulator())
        SKIP("a child inherits no simulated descriptor");
}

static bool waits(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

DRIVER_LOOP_TEST(a_pipe_joins_two_children)
{
    struct coil_process *reader, *writer;
    int pipe[2], status;

    need_real_descriptors();
    CHECK_EQ(coil_pipe(pipe), 0);
    reader =
        start_with("sort", (struct coil_process_options){.in = COIL_FD(pipe[0]), .out = COIL_PIPE});
    coil_sleep(COIL_MS(20)); /* so that it finds nothing at first */
    writer = start_with("echo b; echo a",
                        (struct coil_process_options){.in = COIL_DEVNULL, .out = COIL_FD(pipe[1])});
    CHECK(!waits(pipe[0]) && !waits(pipe[1])); /* ours are as they were */
    coil_close(pipe[0]);
    coil_close(pipe[1]);
    CHECK_EQ(run_to_end(writer), 0);
    CHECK_STR(output_of(reader, NULL, &status), "a\nb\n");
    CHECK_EQ(status, 0);
}

DRIVER_LOOP_TEST(a_full_pipe_holds_up_the_child_and_not_us)
{
    static const char much[100000];
    struct coil_process *child;
    struct coil_stream *ours;
    int pipe[2];
    int64_t n;
    char *data;

    need_real_descriptors();
    CHECK_EQ(coil_pipe(pipe), 0);
    CHECK_EQ(coil_stream_open(pipe[1], NULL, &ours), 0);
    child = start_with("exec head -c 100000 /dev/zero", (struct coil_process_options){
                                                            .out = COIL_FD(pipe[1]),
                                                        });
    CHECK_EQ(coil_stream_write(ours, much, sizeof(much)), 0);
    CHECK(coil_stream_pending(ours) > 0);
    coil_stream_unref(ours); /* what is kept still goes out */
    CHECK_EQ(coil_stream_open(pipe[0], NULL, &ours), 0);
    n = coil_stream_readall(ours, &data);
    CHECK_EQ(n, 200000);
    free(data);
    coil_stream_unref(ours);
    CHECK_EQ(run_to_end(child), 0);
}

DRIVER_LOOP_TEST(a_connection_is_handed_to_a_child_and_can_still_be_used)
{
    struct coil_process *child;
    struct coil_stream *near, *far;
    struct coil_timeout limit;
    struct ends ends;
    char text[16];
    char *line;

    need_real_descriptors();
    ends = tcp_ends();
    CHECK_EQ(coil_stream_open(ends.near, NULL, &near), 0);
    CHECK_EQ(coil_stream_open(ends.far, NULL, &far), 0);
    child =
        start_with("read x; echo got $x", (struct coil_process_options){.in = COIL_FD(ends.far),
                                                                        .out = COIL_FD(ends.far)});
    coil_sleep(COIL_MS(20));
    CHECK_EQ(coil_stream_printf(near, "word\n"), 0);
    CHECK_EQ(coil_stream_readline(near, &line), 9);
    CHECK_STR(line, "got word\n");
    CHECK_EQ(run_to_end(child), 0);
    coil_timeout_enter(&limit, COIL_MS(1)); /* our own reads do not hold up the loop */
    CHECK_EQ(coil_timeout_exit(&limit, coil_stream_read(far, text, sizeof(text))), -ETIMEDOUT);
    CHECK_EQ(coil_stream_write(near, "more", 4), 0);
    CHECK_EQ(coil_stream_read(far, text, sizeof(text)), 4);
    coil_stream_unref(near);
    coil_stream_unref(far);
}

DRIVER_LOOP_TEST(a_listener_stays_as_it_is)
{
    struct coil_address at;
    int listener;

    need_real_descriptors();
    listener = listen_on("127.0.0.1:0", 1, &at);
    CHECK_EQ(run_to_end(start_with("true", (struct coil_process_options){.in = COIL_FD(listener)})),
             0);
    CHECK(!waits(listener));
    coil_close(listener);
}

/* Nobody reads: it cannot be opened again, and the child hears of that as ever. */
DRIVER_LOOP_TEST(a_pipe_whose_other_end_has_gone_is_passed_all_the_same)
{
    struct coil_process *child;
    int pipe[2];

    need_real_descriptors();
    CHECK_EQ(coil_pipe(pipe), 0);
    coil_close(pipe[0]);
    child = start_with("exec echo x",
                       (struct coil_process_options){.out = COIL_FD(pipe[1]), .err = COIL_DEVNULL});
    CHECK(run_to_end(child) != 0);
    coil_close(pipe[1]);
}
