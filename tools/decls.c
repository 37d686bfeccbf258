#include "decls.h"

#include <stdlib.h>
#include <string.h>

struct decl *decls_find(const struct decls *decls, const char *name)
{
    for (size_t i = decls->count; i-- > 0;) {
        struct decl *decl = &decls->at[i];

        if (!decl->replaced_by && decl->name && strcmp(decl->name, name) == 0)
            return decl;
    }
    return NULL;
}

struct decl *decls_add(struct decls *decls, const char *text, const char *name)
{
    struct decl *old = name ? decls_find(decls, name) : NULL;
    struct decl *decl;

    if (old)
        old->replaced_by = decls->count + 1;
    decls->at = memory_resize(decls->at, decls->count + 1, sizeof(*decls->at));
    decl = &decls->at[decls->count++];
    *decl = (struct decl){.text = string_copy(text, strlen(text))};
    if (name)
        decl->name = string_copy(name, strlen(name));
    return decl;
}

void decls_write(const struct decls *decls, const char *except, struct text *out)
{
    for (size_t i = 0; i < decls->count; i++) {
        const struct decl *decl = &decls->at[i];

        if (decl->replaced_by || (except && decl->name && strcmp(decl->name, except) == 0))
            continue;
        text_printf(out, "%s\n", decl->text);
    }
}

void decls_rollback(struct decls *decls, size_t count)
{
    while (decls->count > count) {
        struct decl *last = &decls->at[--decls->count];

        free(last->text);
        free(last->name);
    }
    for (size_t i = 0; i < count; i++) {
        if (decls->at[i].replaced_by > count)
            decls->at[i].replaced_by = 0;
    }
}

void decls_free(struct decls *decls)
{
    decls_rollback(decls, 0);
    free(decls->at);
    *decls = (struct decls){0};
}
