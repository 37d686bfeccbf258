/* What was typed, split into items, without a compiler to ask: only "size_t" and "point" are types
 * here. */
#include "split.h"

#include <string.h>

#include "kit/kit.h"

static bool is_type(const char *word, void *arg)
{
    (void)arg;
    return strcmp(word, "size_t") == 0 || strcmp(word, "point") == 0 ||
           strcmp(word, "coil_async int") == 0;
}

static struct items split(const char *chunk)
{
    struct items items;

    CHECK(split_chunk(chunk, false, is_type, NULL, &items));
    return items;
}

static bool complete(const char *chunk)
{
    struct items items;
    bool is = split_chunk(chunk, false, is_type, NULL, &items);

    items_free(&items);
    return is;
}

TEST(expression_needs_no_semicolon_and_is_silent_with_one)
{
    struct items items = split("a + b; c(1, 2)");

    CHECK_EQ(items.count, 2);
    CHECK_EQ(items.at[0].kind, ITEM_EXPRESSION);
    CHECK_STR(items.at[0].text, "a + b");
    CHECK(items.at[0].is_silent);
    CHECK_STR(items.at[1].text, "c(1, 2)");
    CHECK(!items.at[1].is_silent);
    items_free(&items);
}

TEST(brackets_and_operators_at_the_end_of_a_line_ask_for_more)
{
    CHECK(!complete("f(1,"));
    CHECK(!complete("a +"));
    CHECK(!complete("if (x) {"));
    CHECK(!complete("int f(void)"));
    CHECK(!complete("int x"));
    CHECK(!complete("/* a comment"));
    CHECK(!complete("#if 1\nint x;"));
    CHECK(!complete("#define A \\\n"));
    CHECK(complete("a++"));
    CHECK(complete("\"(\" + '{'"));
    CHECK(complete("f(';')"));
}

TEST(semicolon_inside_parentheses_is_a_mistake_not_an_unfinished_line)
{
    CHECK(complete("f(1; int x = 2;"));
    CHECK(!complete("for (;;"));
    CHECK(complete("for (;;) f();"));
}

TEST(comments_vanish_and_lines_stay)
{
    struct items items = split("/* one\ntwo */ a\n// three\n;b /* \"x */");

    CHECK_EQ(items.count, 2);
    CHECK_STR(items.at[0].text, "a");
    CHECK_EQ(items.at[0].line, 2);
    CHECK_EQ(items.at[1].line, 4);
    items_free(&items);
}

TEST(variables_come_one_by_one_without_their_storage_class)
{
    struct items items = split("static unsigned long a = f(1, 2), *b, c[] = {1, 2};");

    CHECK_EQ(items.count, 3);
    for (size_t i = 0; i < items.count; i++)
        CHECK_EQ(items.at[i].kind, ITEM_VARIABLE);
    CHECK_STR(items.at[0].name, "a");
    CHECK_STR(items.at[0].initialiser, " f(1, 2)");
    CHECK_STR(items.at[1].name, "b");
    CHECK(!items.at[1].initialiser);
    CHECK_STR(items.at[2].declarator, " c[] ");
    CHECK(!strstr(items.at[0].specifiers, "static"));
    CHECK(strstr(items.at[0].specifiers, "unsigned long"));
    items_free(&items);
}

TEST(function_is_known_by_its_body_and_its_mark)
{
    struct items items =
        split("static coil_async struct coil_result *f(void *x)\n{\n  { ; }\n}\nint g(int);");

    CHECK_EQ(items.count, 2);
    CHECK_EQ(items.at[0].kind, ITEM_FUNCTION);
    CHECK_STR(items.at[0].name, "f");
    CHECK(items.at[0].is_async);
    CHECK(!strstr(items.at[0].text, "static"));
    CHECK_EQ(items.at[1].kind, ITEM_PROTOTYPE);
    CHECK(items.at[1].is_function && !items.at[1].is_async);
    CHECK_EQ(items.at[1].line, 5);
    items_free(&items);
}

TEST(pointer_to_function_is_a_variable_and_a_function_may_return_one)
{
    struct items items = split("int (*a)(int) = 0; int (*b(void))(int) { return 0; }");

    CHECK_EQ(items.count, 2);
    CHECK_EQ(items.at[0].kind, ITEM_VARIABLE);
    CHECK_STR(items.at[0].name, "a");
    CHECK_EQ(items.at[1].kind, ITEM_FUNCTION);
    CHECK_STR(items.at[1].name, "b");
    items_free(&items);
}

TEST(struct_with_a_variable_is_a_type_and_a_variable)
{
    struct items items = split("struct p { int x; } a = {1}; struct { int y; } b; struct p;");

    CHECK_EQ(items.count, 5);
    CHECK_EQ(items.at[0].kind, ITEM_TYPE);
    CHECK_EQ(items.at[1].kind, ITEM_VARIABLE);
    CHECK(strstr(items.at[1].specifiers, "struct p"));
    CHECK(!strstr(items.at[1].specifiers, "{"));
    CHECK_EQ(items.at[2].kind, ITEM_TYPE);
    CHECK(strstr(items.at[3].specifiers, "__coil_tag_"));
    CHECK_EQ(items.at[4].kind, ITEM_TYPE);
    items_free(&items);
}

TEST(only_the_compiler_knows_whether_a_star_multiplies)
{
    struct items items = split("size_t *a; b * c; point d;");

    CHECK_EQ(items.count, 3);
    CHECK_EQ(items.at[0].kind, ITEM_VARIABLE);
    CHECK_EQ(items.at[1].kind, ITEM_EXPRESSION);
    CHECK_EQ(items.at[2].kind, ITEM_VARIABLE);
    items_free(&items);
}

TEST(statements_end_where_c_says)
{
    struct items items = split(
        "if (a) b(); else if (c) { d(); } else e(); do f(); while (g); { h(); } for (;;) i();");

    CHECK_EQ(items.count, 4);
    for (size_t i = 0; i < items.count; i++)
        CHECK_EQ(items.at[i].kind, ITEM_STATEMENT);
    CHECK_STR(items.at[1].text, "do f(); while (g);");
    items_free(&items);
}

TEST(typedef_and_directives_are_taken_whole)
{
    struct items items = split(
        "#define A 1, \\\n  2\ntypedef struct q { int x, y; } *q;\n#ifdef B\n#else\n#endif\n");

    CHECK_EQ(items.count, 3);
    CHECK_EQ(items.at[0].kind, ITEM_DIRECTIVE);
    CHECK_EQ(items.at[1].kind, ITEM_TYPE);
    CHECK_EQ(items.at[1].line, 3);
    CHECK_EQ(items.at[2].kind, ITEM_DIRECTIVE);
    items_free(&items);
}

TEST(what_will_never_be_finished_is_left_to_the_compiler)
{
    struct items items;

    CHECK(split_chunk("int x = (1", true, is_type, NULL, &items));
    CHECK_EQ(items.count, 1);
    CHECK_STR(items.at[0].initialiser, " (1");
    items_free(&items);
}
