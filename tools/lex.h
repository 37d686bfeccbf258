/*
 * C as tokens: just enough to tell where things begin and end. Whether they mean anything is left
 * to the compiler.
 */
#ifndef TOOLS_LEX_H
#define TOOLS_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD, /* identifier or keyword */
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_CHARACTER,
    TOKEN_PUNCTUATION,
    TOKEN_DIRECTIVE /* from '#' to the end of the line, continuation lines included */
};

struct token {
    enum token_kind kind;
    const char *start;
    size_t length;
};

struct lexer {
    const char *begin; /* of the text: tells whether a '#' is the first on its line */
    const char *at;
};

/* Copies C source with every comment blanked; lines stay where they are. Returns false if a comment
 * does not end. */
bool lex_without_comments(const char *source, struct text *out);

/* The next token of a text without comments. */
struct token lex_next(struct lexer *lexer);
struct token lex_peek(const struct lexer *lexer);

bool token_is(struct token token, const char *spelling);

/* Whether the word is one of a list that ends in NULL. */
bool token_in(struct token token, const char *const *words);

/*
 * Steps over what an opening bracket, just read, opens. Returns false if the text ends first. What
 * no bracket may hold ends it too, so that a mistake is not taken for a line that goes on.
 */
bool lex_skip_brackets(struct lexer *lexer);

#endif
