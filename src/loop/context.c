#include "loop/context.h"

#include <pthread.h>

#include "base/alloc.h"
#include "loop/loop.h"

/* The current context of a thread outside of any loop. */
static __thread struct coil_context *thread_context;

static void thread_ends(void *context)
{
    context_unref(context);
}

static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
    pthread_key_create(&thread_key, thread_ends);
}

struct coil_context **coil__context_slot(void)
{
    return coil__loop_running != NULL ? &coil__loop_running->context : &thread_context;
}

static struct coil_context *context_new(size_t count, bool is_cell)
{
    struct coil_context *context =
        mem_alloc(sizeof(*context) + count * sizeof(context->bindings[0]));

    if (context == NULL)
        return NULL;
    context->refs.value = 1;
    context->map = NULL;
    context->is_cell = is_cell;
    context->count = count;
    context->kept = 0;
    return context;
}

static struct binding *binding_ref(struct binding *binding)
{
    if (binding != NULL)
        word_add(&binding->refs, 1);
    return binding;
}

static void binding_unref(struct binding *binding)
{
    while (binding != NULL && word_unref(&binding->refs)) {
        struct binding *replaced = binding->replaced;

        if (binding->drop != NULL)
            binding->drop(binding->value);
        mem_free(binding);
        binding = replaced;
    }
}

struct coil_context *coil_context_ref(struct coil_context *context)
{
    word_add(&context->refs, 1);
    return context;
}

void coil_context_unref(struct coil_context *context)
{
    if (context == NULL || !word_unref(&context->refs))
        return;
    if (context->is_cell)
        coil_context_unref(context->map);
    else
        for (size_t i = 0; i < context->count + context->kept; i++)
            binding_unref(context->bindings[i]);
    mem_free(context);
}

static struct binding *lookup(const struct coil_context *context, const struct coil_var *var)
{
    const struct coil_context *map = context != NULL && context->is_cell ? context->map : context;

    for (size_t i = 0; map != NULL && i < map->count; i++)
        if (map->bindings[i]->var == var)
            return map->bindings[i];
    return NULL;
}

void *coil_context_get(const struct coil_context *context, const struct coil_var *var)
{
    const struct binding *binding = lookup(context, var);

    return binding != NULL ? binding->value : var->default_value;
}

void *coil_var_get(const struct coil_var *var)
{
    return coil_context_get(*coil__context_slot(), var);
}

/* What a new map has that the old one has not. */
struct change {
    const struct coil_var *var;
    struct binding *binding; /* its new one, taken over; NULL: unbound */
    struct binding *keep;    /* remembered for a token; NULL: none */
    struct binding *forget;  /* no longer remembered; NULL: none */
};

static struct coil_context *map_with(const struct coil_context *old, const struct change *change)
{
    size_t old_count = old == NULL ? 0 : old->count, old_kept = old == NULL ? 0 : old->kept, n = 0;
    struct coil_context *map = context_new(old_count + old_kept + 2, false);

    if (map == NULL)
        return NULL;
    for (size_t i = 0; i < old_count; i++)
        if (old->bindings[i]->var != change->var)
            map->bindings[n++] = binding_ref(old->bindings[i]);
    if (change->binding != NULL)
        map->bindings[n++] = change->binding;
    map->count = n;
    for (size_t i = old_count; i < old_count + old_kept; i++)
        if (old->bindings[i] != change->forget)
            map->bindings[n++] = binding_ref(old->bindings[i]);
    if (change->keep != NULL)
        map->bindings[n++] = binding_ref(change->keep);
    map->kept = n - map->count;
    return map;
}

/* Puts a new map where the current one is: into the cell that is entered, or into the slot. */
static int apply(const struct change *change)
{
    struct coil_context **slot = coil__context_slot();
    struct coil_context **place = *slot != NULL && (*slot)->is_cell ? &(*slot)->map : slot;
    struct coil_context *map = map_with(*place, change);

    if (map == NULL)
        return -ENOMEM;
    context_unref(*place);
    *place = map;
    if (place == &thread_context) {
        pthread_once(&thread_once, make_key);
        pthread_setspecific(thread_key, thread_context);
    }
    return 0;
}

/* Which context is current: a cell is itself; else it belongs to the task, or to the one callback,
 * that runs. */
static uint64_t owner_here(void)
{
    const struct coil_loop *loop = coil__loop_running;
    const struct coil_context *context = *coil__context_slot();

    if (context != NULL && context->is_cell)
        return (uint64_t)(uintptr_t)context;
    if (loop == NULL)
        return (uint64_t)(uintptr_t)&thread_context;
    if (loop->current != NULL)
        return (uint64_t)(uintptr_t)loop->current;
    return loop->callbacks << 1 | 1;
}

int coil_var_set_owned(const struct coil_var *var, void *value, coil_drop_fn *drop,
                       struct coil_token *token)
{
    struct binding *binding = mem_alloc(sizeof(*binding));

    if (binding == NULL) {
        if (drop != NULL)
            drop(value);
        return -ENOMEM;
    }
    *binding = (struct binding){.refs = {1}, .var = var, .value = value, .drop = drop};
    if (token != NULL)
        binding->replaced = binding_ref(lookup(*coil__context_slot(), var));
    if (apply(&(struct change){
            .var = var, .binding = binding, .keep = token != NULL ? binding : NULL}) != 0) {
        binding_unref(binding);
        return -ENOMEM;
    }
    if (token != NULL)
        *token = (struct coil_token){.var = var, .binding = binding, .owner = owner_here()};
    return 0;
}

int coil_var_set(const struct coil_var *var, void *value)
{
    return coil_var_set_owned(var, value, NULL, NULL);
}

/* The binding that this token stands for, if the current context still remembers it. */
static struct binding *kept_for(const struct coil_token *token)
{
    const struct coil_context *context = *coil__context_slot();
    const struct coil_context *map = context != NULL && context->is_cell ? context->map : context;

    if (map == NULL || token->binding == NULL || token->owner != owner_here())
        return NULL;
    for (size_t i = map->count; i < map->count + map->kept; i++)
        if (map->bindings[i] == token->binding)
            return map->bindings[i];
    return NULL;
}

int coil_var_reset(struct coil_token *token)
{
    struct binding *kept = kept_for(token);
    struct binding *replaced;

    if (kept == NULL)
        return -EINVAL;
    replaced = binding_ref(kept->replaced);
    if (apply(&(struct change){.var = token->var, .binding = replaced, .forget = kept}) != 0) {
        binding_unref(replaced);
        return -ENOMEM;
    }
    token->binding = NULL;
    return 0;
}

struct coil_context *coil_context_copy(void)
{
    struct coil_context *cell = context_new(0, true);

    if (cell != NULL)
        cell->map = context_snapshot(*coil__context_slot());
    return cell;
}

struct coil_context *coil__context_identity(struct coil_context **slot)
{
    struct coil_context *cell;

    if (*slot != NULL && (*slot)->is_cell)
        return coil_context_ref(*slot);
    cell = context_new(0, true);
    if (cell == NULL)
        return NULL;
    cell->map = *slot;
    *slot = cell;
    return coil_context_ref(cell);
}

void coil_context_run(struct coil_context *context, void (*fn)(void *arg), void *arg)
{
    struct coil_context **slot = coil__context_slot();
    struct coil_context *outer = *slot;

    REQUIRE(context->is_cell,
            "coil_context_run needs a context from coil_context_copy or coil_task_context");
    *slot = coil_context_ref(context);
    fn(arg);
    coil_context_unref(*slot);
    *slot = outer;
}
