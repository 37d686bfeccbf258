/* Live control: what coil/inspect.h promises. */
#include <coil/inspect.h>

#include <stdio.h>

#include "base/time.h"
#include "probe/ask.h"
#include "task/task.h"

#define COMMAND_PATIENCE COIL_SECONDS(5)

/* For a future that is not there yet; once it is, the task only waits for its turn. */
static bool is_waiting(const struct task *task)
{
    return task->waits_for != NULL && future_pending(task->waits_for);
}

static void describe_wait(const struct task *task, struct coil_task_info *info)
{
    const struct coil_future *waits_for = task->waits_for;

    if (task->flags & TASK_SLEEPING)
        snprintf(info->waits_for, sizeof(info->waits_for), "sleep");
    if (!is_waiting(task))
        return;
    info->waits_for_id = coil_task_id(waits_for);
    if (waits_for->flags &
        FUTURE_STATIC) /* a lock's, queue's or operation's: its place is the word for it */
        snprintf(info->waits_for, sizeof(info->waits_for), "%s", waits_for->place);
    else
        coil__future_label(waits_for, info->waits_for, sizeof(info->waits_for));
}

static enum coil_task_state state_of(const struct task *task)
{
    const struct coil_loop *loop = task->future.loop;

    if (loop->current == &task->future)
        return COIL_TASK_RUNNING;
    if (task->cancelling > 0)
        return COIL_TASK_CANCELLING;
    return is_waiting(task) || task->flags & TASK_SLEEPING ? COIL_TASK_WAITING : COIL_TASK_READY;
}

/* Timeouts nest: the nearest deadline counts. */
static int64_t deadline_of(const struct task *task)
{
    int64_t nearest = COIL_FOREVER;

    for (const struct coil_timeout *scope = task->scope; scope != NULL; scope = scope->outer)
        if (scope->when_ns < nearest)
            nearest = scope->when_ns;
    return nearest;
}

static void describe(struct task *task, int64_t now, struct coil_task_info *info)
{
    uint32_t age_ms = (uint32_t)(now / 1000000) - task->made_ms;

    info->id = task->id;
    info->parent_id = task->parent_id;
    info->switches = task->switches;
    info->age_ns = COIL_MS((int64_t)age_ms);
    info->deadline_ns = deadline_of(task);
    info->stack_bytes = (int64_t)coil_task_stack_used(&task->future);
    info->state = state_of(task);
    coil__future_label(&task->future, info->name, sizeof(info->name));
    snprintf(info->place, sizeof(info->place), "%s", task->future.place);
    describe_wait(task, info);
}

/* On the loop's thread. The block is a pointer to a snapshot to be made. */
static int take(struct coil_loop *loop, void *block)
{
    struct coil_snapshot **out = block;
    struct coil_snapshot *snapshot = mem_zalloc(sizeof(*snapshot));
    struct coil_link *at;

    if (snapshot == NULL)
        return -ENOMEM;
    snapshot->tasks = mem_zalloc(loop->tasks_live * sizeof(*snapshot->tasks) + 1);
    if (snapshot->tasks == NULL) {
        mem_free(snapshot);
        return -ENOMEM;
    }
    snapshot->time_ns = loop_now(loop);
    list_each (at, &loop->tasks)
        describe(container_of(at, struct task, link), snapshot->time_ns,
                 &snapshot->tasks[snapshot->count++]);
    *out = snapshot;
    return 0;
}

static void drop_snapshot(void *block)
{
    coil_snapshot_close(*(struct coil_snapshot **)block);
    mem_free(block);
}

int coil_snapshot_open(struct coil_loop *loop, int64_t timeout_ns, struct coil_snapshot **out)
{
    struct coil_snapshot **block = mem_zalloc(sizeof(*block));
    struct ask *kept;
    int err = coil__ask(loop, take, block, drop_snapshot, timeout_ns, &kept);

    *out = NULL;
    if (err == 0) {
        *out = *block;
        *block = NULL;
    }
    if (kept != NULL)
        coil__ask_release(kept);
    return err;
}

void coil_snapshot_close(struct coil_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    mem_free(snapshot->tasks);
    mem_free(snapshot);
}

const char *coil_task_state_name(enum coil_task_state state)
{
    static const char *const names[] = {"ready", "running", "waiting", "cancelling"};

    return names[state];
}

uint64_t coil_loop_stuck(const struct coil_loop *loop)
{
    return COUNTER_READ(loop->running_id);
}

/* A request about one task, in a counted block. */
struct command {
    uint64_t id;
    const char *place;
    int64_t delay_ns;
    char text[256];
};

static struct task *find(struct coil_loop *loop, uint64_t id)
{
    struct coil_link *at;

    list_each (at, &loop->tasks)
        if (container_of(at, struct task, link)->id == id)
            return container_of(at, struct task, link);
    return NULL;
}

static int cancel(struct coil_loop *loop, void *block)
{
    struct command *command = block;
    struct task *task = find(loop, command->id);

    if (task == NULL)
        return -ESRCH;
    coil_future_cancel_at(&task->future, command->text, command->place);
    return 0;
}

static int set_deadline(struct coil_loop *loop, void *block)
{
    struct command *command = block;
    struct task *task = find(loop, command->id);

    if (task == NULL)
        return -ESRCH;
    if (task->scope == NULL)
        return -ENOENT;
    return coil_timeout_reschedule(task->scope, time_after(loop_now(loop), command->delay_ns));
}

static int set_name(struct coil_loop *loop, void *block)
{
    struct command *command = block;
    struct task *task = find(loop, command->id);

    return task == NULL ? -ESRCH : coil_task_set_name(&task->future, command->text);
}

static int send(struct coil_loop *loop, ask_fn *fn, const struct command *command)
{
    struct command *block = mem_alloc(sizeof(*block));
    struct ask *kept;
    int err;

    if (block != NULL)
        *block = *command;
    err = coil__ask(loop, fn, block, mem_free, COMMAND_PATIENCE, &kept);
    if (kept != NULL)
        coil__ask_release(kept);
    return err;
}

int coil_cancel_id_at(struct coil_loop *loop, uint64_t id, const char *message, const char *place)
{
    struct command command = {.id = id, .place = place};

    snprintf(command.text, sizeof(command.text), "%s", message != NULL ? message : "");
    return send(loop, cancel, &command);
}

int coil_set_deadline_id(struct coil_loop *loop, uint64_t id, int64_t delay_ns)
{
    return send(loop, set_deadline, &(struct command){.id = id, .delay_ns = delay_ns});
}

int coil_set_name_id(struct coil_loop *loop, uint64_t id, const char *name)
{
    struct command command = {.id = id};

    snprintf(command.text, sizeof(command.text), "%s", name);
    return send(loop, set_name, &command);
}
