#include "split.h"

#include <stdlib.h>
#include <string.h>

#include "splitter.h"

static const char *const statement_words[] = {"if",       "for",  "while",   "do",    "switch",
                                              "return",   "goto", "case",    "break", "default",
                                              "continue", "asm",  "__asm__", NULL};

static int line_of(const struct splitter *splitter, const char *place)
{
    int line = 1;

    for (const char *at = splitter->lexer.begin; at < place; at++)
        line += *at == '\n';
    return line;
}

struct item *splitter_add(struct splitter *splitter, enum item_kind kind, const char *start)
{
    struct items *items = splitter->items;
    struct item *item;

    items->at = memory_resize(items->at, items->count + 1, sizeof(*items->at));
    item = &items->at[items->count++];
    *item = (struct item){.kind = kind, .line = line_of(splitter, start)};
    return item;
}

static void add_range(struct splitter *splitter, enum item_kind kind, const char *start)
{
    splitter_add(splitter, kind, start)->text =
        string_copy(start, (size_t)(splitter->lexer.at - start));
}

static bool is_conditional(struct token directive, const char *word)
{
    struct lexer lexer = {directive.start + 1, directive.start + 1};

    return strncmp(lex_peek(&lexer).start, word, strlen(word)) == 0;
}

/* A directive; an #if with all that follows it up to its #endif. */
static bool split_directive(struct splitter *splitter)
{
    struct token token = lex_next(&splitter->lexer);
    const char *start = token.start;
    int depth = is_conditional(token, "if");

    while (depth > 0) {
        token = lex_next(&splitter->lexer);
        if (token.kind == TOKEN_END)
            break;
        if (token.kind == TOKEN_DIRECTIVE)
            depth += is_conditional(token, "if") - is_conditional(token, "endif");
    }
    if (!splitter->final && (depth > 0 || splitter->lexer.at[-1] == '\\'))
        return false;
    add_range(splitter, ITEM_DIRECTIVE, start);
    return true;
}

/* Reads to the semicolon. Returns false if the text ends first. */
static bool skip_simple(struct lexer *lexer)
{
    for (;;) {
        struct token token = lex_next(lexer);

        if (token.kind == TOKEN_END)
            return false;
        if (token.kind != TOKEN_PUNCTUATION)
            continue;
        if (*token.start == ';')
            return true;
        if (strchr("([{", *token.start) && !lex_skip_brackets(lexer))
            return false;
    }
}

static bool skip_parenthesis(struct lexer *lexer)
{
    return token_is(lex_next(lexer), "(") && lex_skip_brackets(lexer);
}

static bool skip_statement(struct lexer *lexer)
{
    struct token token = lex_peek(lexer);

    if (token_is(token, "{")) {
        lex_next(lexer);
        return lex_skip_brackets(lexer);
    }
    if (token_is(token, "if")) {
        lex_next(lexer);
        if (!skip_parenthesis(lexer) || !skip_statement(lexer))
            return false;
        if (!token_is(lex_peek(lexer), "else"))
            return true;
        lex_next(lexer);
        return skip_statement(lexer);
    }
    if (token_is(token, "for") || token_is(token, "while") || token_is(token, "switch")) {
        lex_next(lexer);
        return skip_parenthesis(lexer) && skip_statement(lexer);
    }
    if (token_is(token, "do")) {
        lex_next(lexer);
        return skip_statement(lexer) && skip_simple(lexer);
    }
    return skip_simple(lexer);
}

static bool split_statement(struct splitter *splitter)
{
    const char *start = lex_peek(&splitter->lexer).start;

    if (!skip_statement(&splitter->lexer) && !splitter->final)
        return false;
    add_range(splitter, ITEM_STATEMENT, start);
    return true;
}

/* Whether an expression that ends here cannot be all: "a +". */
static bool wants_more(struct token last)
{
    return last.kind == TOKEN_PUNCTUATION && !strchr(")]}", *last.start) && !token_is(last, "++") &&
           !token_is(last, "--");
}

static bool split_expression(struct splitter *splitter)
{
    struct lexer *lexer = &splitter->lexer;
    const char *start = lex_peek(lexer).start;
    struct token last = {TOKEN_END, start, 0};
    struct item *item;
    struct token token;

    while ((token = lex_peek(lexer)).kind != TOKEN_END && token.kind != TOKEN_DIRECTIVE &&
           !token_is(token, ";")) {
        lex_next(lexer);
        if (token.kind == TOKEN_PUNCTUATION && strchr("([{", *token.start) &&
            !lex_skip_brackets(lexer) && !splitter->final)
            return false;
        last = token.kind == TOKEN_PUNCTUATION && strchr("([{", *token.start) ? (struct token){0}
                                                                              : token;
    }
    if (token.kind == TOKEN_END && wants_more(last) && !splitter->final)
        return false;
    item = splitter_add(splitter, ITEM_EXPRESSION, start);
    item->text = string_copy(start, (size_t)(lexer->at - start));
    item->is_silent = token_is(token, ";");
    if (item->is_silent)
        lex_next(lexer);
    return true;
}

static bool split_item(struct splitter *splitter)
{
    struct token token = lex_peek(&splitter->lexer);
    struct lexer ahead = splitter->lexer;

    if (token.kind == TOKEN_DIRECTIVE)
        return split_directive(splitter);
    if (token_in(token, statement_words) || token_is(token, "{"))
        return split_statement(splitter);
    if (declaration_follows(splitter))
        return declaration_split(splitter);
    lex_next(&ahead);
    if (token.kind == TOKEN_WORD && token_is(lex_next(&ahead), ":"))
        return split_statement(splitter);
    return split_expression(splitter);
}

bool split_chunk(const char *chunk, bool final, split_is_type_fn *is_type, void *arg,
                 struct items *items)
{
    struct text clean = {0};
    struct splitter splitter = {.final = final, .is_type = is_type, .arg = arg, .items = items};
    bool whole = lex_without_comments(chunk, &clean) || final;
    size_t length = clean.length;

    *items = (struct items){0};
    splitter.lexer = (struct lexer){text_string(&clean), text_string(&clean)};
    if (length >= 2 && !final && strcmp(clean.data + length - 2, "\\\n") == 0)
        whole = false;
    while (whole && lex_peek(&splitter.lexer).kind != TOKEN_END) {
        if (token_is(lex_peek(&splitter.lexer), ";"))
            lex_next(&splitter.lexer);
        else
            whole = split_item(&splitter);
    }
    text_free(&clean);
    if (!whole)
        items_free(items);
    return whole;
}

void items_free(struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        struct item *item = &items->at[i];

        free(item->text);
        free(item->head);
        free(item->name);
        free(item->specifiers);
        free(item->declarator);
        free(item->initialiser);
    }
    free(items->at);
    *items = (struct items){0};
}
