/*
 * Planning what runs: statements, and expressions with their values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "planner.h"
#include "types.h"

#define ENTRY "__coil_entry"

/* Compiles a body into `void entry(void *out)` and puts it into the step. */
static bool build_entry(struct planner *planner, const char *body, struct step *step)
{
    struct unit unit = planner_unit(planner, NULL);
    struct unit_symbol symbol = {.name = ENTRY};
    bool ok;

    text_printf(&unit.text, "void " ENTRY "(void *__coil_out) { %s\n}", body);
    ok = unit_build(&unit, &symbol, 1);
    text_free(&unit.text);
    memcpy(&step->run, &symbol.address, sizeof(step->run));
    return ok;
}

static bool add_statement(struct planner *planner)
{
    struct step *step = planner_step(planner, STEP_RUN);

    planner_note_calls(planner, planner->item->text, step);
    return build_entry(planner, planner->item->text, step);
}

/* The size of what an expression gives: asked as the type of a pointer to an array of that many. */
static bool size_of(struct planner *planner, const char *expression, size_t *size)
{
    struct unit unit = planner_unit(planner, NULL);
    struct text ask = {0};
    char *type;

    text_printf(&ask, "(char (*)[sizeof(%s)])0", expression);
    type = unit_type_of(&unit, text_string(&ask));
    text_free(&ask);
    *size = type && strchr(type, '[') ? strtoul(strchr(type, '[') + 1, NULL, 10) : 0;
    free(type);
    return *size > 0;
}

/* Splits "fn(argument)". Returns false for anything else. */
static bool split_call(const char *expression, char **function, char **argument)
{
    struct lexer lexer = {expression, expression};
    struct token name = lex_next(&lexer);
    const char *from;
    struct lexer inside;
    struct token token;

    if (name.kind != TOKEN_WORD || !token_is(lex_next(&lexer), "("))
        return false;
    from = lexer.at;
    inside = lexer;
    if (!lex_skip_brackets(&lexer) || lex_peek(&lexer).kind != TOKEN_END ||
        token_is(lex_peek(&inside), ")"))
        return false;
    while ((token = lex_next(&inside)).start + 1 < lexer.at) {
        if (token_is(token, ","))
            return false;
        if (token.kind == TOKEN_PUNCTUATION && strchr("([{", *token.start))
            lex_skip_brackets(&inside);
    }
    *function = string_copy(name.start, name.length);
    *argument = string_copy(from, (size_t)(lexer.at - 1 - from));
    return true;
}

/* A coroutine called with its argument can be submitted as it is, under its own name. */
static bool add_coroutine_call(struct planner *planner, const char *function, const char *argument)
{
    struct step *step = planner_step(planner, STEP_CALL);
    struct text body = {0};
    bool ok;

    step->is_async = true;
    step->is_silent = planner->item->is_silent;
    step->size = 2 * sizeof(void *);
    step->out = calloc(2, sizeof(void *));
    step->name = string_copy(function, strlen(function));
    text_printf(&body,
                "((void **)__coil_out)[0] = (void *)(%s); ((void **)__coil_out)[1] = (void *)(%s);",
                function, argument);
    ok = build_entry(planner, text_string(&body), step);
    text_free(&body);
    return ok;
}

static bool is_coroutine(struct planner *planner, const char *function)
{
    struct unit unit = planner_unit(planner, NULL);
    char *type;
    bool is;

    if (!words_async(&planner->engine->words, function, strlen(function)))
        return false;
    unit.messages = NULL;
    type = unit_type_of(&unit, function);
    is = type && strcmp(type, "struct coil_result (void *)") == 0;
    free(type);
    return is;
}

/* What copies the value to where it is kept. An array cannot be assigned, but the struct around one
 * can. */
static char *store_body(const char *type, const char *expression)
{
    struct text body = {0};
    char *declared;

    if (strcmp(type, "void") == 0) {
        text_printf(&body, "(void)(%s);", expression);
    } else if (strstr(type, "<anonymous>")) {
        text_printf(&body, "*(__typeof__(%s) *)__coil_out = (%s);", expression, expression);
    } else if (type_is_array(type)) {
        declared = type_declare(type, "__coil_all");
        text_printf(&body,
                    "struct __coil_array { %s; }; *(struct __coil_array *)__coil_out = "
                    "*(struct __coil_array *)&(%s);",
                    declared, expression);
        free(declared);
    } else {
        declared = type_declare(type, "*__coil_to");
        text_printf(&body, "%s = __coil_out; *__coil_to = (%s);", declared, expression);
        free(declared);
    }
    return text_take(&body);
}

/* Keeps a value as $1, $2 ... for later lines. */
static void keep_value(struct planner *planner, struct step *step)
{
    struct text name = {0};
    struct text text = {0};
    char *declared;

    if (strstr(step->type, "<anonymous>") || step->is_silent || step->is_async)
        return;
    text_printf(&name, "$%u", ++planner->engine->values);
    declared = type_declare(step->type, text_string(&name));
    text_printf(&text, "extern %s;", declared);
    decls_add(&planner->engine->decls, text_string(&text), text_string(&name))->address = step->out;
    step->name = text_take(&name);
    text_free(&text);
    free(declared);
}

static bool add_value(struct planner *planner, const char *expression, const char *type)
{
    struct step *step = planner_step(planner, STEP_VALUE);
    char *body;
    bool ok;

    step->type = type_storable(type);
    planner_note_calls(planner, expression, step);
    step->is_silent = planner->item->is_silent || strcmp(type, "void") == 0;
    if (strcmp(type, "void") != 0) {
        if (type_is_function(type))
            step->size = sizeof(void *);
        else if (!size_of(planner, expression, &step->size))
            return false;
        step->out = calloc(1, step->size);
    }
    body = store_body(step->type, expression);
    ok = build_entry(planner, body, step);
    free(body);
    if (ok && strcmp(type, "void") != 0)
        keep_value(planner, step);
    return ok;
}

static bool add_expression(struct planner *planner)
{
    const char *expression = planner->item->text;
    struct unit unit = planner_unit(planner, NULL);
    char *function = NULL;
    char *argument = NULL;
    char *type = unit_type_of(&unit, expression);
    bool ok;

    if (!type)
        return false;
    if (split_call(expression, &function, &argument) && is_coroutine(planner, function))
        ok = add_coroutine_call(planner, function, argument);
    else
        ok = add_value(planner, expression, type);
    free(function);
    free(argument);
    free(type);
    return ok;
}

bool planner_add_code(struct planner *planner)
{
    return planner->item->kind == ITEM_EXPRESSION ? add_expression(planner)
                                                  : add_statement(planner);
}
