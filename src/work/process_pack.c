#include "work/process_pack.h"

#include <pthread.h>
#include <stddef.h>

#include "base/alloc.h"
#include "mach/sys_process.h"
#include "work/executor.h"
#include "work/process_message.h"

#define PLACES_MOST 4096

/* Before each item: behind it text, place and data, and what is missing to the next multiple. */
struct packed {
    int64_t status;
    uint64_t data_bytes;
    uint32_t text_bytes, place_bytes;
    uint64_t no_data; /* the value is NULL */
};

/* A wild pointer must not take the worker with it. */
bool coil__pack_is_bytes(const void *value)
{
    const struct coil_bytes *bytes = value;

    if ((uintptr_t)value % _Alignof(max_align_t) != 0 || !coil__sys_is_mapped(value))
        return false;
    return bytes->size == 0 || ((uintptr_t)bytes->data % _Alignof(max_align_t) == 0 &&
                                coil__sys_is_mapped(bytes->data) && bytes->size <= PTRDIFF_MAX &&
                                coil__sys_is_mapped((const char *)bytes->data + bytes->size - 1));
}

static size_t aligned(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static size_t shortened(const char *text, size_t most)
{
    return strnlen(text, most);
}

static struct packed describe(const struct coil_results *results, size_t index)
{
    const struct coil_exception *exception = coil_results_exception(results, index);
    struct coil_result result = results->of[index];
    struct packed item = {.status = result.status, .no_data = 1};

    if (result.status >= 0 && result.value != NULL) {
        if (coil__pack_is_bytes(result.value)) {
            item.no_data = 0;
            item.data_bytes = ((struct coil_bytes *)result.value)->size;
        } else {
            item.status = -ENOEXEC;
        }
    }
    item.text_bytes = (uint32_t)shortened(coil_exception_text(exception), TEXT_MOST);
    item.place_bytes = (uint32_t)shortened(coil_exception_place(exception), PLACE_MOST);
    return item;
}

static size_t bytes_of(const struct packed *item)
{
    return aligned(sizeof(*item) + item->text_bytes + item->place_bytes + item->data_bytes);
}

static char *put(char *at, const void *data, size_t size)
{
    if (size > 0)
        memcpy(at, data, size);
    return at + size;
}

static void pack_item(const struct coil_results *results, size_t index, const struct packed *item,
                      char *at)
{
    const struct coil_exception *exception = coil_results_exception(results, index);

    at = put(at, item, sizeof(*item));
    at = put(at, coil_exception_text(exception), item->text_bytes);
    at = put(at, coil_exception_place(exception), item->place_bytes);
    if (item->data_bytes > 0)
        put(at, ((struct coil_bytes *)results->of[index].value)->data, item->data_bytes);
}

struct coil_bytes *coil__pack_results(const struct coil_results *results)
{
    struct coil_bytes *bytes;
    size_t size = 0, at = 0;

    for (size_t i = 0; i < results->n; i++) {
        struct packed item = describe(results, i);

        if (__builtin_add_overflow(size, bytes_of(&item), &size))
            return NULL;
    }
    bytes = coil_bytes_new(size);
    for (size_t i = 0; bytes != NULL && i < results->n; i++) {
        struct packed item = describe(results, i);

        pack_item(results, i, &item, (char *)bytes->data + at);
        at += bytes_of(&item);
    }
    return bytes;
}

/* ---- on the other side ---- */

static struct {
    pthread_mutex_t lock;
    const char *known[PLACES_MOST];
    size_t n;
} places = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *place_known(const char *place, size_t size)
{
    for (size_t i = 0; i < places.n; i++)
        if (strncmp(places.known[i] + 6, place, size) == 0 && places.known[i][6 + size] == '\0')
            return places.known[i];
    return NULL;
}

static const char *place_learn(const char *place, size_t size)
{
    char *copy = places.n < PLACES_MOST ? mem_alloc(size + sizeof("raise ")) : NULL;

    if (copy == NULL)
        return "";
    *put(put(copy, "raise ", 6), place, size) = '\0';
    places.known[places.n++] = copy;
    return copy;
}

static const char *place_for_ever(const char *place, size_t size)
{
    const char *known;

    if (size == 0)
        return "";
    pthread_mutex_lock(&places.lock);
    known = place_known(place, size);
    if (known == NULL)
        known = place_learn(place, size);
    pthread_mutex_unlock(&places.lock);
    return known;
}

struct coil_exception *coil__pack_exception(int64_t code, const char *text, size_t text_bytes,
                                            const char *place, size_t place_bytes)
{
    char copy[TEXT_MOST + 1];

    if (text_bytes > TEXT_MOST || place_bytes > PLACE_MOST || (text_bytes == 0 && place_bytes == 0))
        return NULL;
    *put(copy, text, text_bytes) = '\0';
    return coil__exception_text(code, place_for_ever(place, place_bytes), copy);
}

static int unpack_item(struct coil_results *results, size_t index, const struct packed *item,
                       const char *at)
{
    const char *place = at + item->text_bytes, *data = place + item->place_bytes;
    struct coil_result result = coil_number(item->status);
    struct coil_exception *exception = NULL;

    if (item->no_data == 0) {
        result.value = coil_bytes_copy(data, item->data_bytes);
        if (result.value == NULL)
            return -ENOMEM;
    }
    if (result.status < 0)
        exception =
            coil__pack_exception(result.status, at, item->text_bytes, place, item->place_bytes);
    coil__results_set(results, index, result, exception);
    return 0;
}

static bool take_head(const char *data, size_t rest, struct packed *item)
{
    if (rest < sizeof(*item))
        return false;
    memcpy(item, data, sizeof(*item));
    return item->data_bytes <= rest && bytes_of(item) <= rest;
}

/* How many items these bytes are; -1: they are none. */
static int64_t count_items(const char *data, size_t size)
{
    struct packed item;
    int64_t n = 0;

    for (size_t at = 0; at < size; at += bytes_of(&item), n++)
        if (!take_head(data + at, size - at, &item))
            return -1;
    return n;
}

int coil__unpack_results(const void *data, size_t size, struct coil_results **out)
{
    int64_t n = count_items(data, size);
    struct coil_results *results;
    const char *at = data;
    int err = 0;

    if (n < 0)
        return -EBADMSG;
    results = coil__results_new((size_t)n, coil_bytes_free);
    if (results == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < (size_t)n && err == 0; i++) {
        struct packed item;

        memcpy(&item, at, sizeof(item));
        err = unpack_item(results, i, &item, at + sizeof(item));
        at += bytes_of(&item);
    }
    if (err == 0)
        *out = results;
    else
        coil_results_free(results);
    return err;
}
