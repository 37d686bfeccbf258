/* Children with pipes, terminals, files; and what happens when one cannot be made. */
#include <coil/file.h>

#include <fcntl.h>
#include <sys/resource.h>

#include "base/fault.h"
#include "unit/io/programs.h"

DRIVER_LOOP_TEST(pipes_lead_in_and_out)
{
    struct coil_process *child = start_piped("read x; echo got $x; echo bad >&2; read y || exit 9");
    char *line;

    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "word\n", 5), 0);
    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 9);
    CHECK_STR(line, "got word\n");
    CHECK_EQ(coil_stream_readline(coil_process_stderr(child), &line), 4);
    CHECK_STR(line, "bad\n");
    CHECK_EQ(coil_stream_write_eof(coil_process_stdin(child)), 0);
    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 0);
    CHECK_EQ(run_to_end(child), 9);
}

DRIVER_LOOP_TEST(what_is_no_pipe_has_no_stream)
{
    struct coil_process *child =
        start_with("true", (struct coil_process_options){.in = COIL_DEVNULL, .out = COIL_DEVNULL});

    CHECK_PTR(coil_process_stdin(child), NULL);
    CHECK_PTR(coil_process_stdout(child), NULL);
    CHECK_PTR(coil_process_stderr(child), NULL);
    CHECK_EQ(run_to_end(child), 0);
}

DRIVER_LOOP_TEST(errors_can_go_where_the_output_goes)
{
    int status;

    CHECK_STR(
        output_of(start_with("echo out; echo err >&2",
                             (struct coil_process_options){.out = COIL_PIPE, .err = COIL_STDOUT}),
                  NULL, &status),
        "out\nerr\n");
    CHECK_EQ(status, 0);
}

DRIVER_LOOP_TEST(a_descriptor_of_ours_is_passed_and_stays_ours)
{
    int fd = open(kit_path("file"), O_RDWR | O_CREAT, 0600), status;
    char text[32] = {0};

    CHECK_EQ(run_to_end(
                 start_with("echo one; echo two >&2",
                            (struct coil_process_options){.out = COIL_FD(fd), .err = COIL_FD(fd)})),
             0);
    CHECK_EQ(pread(fd, text, sizeof(text), 0), 8);
    CHECK_STR(text, "one\ntwo\n");
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_STR(output_of(start_with("cat", (struct coil_process_options){.in = COIL_FD(fd),
                                                                        .out = COIL_PIPE}),
                        NULL, &status),
              "one\ntwo\n");
    close(fd);
}

DRIVER_LOOP_TEST(directory_environment_and_session_are_set)
{
    const char *const environment[] = {"COLOUR=green", "PATH=/bin:/usr/bin", NULL};
    struct coil_process_options options = {
        .out = COIL_PIPE, .directory = "/usr", .environment = environment, .new_session = true};
    int status;

    CHECK_STR(output_of(start_with("pwd; echo $COLOUR; set -- $(cat /proc/$$/stat);"
                                   "[ $6 = $$ ] && echo leads",
                                   options),
                        NULL, &status),
              "/usr\ngreen\nleads\n");
}

DRIVER_LOOP_TEST(arguments_are_passed_as_they_are)
{
    const char *const command[] = {"printf", "%s|", "a b", "", "$HOME", NULL};
    struct coil_process_options options = {.out = COIL_PIPE};
    struct coil_process *child;
    int status;

    CHECK_EQ(coil_create_subprocess_exec(command, &options, &child), 0);
    CHECK_STR(output_of(child, NULL, &status), "a b||$HOME|");
}

DRIVER_LOOP_TEST(a_terminal_looks_like_one_and_ends)
{
    struct coil_process *child =
        start_with("test -t 0 && test -t 1 && test -t 2 && read x && echo got $x",
                   (struct coil_process_options){.in = COIL_PTY, .out = COIL_PTY, .err = COIL_PTY});
    char *line;

    CHECK_PTR(coil_process_stdin(child), coil_process_stdout(child));
    CHECK_PTR(coil_process_stdin(child), coil_process_stderr(child));
    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "word\n", 5), 0);
    CHECK(coil_stream_readline(coil_process_stdout(child), &line) > 0);
    CHECK_STR(line, "word\r\n"); /* echoed */
    CHECK(coil_stream_readline(coil_process_stdout(child), &line) > 0);
    CHECK_STR(line, "got word\r\n");
    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 0);
    CHECK_EQ(run_to_end(child), 0);
}

DRIVER_LOOP_TEST(only_the_output_can_be_a_terminal)
{
    int status;

    CHECK_STR(output_of(start_with("test -t 0 || test -t 1 && echo yes >/dev/tty",
                                   (struct coil_process_options){
                                       .in = COIL_PIPE, .out = COIL_PTY, .new_session = true}),
                        NULL, &status),
              "yes\r\n");
}

static int create_error(const char *const *command, struct coil_process_options options)
{
    struct coil_process *child = NULL;
    int err = coil_create_subprocess_exec(command, &options, &child);

    CHECK(err == 0 || child == NULL);
    coil_process_unref(child);
    return err;
}

DRIVER_LOOP_TEST(what_cannot_be_started_is_an_error_of_the_call)
{
    const struct coil_process_options piped = {.in = COIL_PIPE, .out = COIL_PTY, .err = COIL_PIPE};
    const char *const missing[] = {"/no/such", NULL}, *const nothing[] = {NULL},
                      *const none[] = {"/etc/passwd", NULL}, *const good[] = {"true", NULL};
    int before = kit_count_descriptors();

    CHECK_EQ(create_error(missing, piped), -ENOENT);
    CHECK_EQ(create_error(none, piped), -EACCES);
    CHECK_EQ(create_error(nothing, piped), -EINVAL);
    CHECK_EQ(create_error(NULL, piped), -EINVAL);
    CHECK_EQ(create_error(good, (struct coil_process_options){.directory = "/no/such"}), -ENOENT);
    CHECK_EQ(create_error(good, (struct coil_process_options){.in = COIL_PIPE, .out = -77}),
             -EINVAL);
    CHECK_EQ(create_error(good, (struct coil_process_options){.in = COIL_PIPE, .out = COIL_STDOUT}),
             -EINVAL);
    CHECK_EQ(create_error(good, (struct coil_process_options){.in = COIL_FD(999)}), -EBADF);
    CHECK_EQ(kit_count_descriptors(), before);
    CHECK(!kit_has_children());
}

DRIVER_LOOP_TEST(at_the_limit_of_descriptors_nothing_leaks)
{
    const struct coil_process_options piped = {.in = COIL_PIPE, .out = COIL_PTY, .err = COIL_PIPE};
    const char *const command[] = {"true", NULL};
    struct rlimit usual, tight;
    int before = kit_count_descriptors(), err = -EMFILE;

    need_all_descriptors();
    coil_yield();
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
    for (int room = 0; room < 8; room++) {
        int first = open("/dev/null", O_RDONLY), filled[64], n = 0;

        tight = usual;
        tight.rlim_cur = (rlim_t)(first + 1 + room);
        close(first);
        CHECK_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
        for (; n < 64 - room; n++) /* holes below are filled, but for so much room */
            if ((filled[n] = open("/dev/null", O_RDONLY)) < 0)
                break;
        for (int i = 0; i < room && n > 0; i++)
            close(filled[--n]);
        err = create_error(command, piped);
        CHECK(err == 0 || err == -EMFILE);
        while (n > 0)
            close(filled[--n]);
        CHECK_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
        if (err == 0)
            await_no_children();
        CHECK_EQ(kit_count_descriptors(), before);
    }
    CHECK_EQ(err, 0);
}

/* Every allocation and every system call in turn. */
static coil_async void tortures(enum fault_kind kind)
{
    const struct coil_process_options options = {
        .in = COIL_PIPE, .out = COIL_PTY, .err = COIL_PIPE, .new_group = true};
    const char *const command[] = {"sleep", "1000", NULL};
    int before = kit_count_descriptors(), err;

    for (uint64_t k = 1;; k++) {
        struct coil_process *child = NULL;
        uint64_t count;

        coil__fault_arm(kind, k, false);
        err = coil_create_subprocess_exec(command, &options, &child);
        count = coil__fault_count(kind);
        coil__fault_arm(kind, 0, false);
        if (count < k) {
            CHECK_EQ(err, 0);
            coil_process_unref(child);
            break;
        }
        coil_process_unref(child);
        await_no_children();
        CHECK_EQ(kit_count_descriptors(), before);
        CHECK(k < 100);
    }
    await_no_children();
}

DRIVER_LOOP_TEST(whatever_fails_nothing_is_left)
{
    struct coil_process *child = start_piped("true"); /* the driver's own first times */
    int status;

    output_of(child, NULL, &status);
    tortures(FAULT_ALLOC);
    tortures(FAULT_SYS);
}

DRIVER_LOOP_TEST(children_come_and_go)
{
    int before, status;

    output_of(start_piped("true"), "", &status);
    before = kit_count_descriptors();
    for (int i = 0; i < kit_effort(30); i++) {
        CHECK_STR(output_of(start_piped("cat"), "again", &status), "again");
        CHECK_EQ(status, 0);
    }
    CHECK_EQ(kit_count_descriptors(), before);
}
