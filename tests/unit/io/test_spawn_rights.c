/* Children with descriptors, a program, a mask and a user of their own. */
#include <fcntl.h>
#include <unistd.h>

#include "unit/io/programs.h"

DRIVER_LOOP_TEST(descriptors_that_are_passed_have_their_numbers_in_the_child)
{
    int fds[] = {open(kit_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600)}, no_fds[] = {999};
    struct coil_process_options options = {.pass_fds = fds, .pass_count = 1};
    struct coil_process *child;
    char script[64], text[32] = {0};

    snprintf(script, sizeof(script), "echo written >&%d", fds[0]);
    CHECK_EQ(run_to_end(start_with(script, options)), 0);
    CHECK_EQ(pread(fds[0], text, sizeof(text), 0), 8);
    CHECK_STR(text, "written\n");
    options.pass_fds = no_fds;
    CHECK_EQ(coil_create_subprocess_shell("true", &options, &child), -EBADF);
    close(fds[0]);
}

DRIVER_LOOP_TEST(a_program_is_begun_under_another_name)
{
    const char *const command[] = {"another", "-c", "echo $0", NULL};
    struct coil_process_options options = {.out = COIL_PIPE, .executable = "/bin/sh"};
    struct coil_process *child;
    int status;

    CHECK_EQ(coil_create_subprocess_exec(command, &options, &child), 0);
    CHECK_STR(output_of(child, NULL, &status), "another\n");
    options.executable = "/bin/cat";
    CHECK_EQ(coil_create_subprocess_shell("/no/such", &options, &child), 0);
    CHECK(run_to_end(child) != 0); /* cat knows no -c */
}

DRIVER_LOOP_TEST(a_mask_is_set_and_a_user_is_become)
{
    const uint32_t groups[] = {12346};
    struct coil_process_options options = {.out = COIL_PIPE, .umask = COIL_MASK(027)};
    struct coil_process *child;
    int err, status;

    CHECK_STR(output_of(start_with("umask", options), NULL, &status), "0027\n");
    options.user = options.group = COIL_ID(12345);
    options.groups = groups;
    options.group_count = 1;
    err = coil_create_subprocess_shell("id -u; id -G", &options, &child);
    if (err == -EPERM)
        return; /* we have not the right to */
    CHECK_EQ(err, 0);
    CHECK_STR(output_of(child, NULL, &status), "12345\n12345 12346\n");
}
