/*
 * Declarations: specifiers ("static unsigned long"), then declarators ("*p", "t[3]", "f(int)"),
 * each perhaps with an initialiser; or a function's body.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "splitter.h"

static const char *const storage_words[] = {"static",   "inline", "__inline",  "__inline__",
                                            "register", "auto",   "_Noreturn", NULL};
static const char *const qualifier_words[] = {
    "const",      "volatile",     "restrict",      "__const", "__volatile__",
    "__restrict", "__restrict__", "__extension__", "_Atomic", NULL};
static const char *const type_words[] = {"void",       "char",     "short",  "int",      "long",
                                         "float",      "double",   "signed", "unsigned", "_Bool",
                                         "__signed__", "_Complex", NULL};
static const char *const tagged_words[] = {"struct", "union", "enum", NULL};
static const char *const call_words[] = {"typeof",        "__typeof__",  "__typeof", "_Alignas",
                                         "__attribute__", "__attribute", NULL};
static const char *const attribute_words[] = {"__attribute__", "__attribute", "__asm__", "asm",
                                              NULL};
/* Words of C that begin an expression. */
static const char *const other_words[] = {"sizeof", "_Alignof", "_Generic", NULL};

struct specifiers {
    const char *start;
    struct text full;  /* with the body of a struct, without the storage class */
    struct text brief; /* without the body */
    bool is_typedef, is_extern, is_async, has_body, has_type;
};

static bool begins_declaration(struct token word)
{
    static const char *const more[] = {"typedef",       "extern",   "_Static_assert",
                                       "_Thread_local", "__thread", NULL};

    return token_in(word, storage_words) || token_in(word, qualifier_words) ||
           token_in(word, type_words) || token_in(word, tagged_words) ||
           token_in(word, call_words) || token_in(word, more);
}

/* Asks whether the word, with `more` behind it, is a type. */
static bool names_type(const struct splitter *splitter, struct token word, const char *more)
{
    struct text type = {0};
    bool is;

    text_printf(&type, "%.*s%s", (int)word.length, word.start, more);
    is = splitter->is_type && splitter->is_type(text_string(&type), splitter->arg);
    text_free(&type);
    return is;
}

bool declaration_follows(const struct splitter *splitter)
{
    struct lexer ahead = splitter->lexer;
    struct token word = lex_next(&ahead);
    struct token next = lex_next(&ahead);

    if (word.kind != TOKEN_WORD || token_in(word, other_words))
        return false;
    if (begins_declaration(word))
        return true;
    if (next.kind == TOKEN_WORD) /* a type's name, or a macro in front of a type, like coil_async */
        return names_type(splitter, word, "") || names_type(splitter, word, " int");
    if (token_is(next, "("))
        return token_is(lex_next(&ahead), "*") && names_type(splitter, word, "");
    return token_is(next, "*") && names_type(splitter, word, "");
}

/* Adds the text between two places, or only its line ends. */
static void add_source(struct text *text, const char *from, const char *to, bool blank)
{
    if (!blank) {
        text_add(text, from, (size_t)(to - from));
        return;
    }
    for (; from < to; from++)
        text_puts(text, *from == '\n' ? "\n" : " ");
}

/* "struct point {...}", after the "struct". A body without a tag gets one, so that it can be named
 * again. */
static bool read_tagged(struct splitter *splitter, struct specifiers *spec)
{
    static unsigned tags;
    struct token token = lex_peek(&splitter->lexer);
    const char *from = splitter->lexer.at;

    if (token.kind == TOKEN_WORD && !token_in(token, call_words)) {
        lex_next(&splitter->lexer);
        add_source(&spec->full, from, splitter->lexer.at, false);
        add_source(&spec->brief, from, splitter->lexer.at, false);
        from = splitter->lexer.at;
    } else if (token_is(token, "{")) {
        text_printf(&spec->full, " __coil_tag_%u", ++tags);
        text_printf(&spec->brief, " __coil_tag_%u", tags);
    }
    if (!token_is(lex_peek(&splitter->lexer), "{"))
        return true;
    lex_next(&splitter->lexer);
    spec->has_body = true;
    if (!lex_skip_brackets(&splitter->lexer) && !splitter->final)
        return false;
    add_source(&spec->full, from, splitter->lexer.at, false);
    return true;
}

/* Whether a word that is no keyword still belongs to the specifiers: a type's name, or a macro like
 * coil_async. */
static bool is_specifier(const struct splitter *splitter, const struct specifiers *spec, bool first)
{
    struct lexer ahead = splitter->lexer;
    struct token next;

    lex_next(&ahead);
    next = lex_next(&ahead);
    if (next.kind == TOKEN_WORD)
        return !token_in(next, attribute_words);
    if (token_is(next, "*"))
        return true;
    return first && !spec->has_type;
}

static void note_specifier(struct specifiers *spec, struct token token)
{
    spec->is_typedef |= token_is(token, "typedef");
    spec->is_extern |= token_is(token, "extern");
    spec->is_async |= token_is(token, "coil_async");
    spec->has_type |= token_in(token, type_words) || token_in(token, tagged_words);
}

static bool read_specifiers(struct splitter *splitter, struct specifiers *spec)
{
    bool first = true;

    for (;;) {
        struct token token = lex_peek(&splitter->lexer);
        const char *from = splitter->lexer.at;
        bool blank = token_in(token, storage_words) || token_is(token, "extern");

        if (token.kind != TOKEN_WORD)
            return true;
        if (!begins_declaration(token) && !is_specifier(splitter, spec, first))
            return true;
        first = first && blank;
        note_specifier(spec, token);
        lex_next(&splitter->lexer);
        if (token_in(token, call_words) && token_is(lex_peek(&splitter->lexer), "(")) {
            lex_next(&splitter->lexer);
            if (!lex_skip_brackets(&splitter->lexer) && !splitter->final)
                return false;
        }
        add_source(&spec->full, from, splitter->lexer.at, blank);
        add_source(&spec->brief, from, splitter->lexer.at, blank);
        if (token_in(token, tagged_words) && !read_tagged(splitter, spec))
            return false;
    }
}

/* The name inside a declarator: "*(*f)(int)" -> f. */
static struct token declared_name(const char *declarator, bool *is_function)
{
    struct lexer lexer = {declarator, declarator};
    struct token token;

    *is_function = false;
    while ((token = lex_next(&lexer)).kind != TOKEN_END) {
        if (token_in(token, attribute_words)) {
            lex_next(&lexer);
            lex_skip_brackets(&lexer);
        } else if (token.kind == TOKEN_WORD && !token_in(token, qualifier_words)) {
            *is_function = token_is(lex_peek(&lexer), "(");
            return token;
        }
    }
    return token;
}

/* Reads to one of the stop characters outside all brackets, and returns that token. */
static struct token read_until(struct splitter *splitter, const char *stops)
{
    for (;;) {
        struct token token = lex_peek(&splitter->lexer);

        if (token.kind == TOKEN_END)
            return token;
        if (token.kind == TOKEN_PUNCTUATION && token.length == 1 && strchr(stops, *token.start))
            return token;
        lex_next(&splitter->lexer);
        if (token.kind == TOKEN_PUNCTUATION && strchr("([{", *token.start))
            lex_skip_brackets(&splitter->lexer);
    }
}

static char *join(const struct text *specifiers, const char *declarator)
{
    struct text text = {0};

    text_printf(&text, "%s %s", text_string(specifiers), declarator);
    return text_take(&text);
}

/* "struct point { int x, y; } origin;" is two items: the type, and the variable. */
static void add_type(struct splitter *splitter, const struct specifiers *spec)
{
    struct item *item = splitter_add(splitter, ITEM_TYPE, spec->start);
    struct text text = {0};

    text_printf(&text, "%s;", text_string(&spec->full));
    item->text = text_take(&text);
}

static bool add_function(struct splitter *splitter, const struct specifiers *spec, char *declarator,
                         struct token name)
{
    struct item *item = splitter_add(splitter, ITEM_FUNCTION, spec->start);
    const char *body = lex_peek(&splitter->lexer).start;
    struct text text = {0};
    bool whole;

    lex_next(&splitter->lexer);
    whole = lex_skip_brackets(&splitter->lexer);
    item->head = join(&spec->brief, declarator);
    item->name = string_copy(name.start, name.length);
    item->is_function = true;
    item->is_async = spec->is_async;
    text_puts(&text, item->head);
    text_add(&text, body, (size_t)(splitter->lexer.at - body));
    item->text = text_take(&text);
    return whole || splitter->final;
}

static void add_declared(struct splitter *splitter, const struct specifiers *spec, char *declarator,
                         char *initialiser)
{
    bool is_function;
    struct token name = declared_name(declarator, &is_function);
    bool declares = is_function || (spec->is_extern && !initialiser);
    struct item *item =
        splitter_add(splitter, declares ? ITEM_PROTOTYPE : ITEM_VARIABLE, spec->start);

    item->name = string_copy(name.start, name.length);
    item->is_function = is_function;
    item->is_async = spec->is_async;
    item->head = join(&spec->brief, declarator);
    item->specifiers = string_copy(text_string(&spec->brief), spec->brief.length);
    item->declarator = string_copy(declarator, strlen(declarator));
    item->initialiser = initialiser;
}

/* One declarator and what follows it. Returns false if more lines must come; *last tells whether it
 * was the last. */
static bool read_declarator(struct splitter *splitter, const struct specifiers *spec, bool *last)
{
    const char *from = splitter->lexer.at;
    struct token stop = read_until(splitter, ",;={");
    char *declarator = string_copy(from, (size_t)(stop.start - from));
    char *initialiser = NULL;
    bool is_function;
    struct token name = declared_name(declarator, &is_function);
    bool whole = true;

    *last = true;
    if (token_is(stop, "{") && is_function) {
        whole = add_function(splitter, spec, declarator, name);
        free(declarator);
        return whole;
    }
    if (token_is(stop, "=")) {
        lex_next(&splitter->lexer);
        from = splitter->lexer.at;
        stop = read_until(splitter, ",;");
        initialiser = string_copy(from, (size_t)(stop.start - from));
    }
    whole = stop.kind != TOKEN_END || splitter->final;
    if (whole && name.kind == TOKEN_WORD)
        add_declared(splitter, spec, declarator, initialiser);
    else
        free(initialiser);
    free(declarator);
    *last = !token_is(stop, ",");
    if (stop.kind != TOKEN_END)
        lex_next(&splitter->lexer);
    return whole;
}

/* "typedef ...;", "struct point {...};", "_Static_assert(...);": as it stands. */
static bool read_plain(struct splitter *splitter, const struct specifiers *spec)
{
    const char *from = splitter->lexer.at;
    struct token stop = read_until(splitter, ";");
    struct item *item;

    if (stop.kind == TOKEN_END && !splitter->final)
        return false;
    item = splitter_add(splitter, ITEM_TYPE, spec->start);
    if (stop.kind != TOKEN_END)
        lex_next(&splitter->lexer);
    item->text = string_copy(spec->start, (size_t)(splitter->lexer.at - spec->start));
    if (spec->is_typedef) {
        char *declarator = string_copy(from, (size_t)(stop.start - from));
        bool is_function;
        struct token name = declared_name(declarator, &is_function);

        item->name = string_copy(name.start, name.length);
        free(declarator);
    }
    return true;
}

bool declaration_split(struct splitter *splitter)
{
    struct specifiers spec = {.start = lex_peek(&splitter->lexer).start};
    bool whole = true;
    bool last = false;

    if (token_is(lex_peek(&splitter->lexer), "_Static_assert"))
        return read_plain(splitter, &spec);
    whole = read_specifiers(splitter, &spec);
    if (whole && (spec.is_typedef || token_is(lex_peek(&splitter->lexer), ";"))) {
        whole = read_plain(splitter, &spec);
    } else if (whole) {
        if (spec.has_body && (lex_peek(&splitter->lexer).kind != TOKEN_END || splitter->final))
            add_type(splitter, &spec);
        while (whole && !last)
            whole = read_declarator(splitter, &spec, &last);
    }
    text_free(&spec.full);
    text_free(&spec.brief);
    return whole;
}
