/* The scheduler of the model checker, and its search. */
#include "model_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "mach/switch.h"

enum { STACK_BYTES = 128 << 10 };

struct clock {
    uint32_t at[MODEL_THREADS];
};

struct thread {
    struct mach_context context;
    void *stack;
    struct access next; /* what it is about to touch */
    const void *blocked;
    bool timed, ended;
    struct clock clock;
};

/* One step of the run, and what is known of the state before it. Kept from run to run, as far as
 * the next one repeats. */
struct node {
    unsigned chosen;
    unsigned enabled, wanted, tried, asleep; /* sets of threads */
    struct access next[MODEL_THREADS];
    struct clock clock; /* after the step */
};

static struct thread threads[MODEL_THREADS];
static unsigned threads_count;
static struct node trail[MODEL_DEPTH];
static unsigned length, depth;
static struct mach_context scheduler;
static int current = -1;
static bool reduce;
static const char *replayed;
static struct model_result *result;
bool model_reads;

int model_current(void)
{
    return current;
}

/* ---- threads ---- */

static void leave(void)
{
    mach_switch(&threads[current].context, &scheduler);
}

void model_fail(const char *format, ...)
{
    va_list arguments;

    if (result->failure[0] == '\0') {
        va_start(arguments, format);
        vsnprintf(result->failure, sizeof(result->failure), format, arguments);
        va_end(arguments);
    }
    if (current >= 0)
        leave(); /* for ever: the run is over */
}

void model__come_to(const void *address, size_t size)
{
    bool reads = model_reads;

    model_reads = false;
    if (current < 0)
        return;
    threads[current].next = (struct access){(uintptr_t)address, size, reads};
    leave();
}

void model__touch(const void *address, size_t size)
{
    model__come_to(address, size);
    if (current >= 0 && model__is_freed(address))
        model_fail("thread %d uses memory that was given back", current);
}

void model_step(const struct word *word)
{
    model__touch(word, sizeof(uintptr_t));
}

bool model__block(const void *address, bool timed)
{
    struct thread *self = &threads[current];

    self->blocked = address;
    self->timed = timed;
    self->next = (struct access){(uintptr_t)address, sizeof(uintptr_t), false};
    leave();
    if (self->blocked == NULL)
        return true;
    self->blocked = NULL;
    return false;
}

static void join(struct clock *clock, const struct clock *other)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++)
        if (clock->at[i] < other->at[i])
            clock->at[i] = other->at[i];
}

void model__wake(const void *address)
{
    for (unsigned i = 0; i < threads_count; i++)
        if (threads[i].blocked == address) {
            threads[i].blocked = NULL;
            join(&threads[i].clock, &threads[current].clock);
        }
}

static void run_thread(void *body)
{
    ((void (*)(void))body)();
    threads[current].ended = true;
    leave();
}

static void enter(unsigned i)
{
    current = (int)i;
    mach_switch(&scheduler, &threads[i].context);
    current = -1;
}

/* Every thread stands before its first operation. */
static void begin(const struct model_program *program)
{
    model__world_begin();
    program->setup();
    depth = 0;
    for (threads_count = 0; threads_count < MODEL_THREADS; threads_count++) {
        struct thread *thread = &threads[threads_count];

        if (program->threads[threads_count] == NULL)
            break;
        if (thread->stack == NULL)
            thread->stack = aligned_alloc(16, STACK_BYTES);
        thread->blocked = NULL;
        thread->ended = false;
        memset(&thread->clock, 0, sizeof(thread->clock));
        coil__mach_context_init(&thread->context, thread->stack,
                                (char *)thread->stack + STACK_BYTES, run_thread,
                                (void *)program->threads[threads_count]);
    }
    for (unsigned i = 0; i < threads_count; i++)
        enter(i);
}

static void end(void)
{
    for (unsigned i = 0; i < threads_count; i++)
        coil__mach_context_fini(&threads[i].context);
}

static unsigned enabled_threads(void)
{
    unsigned set = 0;

    for (unsigned i = 0; i < threads_count; i++)
        if (!threads[i].ended && (threads[i].blocked == NULL || threads[i].timed))
            set |= 1u << i;
    return set;
}

/* ---- the search ---- */

static bool depend(const struct access *a, const struct access *b)
{
    return !reduce || (!(a->read && b->read) && a->address < b->address + b->size &&
                       b->address < a->address + a->size);
}

/* The last step that `i`'s next one depends on without that anything says which comes first: try
 * the other order there. */
static void want_races(unsigned i)
{
    for (unsigned at = depth; at-- > 0;) {
        struct node *node = &trail[at];

        if (!depend(&node->next[node->chosen], &threads[i].next) || node->chosen == i ||
            node->clock.at[node->chosen] <= threads[i].clock.at[node->chosen])
            continue;
        node->wanted |= node->enabled & 1u << i ? 1u << i : node->enabled;
        return;
    }
}

/* Who need not go first here: it did already, and what was done since does not concern it. */
static unsigned inherit_sleep(void)
{
    const struct node *before = &trail[depth - 1];
    unsigned set = 0;

    for (unsigned i = 0; i < threads_count; i++)
        if (before->asleep & 1u << i && i != before->chosen &&
            !depend(&before->next[i], &before->next[before->chosen]))
            set |= 1u << i;
    return set;
}

/* A state not seen before. False: all that could follow has been explored elsewhere. */
static bool open_node(unsigned enabled)
{
    struct node *node = &trail[depth];
    unsigned candidates;

    node->enabled = enabled;
    node->asleep = depth == 0 ? 0 : inherit_sleep();
    node->tried = 0;
    candidates = enabled & ~node->asleep;
    if (candidates == 0)
        return false;
    node->chosen = (unsigned)__builtin_ctz(candidates);
    if (depth > 0 && candidates & 1u << trail[depth - 1].chosen)
        node->chosen = trail[depth - 1].chosen; /* who runs goes on: failures read better so */
    node->wanted = reduce ? 1u << node->chosen : enabled;
    for (unsigned i = 0; i < threads_count; i++)
        node->next[i] = threads[i].next;
    length = depth + 1;
    return true;
}

static void step(void)
{
    struct node *node = &trail[depth];
    struct thread *thread = &threads[node->chosen];

    for (unsigned at = 0; at < depth; at++)
        if (depend(&trail[at].next[trail[at].chosen], &thread->next))
            join(&thread->clock, &trail[at].clock);
    thread->clock.at[node->chosen] = depth + 1;
    node->clock = thread->clock;
    result->schedule[depth] = (char)('0' + node->chosen);
    result->schedule[++depth] = '\0';
    result->steps++;
    enter(node->chosen);
}

/* Where the run goes next; false: it ends here. */
static bool choose(unsigned enabled)
{
    if (replayed != NULL) {
        if (*replayed == '\0' || !open_node(enabled))
            return false;
        trail[depth].chosen = (unsigned)(*replayed++ - '0');
        return enabled & 1u << trail[depth].chosen;
    }
    if (reduce)
        for (unsigned i = 0; i < threads_count; i++)
            if (!threads[i].ended)
                want_races(i);
    return depth < length || open_node(enabled);
}

static void conclude(const struct model_program *program)
{
    for (unsigned i = 0; i < threads_count; i++)
        if (!threads[i].ended)
            model_fail("thread %u sleeps for ever", i);
    if (program->check != NULL && result->failure[0] == '\0')
        program->check();
    if (result->failure[0] == '\0')
        model__world_end();
    result->runs++;
    if (depth > result->deepest)
        result->deepest = depth;
}

static void run(const struct model_program *program)
{
    unsigned enabled;

    coil__mach_context_adopt(&scheduler);
    begin(program);
    while (result->failure[0] == '\0' && (enabled = enabled_threads()) != 0) {
        if (depth == MODEL_DEPTH) {
            model_fail("more than %d steps: does it spin?", MODEL_DEPTH);
        } else if (!choose(enabled)) {
            result->pruned++;
            end();
            return;
        } else {
            step();
        }
    }
    conclude(program);
    end();
}

/* The deepest state with an order that is wanted and was not tried; false: there is none. */
static bool backtrack(void)
{
    while (length > 0) {
        struct node *node = &trail[length - 1];
        unsigned left;

        node->tried |= 1u << node->chosen;
        if (reduce)
            node->asleep |= 1u << node->chosen;
        left = node->wanted & ~node->tried & ~node->asleep;
        if (left != 0) {
            node->chosen = (unsigned)__builtin_ctz(left);
            return true;
        }
        length--;
    }
    return false;
}

static void explore(const struct model_program *program, struct model_result *out)
{
    *out = (struct model_result){.runs = 0};
    result = out;
    length = 0;
    do
        run(program);
    while (out->failure[0] == '\0' && backtrack());
}

void model_explore(const struct model_program *program, struct model_result *out)
{
    reduce = true;
    explore(program, out);
}

void model_explore_all(const struct model_program *program, struct model_result *out)
{
    reduce = false;
    explore(program, out);
}

void model_replay(const struct model_program *program, const char *schedule,
                  struct model_result *out)
{
    *out = (struct model_result){.runs = 0};
    result = out;
    reduce = false;
    length = 0;
    replayed = schedule;
    run(program);
    replayed = NULL;
}

void model_prove(const char *name, const struct model_program *program)
{
    struct model_result found;

    model_explore(program, &found);
    if (found.failure[0] != '\0')
        FAIL("%s: %s\n    after %s", name, found.failure, found.schedule);
    printf("%s: %llu interleavings, %llu steps, up to %u deep\n", name,
           (unsigned long long)found.runs, (unsigned long long)found.steps, found.deepest);
}

void model_refute(const char *name, const struct model_program *program, const char *part)
{
    struct model_result found, again;

    model_explore(program, &found);
    if (found.failure[0] == '\0')
        FAIL("%s: %llu interleavings, and nothing was found", name, (unsigned long long)found.runs);
    CHECK_HAS(found.failure, part);
    model_replay(program, found.schedule, &again);
    CHECK_STR(again.failure, found.failure);
    printf("%s: found after %llu interleavings: %s\n", name, (unsigned long long)found.runs,
           found.failure);
}
