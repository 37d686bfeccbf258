/*
 * Planning variables. With a constant initialiser the compiler lays the variable out; with any
 * other, which C forbids at file level, the variable is laid out first and assigned by a step.
 */
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "planner.h"
#include "types.h"

#define ENTRY "__coil_entry"
#define FIRST "__coil_first"

/* The declarator with another name in the place of its own. */
static char *renamed(const struct item *item, const char *name)
{
    struct lexer lexer = {item->declarator, item->declarator};
    struct text text = {0};
    struct token token;

    while ((token = lex_next(&lexer)).kind != TOKEN_END) {
        if (!token_is(token, item->name))
            continue;
        text_add(&text, item->declarator, (size_t)(token.start - item->declarator));
        text_printf(&text, "%s%s", name, token.start + token.length);
        break;
    }
    return text_take(&text);
}

/* "int t[] = {1, 2}": only the initialiser tells the size. */
static bool is_open_array(const struct item *item)
{
    struct lexer lexer = {item->declarator, item->declarator};
    struct token token;

    while ((token = lex_next(&lexer)).kind != TOKEN_END) {
        if (token_is(token, "["))
            return item->initialiser && token_is(lex_peek(&lexer), "]");
    }
    return false;
}

/* The type that the initialiser of an open array gives it. */
static char *open_array_type(struct planner *planner)
{
    const struct item *item = planner->item;
    struct unit unit = planner_unit(planner, item->name);
    struct text ask = {0};
    char *inner = renamed(item, FIRST);
    char *type;

    text_printf(&ask, "*({ %s %s = %s; &" FIRST "; })", item->specifiers, inner, item->initialiser);
    type = unit_type_of(&unit, text_string(&ask));
    text_free(&ask);
    free(inner);
    return type;
}

/* The declaration that later units see. NULL, with messages, if the compiler refuses. */
static char *declaration(struct planner *planner)
{
    const struct item *item = planner->item;
    struct text text = {0};
    char *type;
    char *declared;

    if (!is_open_array(item)) {
        text_printf(&text, "extern %s %s;", item->specifiers, item->declarator);
        return text_take(&text);
    }
    type = open_array_type(planner);
    if (!type)
        return NULL;
    declared = type_declare(type, item->name);
    text_printf(&text, "extern %s;", declared);
    free(declared);
    free(type);
    return text_take(&text);
}

static bool size_of_variable(struct planner *planner, const char *declared, size_t *size)
{
    struct unit unit = planner_unit(planner, planner->item->name);
    struct text ask = {0};
    char *type;

    text_puts(&unit.text, declared);
    text_printf(&ask, "(char (*)[sizeof(%s)])0", planner->item->name);
    type = unit_type_of(&unit, text_string(&ask));
    *size = type && strchr(type, '[') ? strtoul(strchr(type, '[') + 1, NULL, 10) : 0;
    text_free(&unit.text);
    text_free(&ask);
    free(type);
    return type != NULL;
}

/* Tries the initialiser as a constant one. Returns the variable's address, or NULL. */
static void *build_constant(struct planner *planner)
{
    const struct item *item = planner->item;
    struct unit unit = planner_unit(planner, item->name);
    struct unit_symbol symbol = {.name = item->name};
    bool ok;

    unit.messages = NULL;
    text_printf(&unit.text, "%s %s = %s;", item->specifiers, item->declarator, item->initialiser);
    ok = unit_build(&unit, &symbol, 1);
    text_free(&unit.text);
    return ok ? symbol.address : NULL;
}

/* The initialiser as code: a local of the same type is initialised as C says, then copied to the
 * variable. */
static bool build_assignment(struct planner *planner, void *address, size_t size)
{
    const struct item *item = planner->item;
    struct unit unit = planner_unit(planner, NULL);
    struct unit_symbol symbol = {.name = ENTRY};
    struct step *step = planner_step(planner, STEP_RUN);
    char *inner = renamed(item, FIRST);
    bool ok;

    text_printf(&unit.text,
                "void " ENTRY "(void *__coil_out) { %s %s = %s; unsigned long __coil_i; "
                "for (__coil_i = 0; __coil_i < %zuul; __coil_i++) "
                "((char *)__coil_out)[__coil_i] = ((char *)&" FIRST ")[__coil_i]; }",
                item->specifiers, inner, item->initialiser, size);
    ok = unit_build(&unit, &symbol, 1);
    text_free(&unit.text);
    free(inner);
    memcpy(&step->run, &symbol.address, sizeof(step->run));
    step->out = address;
    planner_note_calls(planner, item->initialiser, step);
    return ok;
}

static void add_copy(struct planner *planner, size_t mark, void *to, const void *from, size_t size)
{
    struct step *step = planner_step(planner, STEP_COPY);

    step->mark = mark;
    step->out = to;
    step->from = from;
    step->size = size;
}

/* The same variable declared again keeps its address, so that functions that use it see the new
 * value. */
static void *address_to_reuse(struct planner *planner, const char *declared)
{
    const struct decl *old = decls_find(&planner->engine->decls, planner->item->name);

    return old && old->address && strcmp(old->text, declared) == 0 ? old->address : NULL;
}

static bool add_initialiser(struct planner *planner, const char *declared, void *old, size_t size)
{
    struct decls *decls = &planner->engine->decls;
    void *constant = build_constant(planner);
    size_t mark = decls->count;
    void *address = old ? old : constant ? constant : calloc(1, size);
    struct step *step;

    decls_add(decls, declared, planner->item->name)->address = address;
    if (constant) {
        if (old)
            add_copy(planner, mark, old, constant, size);
        return true;
    }
    if (!build_assignment(planner, address, size))
        return false;
    step = &planner->plan->steps[planner->plan->count - 1];
    step->mark = mark;
    return true;
}

bool planner_add_variable(struct planner *planner)
{
    char *declared = declaration(planner);
    size_t size = 0;
    void *old;
    bool ok = declared && size_of_variable(planner, declared, &size);

    if (ok) {
        old = address_to_reuse(planner, declared);
        if (planner->item->initialiser)
            ok = add_initialiser(planner, declared, old, size);
        else if (!old)
            decls_add(&planner->engine->decls, declared, planner->item->name)->address =
                calloc(1, size ? size : 1);
    }
    free(declared);
    return ok;
}
