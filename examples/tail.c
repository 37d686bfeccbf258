/* tail -f of many files: `tail FILE...` prints what is appended to any of them, until Ctrl-C.
 * Without arguments it writes two files of its own and follows them. */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result follow(void *arg)
{
    const char *path = arg;
    char data[4096];
    int64_t offset = 0, n;
    int fd = coil_open(path, O_RDONLY, 0);

    if (fd < 0)
        return coil_raise(-fd, "cannot follow %s", path);
    do {
        while ((n = coil_pread(fd, data, sizeof(data), offset)) > 0) {
            printf("%s: %.*s", path, (int)n, data);
            offset += n;
        }
        fflush(stdout);
    } while (n == 0 && (n = coil_sleep(COIL_MS(200))) == 0);
    coil_close(fd);
    return coil_error(n);
}

static coil_async struct coil_result write_two(void *group)
{
    for (int i = 1; i <= 4; i++) {
        int fd = coil_open(i % 2 ? "/tmp/odd.log" : "/tmp/even.log", O_WRONLY | O_APPEND, 0);
        char line[20];

        coil_write(fd, line, (size_t)snprintf(line, sizeof(line), "line %d\n", i));
        coil_close(fd);
        coil_sleep(COIL_MS(500));
    }
    coil_task_group_cancel(group);
    return coil_value(NULL);
}

static coil_async struct coil_result main_coroutine(void *paths)
{
    static const char *const own[] = {"/tmp/odd.log", "/tmp/even.log", NULL};
    struct coil_task_group group;

    coil_task_group_enter(&group);
    if (paths == NULL) {
        coil_write_file(own[0], "", 0);
        coil_write_file(own[1], "", 0);
        coil_task_group_create_task(&group, write_two, &group);
    }
    for (const char *const *path = paths != NULL ? paths : own; *path != NULL; path++)
        coil_task_group_create_task(&group, follow, (void *)(uintptr_t)*path);
    return coil_error(coil_task_group_exit(&group, 0));
}

int main(int argc, char **argv)
{
    return coil_run(main_coroutine, argc > 1 ? argv + 1 : NULL).status < 0;
}
