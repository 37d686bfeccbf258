/* What the items of a batch came to. */
#include <stddef.h>

#include "base/alloc.h"
#include "work/executor.h"

struct results {
    struct coil_results results;
    coil_drop_fn *drop;
    struct coil_exception **exceptions;
    struct coil_result each[];
};

struct coil_results *coil__results_new(size_t n, coil_drop_fn *drop)
{
    const size_t each = sizeof(struct coil_result) + sizeof(struct coil_exception *);
    struct results *self;

    if (n > (PTRDIFF_MAX - sizeof(*self)) / each)
        return NULL;
    self = mem_zalloc(sizeof(*self) + n * each);
    if (self == NULL)
        return NULL;
    self->results.n = n;
    self->results.of = self->each;
    self->drop = drop;
    self->exceptions = (struct coil_exception **)(self->each + n);
    return &self->results;
}

static struct results *results_of(const struct coil_results *results)
{
    return (struct results *)(uintptr_t)results; /* its first member */
}

void coil__results_set(struct coil_results *results, size_t index, struct coil_result result,
                       struct coil_exception *exception)
{
    results->of[index] = result.status < 0 ? coil_error(result.status) : result;
    results_of(results)->exceptions[index] = exception;
}

const struct coil_exception *coil_results_exception(const struct coil_results *results,
                                                    size_t index)
{
    return index < results->n ? results_of(results)->exceptions[index] : NULL;
}

void coil_results_free(void *results)
{
    struct results *self = results;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->results.n; i++) {
        if (self->each[i].status >= 0 && self->each[i].value != NULL && self->drop != NULL)
            self->drop(self->each[i].value);
        exception_unref(self->exceptions[i]);
    }
    mem_free(self);
}
