#include "engine.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "slots.h"

struct engine *engine_open(const struct paths *paths)
{
    struct engine *engine = memory_resize(NULL, 1, sizeof(*engine));

    *engine = (struct engine){.paths = paths};
    words_read_headers(&engine->words, paths->include_dir);
    return engine;
}

void engine_close(struct engine *engine)
{
    if (!engine)
        return;
    decls_free(&engine->decls);
    words_free(&engine->words);
    free(engine);
}

static struct unit new_unit(struct engine *engine, struct text *messages)
{
    return (struct unit){.paths = engine->paths,
                         .decls = &engine->decls,
                         .origin = {"prompt", 1},
                         .messages = messages};
}

/* Asked when only the compiler can tell whether "a * b" multiplies or declares. */
static bool is_type(const char *word, void *arg)
{
    struct engine *engine = arg;
    struct unit unit = new_unit(engine, NULL);
    bool is;

    text_printf(&unit.text, "typedef %s __coil_ask;", word);
    is = unit_check(&unit);
    text_free(&unit.text);
    return is;
}

bool engine_complete(struct engine *engine, const char *chunk)
{
    struct items items;
    bool complete = split_chunk(chunk, false, is_type, engine, &items);

    items_free(&items);
    return complete;
}

bool engine_plan(struct engine *engine, const char *chunk, const char *file, int line,
                 struct plan *plan, struct text *messages)
{
    struct planner planner = {.engine = engine, .plan = plan, .messages = messages};
    size_t mark = engine->decls.count;
    unsigned values = engine->values;
    struct items items;
    bool ok = true;

    *plan = (struct plan){0};
    split_chunk(chunk, true, is_type, engine, &items);
    for (size_t i = 0; ok && i < items.count; i++) {
        planner.item = &items.at[i];
        planner.origin = (struct origin){file, line + items.at[i].line - 1};
        ok = planner_add(&planner);
    }
    items_free(&items);
    if (!ok) {
        decls_rollback(&engine->decls, mark);
        engine->values = values;
        plan_free(plan);
    }
    return ok;
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->steps[i].type);
        free(plan->steps[i].name);
        free(plan->steps[i].text);
    }
    free(plan->steps);
    *plan = (struct plan){0};
}

void step_perform(struct step *step)
{
    switch (step->kind) {
    case STEP_DEFINE: slot_set(step->slot, step->function); break;
    case STEP_COPY: memcpy(step->out, step->from, step->size); break;
    default: step->run(step->out);
    }
}

void engine_take_back(struct engine *engine, const struct step *from)
{
    decls_rollback(&engine->decls, from->mark);
}

void engine_offer(struct engine *engine, const char *name, const char *declaration, void *address)
{
    struct text text = {0};

    text_printf(&text, "extern %s;", declaration);
    decls_add(&engine->decls, text_string(&text), name)->address = address;
    text_free(&text);
}

char *engine_type_of(struct engine *engine, const char *expression, struct text *messages)
{
    struct unit unit = new_unit(engine, messages);

    return unit_type_of(&unit, expression);
}

const char *engine_function_name(const struct engine *engine, const void *address)
{
    for (size_t i = engine->decls.count; i-- > 0;) {
        const struct decl *decl = &engine->decls.at[i];

        if (decl->is_function && decl->address == address)
            return decl->name;
    }
    return NULL;
}

void engine_each_name(const struct engine *engine, engine_name_fn *fn, void *arg)
{
    for (size_t i = 0; i < engine->decls.count; i++) {
        const struct decl *decl = &engine->decls.at[i];

        if (decl->name && !decl->replaced_by && !fn(decl->name, arg))
            return;
    }
    for (size_t i = 0; i < engine->words.count; i++) {
        if (!fn(engine->words.at[i].name, arg))
            return;
    }
}
