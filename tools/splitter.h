/*
 * What the two halves of the splitter share: split.c (statements, expressions, directives) and
 * declare.c (declarations).
 */
#ifndef TOOLS_SPLITTER_H
#define TOOLS_SPLITTER_H

#include "lex.h"
#include "split.h"

struct splitter {
    struct lexer lexer;
    bool final; /* no more lines will come */
    split_is_type_fn *is_type;
    void *arg;
    struct items *items;
};

/* A new item that begins at a place of the text. Valid until the next one is added. */
struct item *splitter_add(struct splitter *splitter, enum item_kind kind, const char *start);

/* Whether a declaration stands here. */
bool declaration_follows(const struct splitter *splitter);

/* Splits one declaration off. Returns false if the text ends inside it and more may come. */
bool declaration_split(struct splitter *splitter);

#endif
