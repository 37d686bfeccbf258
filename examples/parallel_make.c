/* Runs shell commands side by side: `parallel_make 4 'cc -c a.c' 'cc -c b.c' ...`, four at a time,
 * with a line of progress on a terminal; the first that fails stops the rest. */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct coil_semaphore places;
static int done;

static coil_async struct coil_result run_command(void *command)
{
    struct coil_process_options options = {
        .out = COIL_PIPE, .err = COIL_STDOUT, .new_group = true}; /* the shell and what it starts */
    struct coil_output output = {0};
    struct coil_process *process;
    int status = coil_semaphore_acquire(&places);

    if (status < 0)
        return coil_error(status);
    status = coil_create_subprocess_shell(command, &options, &process);
    if (status == 0) {
        status = coil_process_communicate(process, NULL, 0, &output);
        coil_process_unref(process); /* ends it, if we were cancelled */
    }
    coil_semaphore_release(&places);
    done += status == 0;
    if (status == 0 && isatty(STDOUT_FILENO))
        printf("\r\033[K[%d done] %.60s", done, (char *)command), fflush(stdout);
    if (status > 0)
        printf("\n$ %s\n%.*s", (char *)command, (int)output.out_size, output.out);
    coil_output_free(&output);
    return status > 0 ? coil_raise(EIO, "%s: exit status %d", (char *)command, status)
                      : coil_error(status);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    const char *const *words = arg;
    struct coil_task_group group;
    int64_t err;

    coil_semaphore_init(&places, (size_t)atoi(words[0]));
    coil_task_group_enter(&group);
    while (*++words != NULL)
        coil_task_group_create_task(&group, run_command, (void *)(uintptr_t)*words);
    err = coil_task_group_exit(&group, 0);
    printf("%d done\n", done);
    return coil_error(err);
}

int main(int argc, char **argv)
{
    const char *own[] = {"2", "sleep 60", "exit 0", "exit 0", "echo it is broken; exit 3", NULL};
    int64_t status = coil_run(main_coroutine, argc > 2 ? (void *)(argv + 1) : own).status;

    return status < 0 && argc > 2;
}
