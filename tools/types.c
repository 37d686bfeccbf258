#include "types.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Skips any of the words in front, as often as they come. */
static const char *skip_words(const char *type, const char *const *words)
{
    for (size_t i = 0; words[i];) {
        bool hit = strncmp(type, words[i], strlen(words[i])) == 0;

        type += hit ? strlen(words[i]) : 0;
        i = hit ? 0 : i + 1;
    }
    return type;
}

/* "char *const " -> "char *": a value has no qualifier of its own. */
static void drop_last_qualifier(struct text *type)
{
    static const char last[] = "*const";

    while (type->length && type->data[type->length - 1] == ' ')
        type->data[--type->length] = '\0';
    if (type->length >= strlen(last) &&
        strcmp(type->data + type->length - strlen(last), last) == 0) {
        type->length -= strlen("const");
        type->data[type->length] = '\0';
    }
}

/* tcc says "extern extern const const char *const ". */
char *type_clean(const char *type, size_t length)
{
    static const char *const storage[] = {"extern ", "static ", "inline ", "register ", NULL};
    static const char twice[] = "const const ";
    struct text text = {0};
    char *copy = string_copy(type, length);
    char *again;

    while ((again = strstr(copy, twice)))
        memmove(again, again + strlen("const "), strlen(again + strlen("const ")) + 1);
    text_puts(&text, skip_words(copy, storage));
    drop_last_qualifier(&text);
    free(copy);
    return text_take(&text);
}

/* Where the name goes. */
static size_t name_place(const char *type)
{
    static const char *const inner[] = {"*", " ", "const", "volatile", NULL};
    const char *at = strpbrk(type, "([");

    if (!at)
        return strlen(type);
    while (at[0] == '(' && at[1] == '*')
        at = skip_words(at + 1, inner);
    return (size_t)(at - type);
}

char *type_declare(const char *type, const char *name)
{
    size_t place = name_place(type);
    struct text text = {0};

    text_add(&text, type, place);
    text_printf(&text, "%s%s%s", place && strchr(" *", type[place - 1]) ? "" : " ", name,
                type + place);
    return text_take(&text);
}

bool type_is_array(const char *type)
{
    return type[name_place(type)] == '[';
}

bool type_is_function(const char *type)
{
    return type[name_place(type)] == '(';
}

bool type_is_pointer(const char *type)
{
    size_t place = name_place(type);

    while (place > 0 && type[place - 1] == ' ')
        place--;
    return !type_is_array(type) && !type_is_function(type) && place > 0 && type[place - 1] == '*';
}

const char *type_unqualified(const char *type)
{
    static const char *const qualifiers[] = {"const ", "volatile ", NULL};

    return skip_words(type, qualifiers);
}

char *type_storable(const char *type)
{
    const char *plain = type_unqualified(type);

    if (type_is_function(type))
        return type_declare(type, "(*)");
    return strchr(type, '*') ? string_copy(type, strlen(type)) : string_copy(plain, strlen(plain));
}

char *type_element(const char *type, size_t *count)
{
    size_t place = name_place(type);
    struct text element = {0};
    char *end;

    if (!type_is_array(type))
        return NULL;
    *count = strtoul(type + place + 1, &end, 10);
    text_add(&element, type, place);
    if (*end == ']')
        text_puts(&element, end + 1);
    while (element.length && element.data[element.length - 1] == ' ')
        element.data[--element.length] = '\0';
    return text_take(&element);
}
