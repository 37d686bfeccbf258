/* Directories: the driver brings the names as they are found, here they are put in order. */
#include <coil/file.h>

#include "io/op_wait.h"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One block: the pointers, and behind them what they point to. */
static int make_listing(const char *names, size_t count, struct coil_listing *out)
{
    const char *end = names;
    char *text;

    for (size_t i = 0; i < count; i++)
        end += strlen(end) + 1;
    out->name = mem_alloc(count * sizeof(*out->name) + (size_t)(end - names) + 1);
    if (out->name == NULL)
        return -ENOMEM;
    out->count = count;
    text = (char *)(out->name + count);
    memcpy(text, names, (size_t)(end - names));
    for (size_t i = 0; i < count; i++) {
        out->name[i] = text;
        text += strlen(text) + 1;
    }
    qsort(out->name, count, sizeof(*out->name), compare_names);
    return 0;
}

coil_async int coil_listdir(const char *path, struct coil_listing *out)
{
    char *names = NULL;
    struct op_wait wait = {.op = {.kind = OP_LIST, .list = {path, &names}}};
    struct coil_listing listing;
    int64_t count = coil__op_run(&wait, "listdir");
    int err;

    if (count < 0)
        return (int)count;
    err = make_listing(names, (size_t)count, &listing);
    mem_free(names);
    if (err == 0)
        *out = listing;
    return err;
}

void coil_listing_free(struct coil_listing *names)
{
    mem_free(names->name);
    *names = (struct coil_listing){0};
}
