/* tail -f of many files: `tail FILE...` prints what is appended to any of them, until Ctrl-C.
 * Without arguments it writes two files of its own and follows them. */
#include <coil/coil.h>
#include <stdio.h>
#include <unistd.h>

static struct coil_event told;

static coil_async struct coil_result follow(void *arg)
{
    const char *path = arg;
    char data[4096];
    int64_t offset = 0, n;
    int fd = coil_open(path, O_RDONLY, 0);

    if (fd < 0)
        return coil_raise(-fd, "cannot follow %s", path);
    do {
        for (; (n = coil_pread(fd, data, sizeof(data), offset)) > 0; offset += n)
            printf("%s: %.*s", path, (int)n, data), coil_event_set(&told);
        fflush(stdout);
    } while (n == 0 && (n = coil_sleep(COIL_MS(200))) == 0);
    return coil_close(fd), coil_error(n);
}

static char odd[40], even[40];

static coil_async struct coil_result write_two(void *group)
{
    int64_t n = 0;

    for (int i = 1; i <= 4 && n >= 0; i++) {
        int fd = coil_open(i % 2 ? odd : even, O_WRONLY | O_APPEND, 0);
        char line[] = {'l', 'i', 'n', 'e', ' ', (char)('0' + i), '\n'};

        coil_event_clear(&told);
        n = coil_write(fd, line, sizeof(line));
        coil_close(fd);
        if (n >= 0)
            n = coil_event_wait(&told);
    }
    coil_unlink(odd), coil_unlink(even);
    coil_task_group_cancel(group);
    return coil_value(NULL);
}

static coil_async struct coil_result main_coroutine(void *paths)
{
    char *own[] = {odd, even, NULL};
    struct coil_task_group group;
    int err = 0;

    if (paths == NULL && (err = coil_write_file(odd, "", 0)) == 0)
        err = coil_write_file(even, "", 0);
    if (err != 0)
        return coil_error(err);
    coil_task_group_enter(&group);
    if (paths == NULL)
        coil_task_group_create_task(&group, write_two, &group);
    for (char **path = paths != NULL ? paths : own; *path != NULL; path++)
        coil_task_group_create_task(&group, follow, *path);
    return coil_error(coil_task_group_exit(&group, 0));
}

int main(int argc, char **argv)
{
    snprintf(odd, sizeof(odd), "/tmp/odd-%d", getpid());
    snprintf(even, sizeof(even), "/tmp/even-%d", getpid());
    return coil_exit_status(coil_run(main_coroutine, argc > 1 ? argv + 1 : NULL));
}
