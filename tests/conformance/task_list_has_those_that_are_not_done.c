#include "common/conformance.h"

#include <stdlib.h>
#include <string.h>

struct name {
    char text[8];
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void listed(const char *when)
{
    struct coil_future *tasks[8];
    struct name names[8];
    char line[80] = "";
    size_t n = coil_all_tasks(coil_loop_current(), tasks, 8);

    for (size_t i = 0; i < n; i++)
        coil_task_name(tasks[i], names[i].text, sizeof(names[i].text));
    qsort(names, n, sizeof(names[0]), by_text);
    for (size_t i = 0; i < n; i++)
        strcat(strcat(line, " "), names[i].text);
    say("%s: %zu,%s", when, n, line);
}

static coil_async struct coil_result worker(void *arg)
{
    int64_t *delay_ns = arg;

    return coil_error(coil_sleep(*delay_ns));
}

static struct coil_future *start(const char *name, int64_t *delay_ns)
{
    return coil_create_task_with(worker, delay_ns, &(struct coil_task_options){.name = name});
}

static coil_async struct coil_result program(void *arg)
{
    int64_t delays[] = {COIL_MS(30), COIL_MS(10), COIL_MS(20)};
    struct coil_future *a, *b, *c;

    (void)arg;
    coil_task_set_name(coil_current_task(), "main");
    listed("alone");
    a = start("a", &delays[0]);
    b = start("b", &delays[1]);
    c = start("c", &delays[2]);
    listed("created");
    coil_join(b);
    listed("b has ended");
    coil_future_cancel(c, NULL);
    listed("c is asked to end");
    coil_sleep(COIL_MS(1));
    listed("c has ended");
    coil_join(a);
    listed("all have ended");
    coil_future_unref(c);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
