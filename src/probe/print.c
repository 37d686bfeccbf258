/* Snapshots on paper: a table, or a tree of who waits for whom. */
#include <coil/inspect.h>

#include "base/alloc.h"

static void print_time(int64_t ns, char *text, size_t size)
{
    if (ns < COIL_SECONDS(10))
        snprintf(text, size, "%lld ms", (long long)(ns / 1000000));
    else
        snprintf(text, size, "%lld s", (long long)(ns / 1000000000));
}

static void print_row(const struct coil_snapshot *snapshot, const struct coil_task_info *task,
                      FILE *to)
{
    char age[24], deadline[24] = "-";

    print_time(task->age_ns, age, sizeof(age));
    if (task->deadline_ns != COIL_FOREVER)
        print_time(task->deadline_ns - snapshot->time_ns, deadline, sizeof(deadline));
    fprintf(to, "%5llu  %5llu  %-18s %-10s %9s %9s %8llu  %-24s %s\n", (unsigned long long)task->id,
            (unsigned long long)task->parent_id, task->name, coil_task_state_name(task->state), age,
            deadline, (unsigned long long)task->switches, task->waits_for, task->place);
}

static void print_table(const struct coil_snapshot *snapshot, FILE *to)
{
    fprintf(to, "%5s  %5s  %-18s %-10s %9s %9s %8s  %-24s %s\n", "id", "by", "name", "state", "age",
            "deadline", "switches", "waits for", "made by");
    for (size_t i = 0; i < snapshot->count; i++)
        print_row(snapshot, &snapshot->tasks[i], to);
}

/* Indexes into the snapshot, in the form of a tree: of each task its first child and next
 * sibling. */
struct forest {
    const struct coil_snapshot *snapshot;
    size_t *first, *next, *parent;
};

#define NOBODY SIZE_MAX

/* Ids rise with the index: oldest first. */
static size_t index_of(const struct coil_snapshot *snapshot, uint64_t id)
{
    size_t low = 0, high = snapshot->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (snapshot->tasks[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < snapshot->count && snapshot->tasks[low].id == id ? low : NOBODY;
}

/* A task hangs below who made it: that is a tree whatever waits for what; cycles and shared
 * children are told in words. */
static void link_up(struct forest *forest)
{
    size_t n = forest->snapshot->count;

    for (size_t i = 0; i < n; i++)
        forest->first[i] = forest->next[i] = NOBODY;
    for (size_t i = n; i-- > 0;) {
        size_t parent = index_of(forest->snapshot, forest->snapshot->tasks[i].parent_id);

        forest->parent[i] = parent;
        if (parent == NOBODY)
            continue;
        forest->next[i] = forest->first[parent];
        forest->first[parent] = i;
    }
}

static void print_node(const struct forest *forest, size_t i, unsigned depth, FILE *to)
{
    const struct coil_task_info *task = &forest->snapshot->tasks[i];
    char age[24];

    print_time(task->age_ns, age, sizeof(age));
    fprintf(to, "%*s%s#%llu %s  %s%s%s  %s  (%s)\n", (int)(depth < 40 ? depth : 40) * 3, "",
            depth > 0 ? "`- " : "", (unsigned long long)task->id, task->name,
            coil_task_state_name(task->state), task->waits_for[0] != '\0' ? " for " : "",
            task->waits_for, age, task->place);
}

/* Depth first without recursion: a chain of a million is printed like any other. */
static void print_below(const struct forest *forest, size_t root, FILE *to)
{
    size_t at = root;
    unsigned depth = 0;

    print_node(forest, at, 0, to);
    for (;;) {
        if (forest->first[at] != NOBODY) {
            at = forest->first[at];
            depth++;
        } else {
            while (at != root && forest->next[at] == NOBODY) {
                at = forest->parent[at];
                depth--;
            }
            if (at == root)
                return;
            at = forest->next[at];
        }
        print_node(forest, at, depth, to);
    }
}

static void print_tree(const struct coil_snapshot *snapshot, FILE *to)
{
    size_t n = snapshot->count;
    size_t *indexes = mem_alloc(3 * n * sizeof(*indexes) + 1);
    struct forest forest = {.snapshot = snapshot};

    if (indexes == NULL) {
        print_table(snapshot, to);
        return;
    }
    forest.first = indexes;
    forest.next = indexes + n;
    forest.parent = indexes + 2 * n;
    link_up(&forest);
    for (size_t i = 0; i < n; i++)
        if (forest.parent[i] == NOBODY)
            print_below(&forest, i, to);
    mem_free(indexes);
}

void coil_snapshot_print(const struct coil_snapshot *snapshot, FILE *to,
                         enum coil_snapshot_format format)
{
    if (format == COIL_SNAPSHOT_TREE)
        print_tree(snapshot, to);
    else
        print_table(snapshot, to);
}
