#include "planner.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"

struct unit planner_unit(struct planner *planner, const char *except)
{
    return (struct unit){.paths = planner->engine->paths,
                         .decls = &planner->engine->decls,
                         .except = except,
                         .origin = planner->origin,
                         .messages = planner->messages};
}

struct step *planner_step(struct planner *planner, enum step_kind kind)
{
    struct plan *plan = planner->plan;
    struct step *step;

    plan->steps = memory_resize(plan->steps, plan->count + 1, sizeof(*plan->steps));
    step = &plan->steps[plan->count++];
    *step = (struct step){.kind = kind, .mark = planner->engine->decls.count};
    if (planner->item->text)
        step->text = string_copy(planner->item->text, strlen(planner->item->text));
    return step;
}

/* coil_create_future(...) is a macro over coil_create_future_at(...). */
static bool calls_loops(const struct words *words, struct token name)
{
    struct text full = {0};
    bool is;

    text_printf(&full, "%.*s_at", (int)name.length, name.start);
    is = words_loops(words, name.start, name.length) ||
         words_loops(words, text_string(&full), full.length);
    text_free(&full);
    return is;
}

void planner_note_calls(const struct planner *planner, const char *source, struct step *step)
{
    const struct words *words = &planner->engine->words;
    struct lexer lexer = {source, source};
    struct token token;

    while ((token = lex_next(&lexer)).kind != TOKEN_END) {
        if (token.kind != TOKEN_WORD || !token_is(lex_peek(&lexer), "("))
            continue;
        step->is_async |= words_async(words, token.start, token.length);
        step->is_loops |= calls_loops(words, token);
    }
}

/* Compiles text at file level, alone or as what later units begin with. */
static bool check_text(struct planner *planner, const char *text, const char *except)
{
    struct unit unit = planner_unit(planner, except);
    bool ok;

    text_puts(&unit.text, text);
    ok = unit_check(&unit);
    text_free(&unit.text);
    return ok;
}

/* Directives and types: every later unit begins with them. The same type again, word for word, is
 * no mistake. */
static bool add_text(struct planner *planner)
{
    const struct item *item = planner->item;

    if (item->kind == ITEM_TYPE) {
        for (size_t i = 0; i < planner->engine->decls.count; i++) {
            if (strcmp(planner->engine->decls.at[i].text, item->text) == 0)
                return true;
        }
    }
    if (!check_text(planner, item->text, NULL))
        return false;
    decls_add(&planner->engine->decls, item->text, item->name);
    return true;
}

static char *with_semicolon(const char *prefix, const char *head)
{
    struct text text = {0};

    text_printf(&text, "%s%s;", prefix, head);
    return text_take(&text);
}

static struct decl *declare_function(struct planner *planner, const char *text, struct slot *slot)
{
    struct decl *decl = decls_add(&planner->engine->decls, text, planner->item->name);

    decl->slot = slot;
    decl->address = slot;
    decl->is_function = true;
    return decl;
}

static bool add_prototype(struct planner *planner)
{
    const struct item *item = planner->item;
    char *text = with_semicolon(item->is_function ? "" : "extern ", item->head);
    bool ok = check_text(planner, text, NULL);

    if (ok && item->is_function)
        words_add(&planner->engine->words, item->name, item->is_async);
    if (ok && !decls_find(&planner->engine->decls, item->name)) {
        if (item->is_function && !dlsym(RTLD_DEFAULT, item->name))
            declare_function(planner, text, slot_new());
        else
            decls_add(&planner->engine->decls, text, item->name);
    }
    free(text);
    return ok;
}

/* The type of a function: as declared so far, or as `text` declares it. */
static char *function_type(struct planner *planner, const char *text)
{
    struct unit unit = planner_unit(planner, text ? planner->item->name : NULL);
    char *type;

    unit.messages = NULL;
    text_puts(&unit.text, text ? text : "");
    type = unit_type_of(&unit, planner->item->name);
    text_free(&unit.text);
    return type;
}

/* The slot of a function that is defined again with the same type: who calls it will call the new
 * one. */
static struct slot *slot_to_reuse(struct planner *planner, const char *prototype)
{
    const struct decl *old = decls_find(&planner->engine->decls, planner->item->name);
    char *before;
    char *now;
    bool same;

    if (!old || !old->slot)
        return NULL;
    before = function_type(planner, NULL);
    now = function_type(planner, prototype);
    same = before && now && strcmp(before, now) == 0;
    free(before);
    free(now);
    return same ? old->slot : NULL;
}

static bool add_function(struct planner *planner)
{
    const struct item *item = planner->item;
    struct unit unit = planner_unit(planner, item->name);
    struct unit_symbol symbol = {.name = item->name};
    char *prototype = with_semicolon("", item->head);
    struct step *step;
    struct slot *slot;
    bool ok;

    text_puts(&unit.text, item->text);
    ok = unit_build(&unit, &symbol, 1);
    if (ok) {
        slot = slot_to_reuse(planner, prototype);
        step = planner_step(planner, STEP_DEFINE);
        step->slot = slot ? slot : slot_new();
        step->function = symbol.address;
        words_add(&planner->engine->words, item->name, item->is_async);
        declare_function(planner, prototype, step->slot);
    }
    text_free(&unit.text);
    free(prototype);
    return ok;
}

bool planner_add(struct planner *planner)
{
    switch (planner->item->kind) {
    case ITEM_DIRECTIVE:
    case ITEM_TYPE: return add_text(planner);
    case ITEM_PROTOTYPE: return add_prototype(planner);
    case ITEM_FUNCTION: return add_function(planner);
    case ITEM_VARIABLE: return planner_add_variable(planner);
    default: return planner_add_code(planner);
    }
}
