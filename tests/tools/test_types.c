#include "types.h"

#include <stdlib.h>
#include <string.h>

#include "kit/kit.h"

static void check_declare(const char *type, const char *declared)
{
    char *text = type_declare(type, "x");

    CHECK_STR(text, declared);
    free(text);
}

TEST(name_goes_where_c_puts_it)
{
    check_declare("int", "int x");
    check_declare("struct p *", "struct p *x");
    check_declare("int [3]", "int x[3]");
    check_declare("int (*)[3]", "int (*x)[3]");
    check_declare("int (*)(char *)", "int (*x)(char *)");
    check_declare("int (*[4])(char *)", "int (*x[4])(char *)");
    check_declare("int (*(*)[4])(char *)", "int (*(*x)[4])(char *)");
    check_declare("struct p *(int)", "struct p *x(int)");
}

static void check_clean(const char *said, const char *type)
{
    char *text = type_clean(said, strlen(said));

    CHECK_STR(text, type);
    free(text);
}

TEST(storage_and_doubled_qualifiers_are_not_of_the_type)
{
    check_clean("extern extern struct p *", "struct p *");
    check_clean("static int", "int");
    check_clean("extern const const char *const ", "const char *");
}

TEST(kinds_are_told_by_what_follows_the_name)
{
    CHECK(type_is_array("int [3]") && type_is_array("int (*[2])(int)"));
    CHECK(!type_is_array("int (*)[3]") && !type_is_array("int"));
    CHECK(type_is_function("int (int)") && !type_is_function("int (*)(int)"));
    CHECK(type_is_pointer("int (*)(int)") && type_is_pointer("char *") &&
          type_is_pointer("int (*)[3]"));
    CHECK(!type_is_pointer("struct p *(int)") && !type_is_pointer("char *[2]"));
}

TEST(element_of_an_array)
{
    size_t count = 0;
    char *element = type_element("int [2][3]", &count);

    CHECK_EQ(count, 2);
    CHECK_STR(element, "int [3]");
    free(element);
    element = type_element("int (*[4])(char *)", &count);
    CHECK_EQ(count, 4);
    CHECK_STR(element, "int (*)(char *)");
    free(element);
    CHECK(!type_element("int (*)[3]", &count));
}

TEST(what_holds_a_copy_is_not_const_and_a_function_is_held_by_its_address)
{
    char *type = type_storable("const volatile int");

    CHECK_STR(type, "int");
    free(type);
    type = type_storable("const char *");
    CHECK_STR(type, "const char *");
    free(type);
    type = type_storable("int (int)");
    CHECK_STR(type, "int (*)(int)");
    free(type);
}
