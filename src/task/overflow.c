/* Whose stack it is, for the message about an overflow. Runs in a signal handler: no memory, no
 * locks. */
#include <stdio.h>

#include "task/task.h"

static void describe(void *high, char *buffer, size_t size)
{
    struct coil_loop *loop = coil__loop_running;
    struct task *task;

    (void)high;
    if (loop == NULL || loop->current == NULL || loop->current->kind != FUTURE_TASK) {
        snprintf(buffer, size, "a generator");
        return;
    }
    task = task_of(loop->current);
    snprintf(buffer, size, "task %u '%s', made by %s", task->id,
             task->name != NULL ? task->name : "", task->future.place);
}

void coil__task_watch_overflow(void)
{
    coil__mach_overflow_install(describe);
}
