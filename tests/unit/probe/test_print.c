/* Snapshots on paper. */
#include <stdlib.h>
#include <string.h>

#include <coil/coil.h>
#include <coil/inspect.h>

#include "base/fault.h"
#include "kit.h"

static char *print(const struct coil_snapshot *snapshot, enum coil_snapshot_format format)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    coil_snapshot_print(snapshot, to, format);
    fclose(to);
    return text;
}

static struct coil_task_info task_of(uint64_t id, uint64_t parent_id, const char *name)
{
    struct coil_task_info info = {.id = id,
                                  .parent_id = parent_id,
                                  .deadline_ns = COIL_FOREVER,
                                  .age_ns = COIL_MS(12),
                                  .state = COIL_TASK_WAITING};

    snprintf(info.name, sizeof(info.name), "%s", name);
    snprintf(info.place, sizeof(info.place), "%s main.c:1", name);
    return info;
}

TEST(table_has_a_line_for_each)
{
    struct coil_task_info tasks[] = {task_of(1, 0, "main"), task_of(2, 1, "fetch")};
    struct coil_snapshot snapshot = {.time_ns = COIL_SECONDS(100), .count = 2, .tasks = tasks};
    char *text;

    tasks[0].deadline_ns = COIL_SECONDS(130);
    tasks[0].age_ns = COIL_SECONDS(20);
    tasks[0].switches = 77;
    tasks[1].deadline_ns = COIL_SECONDS(100) + COIL_MS(250);
    tasks[1].state = COIL_TASK_CANCELLING;
    snprintf(tasks[0].waits_for, sizeof(tasks[0].waits_for), "fetch");
    text = print(&snapshot, COIL_SNAPSHOT_TABLE);
    CHECK_STR(text, "   id     by  name               state            age  deadline switches  "
                    "waits for                made by\n"
                    "    1      0  main               waiting         20 s      30 s       77  "
                    "fetch                    main main.c:1\n"
                    "    2      1  fetch              cancelling     12 ms    250 ms        0  "
                    "                         fetch main.c:1\n");
    free(text);
}

TEST(tree_hangs_each_task_below_the_one_that_made_it)
{
    struct coil_task_info tasks[] = {task_of(1, 0, "a"), task_of(3, 1, "b"), task_of(4, 3, "c"),
                                     task_of(7, 1, "d"), task_of(9, 0, "e")};
    struct coil_snapshot snapshot = {.count = 5, .tasks = tasks};
    char *text;

    snprintf(tasks[0].waits_for, sizeof(tasks[0].waits_for), "b");
    text = print(&snapshot, COIL_SNAPSHOT_TREE);
    CHECK_STR(text, "#1 a  waiting for b  12 ms  (a main.c:1)\n"
                    "   `- #3 b  waiting  12 ms  (b main.c:1)\n"
                    "      `- #4 c  waiting  12 ms  (c main.c:1)\n"
                    "   `- #7 d  waiting  12 ms  (d main.c:1)\n"
                    "#9 e  waiting  12 ms  (e main.c:1)\n");
    free(text);
}

TEST(tree_of_tasks_whose_parents_have_ended_is_flat)
{
    struct coil_task_info tasks[] = {task_of(5, 2, "orphan"), task_of(6, 3, "other")};
    struct coil_snapshot snapshot = {.count = 2, .tasks = tasks};
    char *text = print(&snapshot, COIL_SNAPSHOT_TREE);

    CHECK_HAS(text, "#5 orphan");
    CHECK_HAS(text, "\n#6 other");
    free(text);
}

TEST(tree_of_nothing_is_nothing)
{
    struct coil_snapshot snapshot = {.count = 0};
    char *text = print(&snapshot, COIL_SNAPSHOT_TREE);

    CHECK_STR(text, "");
    free(text);
}

TEST(tree_without_memory_is_a_table)
{
    struct coil_task_info tasks[] = {task_of(1, 0, "main")};
    struct coil_snapshot snapshot = {.count = 1, .tasks = tasks};
    char *text;

    coil__fault_arm(FAULT_ALLOC, 1, true);
    text = print(&snapshot, COIL_SNAPSHOT_TREE);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_HAS(text, "made by");
    CHECK_HAS(text, "main.c:1");
    free(text);
}

/* ---- of real loops ---- */

static size_t count_lines(const char *text)
{
    size_t n = 0;

    while ((text = strchr(text, '\n')) != NULL) {
        text++;
        n++;
    }
    return n;
}

static char *print_now(struct coil_loop *loop)
{
    struct coil_snapshot *now;
    char *text;

    CHECK_EQ(coil_snapshot_open(loop, 0, &now), 0);
    text = print(now, COIL_SNAPSHOT_TREE);
    coil_snapshot_close(now);
    return text;
}

struct chain {
    int left;
    char *text;
};

/* Each link makes and awaits the next; the last one looks around. */
static coil_async struct coil_result link_on(void *arg)
{
    struct chain *chain = arg;

    if (--chain->left > 0)
        return coil_join(coil_create_task_with(
            link_on, chain, &(struct coil_task_options){.stack_bytes = 16 << 10}));
    chain->text = print_now(coil_loop_current());
    return coil_value(NULL);
}

SLOW_TEST(tree_of_a_chain_of_a_hundred_thousand_is_printed, 60)
{
    struct chain chain = {.left = kit_slowness() > 1 ? 2000 : 100000};
    size_t length = (size_t)chain.left;

    CHECK_EQ(coil_run(link_on, &chain).status, 0);
    CHECK_EQ(count_lines(chain.text), length);
    free(chain.text);
}

/* Two tasks, each holding the lock the other one wants. */
struct philosopher {
    struct coil_lock *left, *right;
};

static coil_async struct coil_result dine(void *arg)
{
    struct philosopher *self = arg;
    int err = coil_lock_acquire(self->left);

    coil_yield();
    if (err == 0)
        err = coil_lock_acquire(self->right);
    coil_lock_release(self->left);
    return coil_error(err);
}

static coil_async struct coil_result dine_together(void *text)
{
    struct coil_lock a = {0}, b = {0};
    struct philosopher one = {&a, &b}, two = {&b, &a};
    struct coil_future *first = coil_create_task(dine, &one),
                       *second = coil_create_task(dine, &two);

    for (int i = 0; i < 4; i++)
        coil_yield();
    *(char **)text = print_now(coil_loop_current());
    coil_future_cancel(first, NULL);
    CHECK_EQ(coil_join(first).status, -ECANCELED);
    return coil_join(second);
}

TEST(tree_with_a_circle_of_waiting_ends)
{
    char *text = NULL;

    coil_run(dine_together, &text);
    CHECK_EQ(count_lines(text), 3);
    CHECK_HAS(text, "waiting for lock");
    free(text);
}
