#include "lex.h"

#include <ctype.h>
#include <string.h>

static bool starts_word(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool in_word(char c)
{
    return starts_word(c) || isdigit((unsigned char)c);
}

/* The end of a literal that begins at `at`; one that is not closed ends with its line. */
static const char *skip_literal(const char *at)
{
    char quote = *at++;

    while (*at && *at != quote && *at != '\n')
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at == quote ? at + 1 : at;
}

static const char *blank_block_comment(const char *at, struct text *out)
{
    text_puts(out, " ");
    for (at += 2; *at && !(at[0] == '*' && at[1] == '/'); at++) {
        if (*at == '\n')
            text_puts(out, "\n");
    }
    return *at ? at + 2 : NULL;
}

bool lex_without_comments(const char *source, struct text *out)
{
    const char *at = source;

    while (*at) {
        const char *from = at;

        if (at[0] == '/' && at[1] == '*') {
            at = blank_block_comment(at, out);
            if (!at)
                return false;
            continue;
        }
        if (at[0] == '/' && at[1] == '/') {
            at += strcspn(at, "\n");
            continue;
        }
        at = *at == '"' || *at == '\'' ? skip_literal(at) : at + 1;
        text_add(out, from, (size_t)(at - from));
    }
    return true;
}

static const char *skip_space(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at))
            at++;
        else if (at[0] == '\\' && at[1] == '\n')
            at += 2;
        else
            return at;
    }
}

static bool first_on_line(const char *begin, const char *at)
{
    while (at > begin && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    return at == begin || at[-1] == '\n';
}

static const char *skip_directive(const char *at)
{
    while (*at && *at != '\n')
        at += at[0] == '\\' && at[1] == '\n' ? 2 : 1;
    return at;
}

/* Preprocessing numbers: digits, letters, dots, and signs after an exponent. */
static const char *skip_number(const char *at)
{
    while (in_word(*at) || *at == '.' || ((*at == '+' || *at == '-') && strchr("eEpP", at[-1])))
        at++;
    return at;
}

static const char *skip_punctuation(const char *at)
{
    static const char *const longer[] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
                                         "<=",  ">=",  "==",  "!=", "&&", "||", "*=", "/=",
                                         "%=",  "+=",  "-=",  "&=", "^=", "|=", "##", NULL};

    for (size_t i = 0; longer[i]; i++) {
        if (strncmp(at, longer[i], strlen(longer[i])) == 0)
            return at + strlen(longer[i]);
    }
    return at + 1;
}

struct token lex_next(struct lexer *lexer)
{
    const char *at = skip_space(lexer->at);
    struct token token = {TOKEN_END, at, 0};

    if (!*at) {
        lexer->at = at;
        return token;
    }
    if (*at == '#' && first_on_line(lexer->begin, at)) {
        token.kind = TOKEN_DIRECTIVE;
        at = skip_directive(at);
    } else if (starts_word(*at)) {
        token.kind = TOKEN_WORD;
        while (in_word(*at))
            at++;
    } else if (isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]))) {
        token.kind = TOKEN_NUMBER;
        at = skip_number(at);
    } else if (*at == '"' || *at == '\'') {
        token.kind = *at == '"' ? TOKEN_STRING : TOKEN_CHARACTER;
        at = skip_literal(at);
    } else {
        token.kind = TOKEN_PUNCTUATION;
        at = skip_punctuation(at);
    }
    token.length = (size_t)(at - token.start);
    lexer->at = at;
    return token;
}

struct token lex_peek(const struct lexer *lexer)
{
    struct lexer ahead = *lexer;

    return lex_next(&ahead);
}

bool token_is(struct token token, const char *spelling)
{
    return token.length == strlen(spelling) && memcmp(token.start, spelling, token.length) == 0;
}

bool token_in(struct token token, const char *const *words)
{
    for (; *words; words++) {
        if (token_is(token, *words))
            return true;
    }
    return false;
}

/* Whether the bracket before `at` belongs to a "for", where semicolons may stand. */
static bool after_for(const struct lexer *lexer)
{
    const char *at = lexer->at - 1;

    while (at > lexer->begin && isspace((unsigned char)at[-1]))
        at--;
    return at - lexer->begin >= 3 && memcmp(at - 3, "for", 3) == 0 &&
           (at - lexer->begin == 3 || !in_word(at[-4]));
}

bool lex_skip_brackets(struct lexer *lexer)
{
    static const char opening[] = "([{";
    static const char closing[] = ")]}";
    char open = lexer->at[-1];
    char close = closing[strchr(opening, open) - opening];
    bool semicolons = open == '{' || after_for(lexer);

    for (;;) {
        struct token token = lex_peek(lexer);
        char c = token.kind == TOKEN_PUNCTUATION ? *token.start : '\0';

        if (token.kind == TOKEN_END)
            return false;
        if (c && c != close && (strchr(closing, c) || (c == ';' && !semicolons)))
            return true; /* not C: the compiler shall say it */
        lex_next(lexer);
        if (c == close)
            return true;
        if (c && strchr(opening, c) && !lex_skip_brackets(lexer))
            return false;
    }
}
