/* Small objects: nobody gets another one's bytes, and what was given back comes again. */
#include "base/slab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

#define OBJECTS 2000

struct object {
    unsigned char *bytes;
    size_t size;
    unsigned char mark;
};

static void fill_object(struct slab *slab, struct object *object, size_t size, unsigned char mark)
{
    object->bytes = slab_get(slab, size);
    object->size = size;
    object->mark = mark;
    CHECK(object->bytes != NULL);
    CHECK_EQ((uintptr_t)object->bytes % SLAB_STEP, 0);
    memset(object->bytes, mark, size);
}

static void empty_object(struct slab *slab, struct object *object)
{
    for (size_t i = 0; i < object->size; i++)
        CHECK_EQ(object->bytes[i], object->mark);
    slab_put(slab, object->bytes, object->size);
    object->bytes = NULL;
}

TEST(objects_of_all_sizes_keep_their_bytes)
{
    static struct object objects[OBJECTS];
    struct slab slab = {0};

    for (int step = 0; step < kit_effort(100000); step++) {
        struct object *object = &objects[random() % OBJECTS];

        if (object->bytes == NULL)
            fill_object(&slab, object, 1 + (size_t)random() % 700, (unsigned char)random());
        else
            empty_object(&slab, object);
    }
    for (int i = 0; i < OBJECTS; i++)
        if (objects[i].bytes != NULL)
            empty_object(&slab, &objects[i]);
    coil__slab_fini(&slab);
}

TEST(what_was_given_back_last_comes_first)
{
    struct slab slab = {0};
    void *a = slab_get(&slab, 100), *b = slab_get(&slab, 100), *other = slab_get(&slab, 200);

    if (SLAB_MALLOC)
        SKIP("under a sanitizer every object is malloc's");
    slab_put(&slab, a, 100);
    slab_put(&slab, b, 100);
    CHECK(slab_get(&slab, 200) != b);
    CHECK_PTR(slab_get(&slab, 97), b); /* of the same class of sizes */
    CHECK_PTR(slab_get(&slab, 112), a);
    CHECK(slab_get(&slab, 100) != other);
    coil__slab_fini(&slab);
}

TEST(a_million_gets_and_puts_take_one_chunk)
{
    struct slab slab = {0};

    if (SLAB_MALLOC)
        SKIP("under a sanitizer every object is malloc's");
    slab_put(&slab, slab_get(&slab, 64), 64);
    for (int i = 0; i < 1000000; i++)
        slab_put(&slab, slab_get(&slab, 64), 64);
    CHECK(slab.chunks != NULL);
    CHECK_PTR(*(void **)slab.chunks, NULL); /* no second one */
    coil__slab_fini(&slab);
}

TEST(large_objects_are_the_allocators)
{
    struct slab slab = {0};
    char *large = slab_get(&slab, SLAB_LARGEST + 1);

    memset(large, 1, SLAB_LARGEST + 1);
    CHECK_PTR(slab.chunks, NULL);
    slab_put(&slab, large, SLAB_LARGEST + 1);
    coil__slab_fini(&slab);
}

TEST(without_memory_there_is_no_object_and_nothing_is_lost)
{
    struct slab slab = {0};
    void *object;

    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_PTR(slab_get(&slab, 64), NULL);
    CHECK_PTR(slab_get(&slab, 5000), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    object = slab_get(&slab, 64);
    CHECK(object != NULL);
    slab_put(&slab, object, 64);
    coil__fault_arm(FAULT_ALLOC, 1, false); /* also when the freelist could serve it */
    CHECK_PTR(slab_get(&slab, 64), NULL);
    object = slab_get(&slab, 64);
    CHECK(object != NULL);
    slab_put(&slab, object, 64);
    coil__slab_fini(&slab);
}

TEST(a_string_has_its_memory_for_as_long_as_it_is_kept)
{
    struct slab slab = {0};
    char *empty = slab_strdup(&slab, ""), *name = slab_strdup(&slab, "some name");

    CHECK_STR(empty, "");
    CHECK_STR(name, "some name");
    slab_put_string(&slab, name);
    name = slab_strdup(&slab, "another 1"); /* as long */
    CHECK_STR(name, "another 1");
    CHECK_STR(empty, "");
    slab_put_string(&slab, name);
    slab_put_string(&slab, empty);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_PTR(slab_strdup(&slab, "a name for which there is no memory"), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil__slab_fini(&slab);
}

TEST(fini_leaves_a_slab_that_can_be_used_again)
{
    struct slab slab = {0};
    void *object;

    slab_put(&slab, slab_get(&slab, 32), 32);
    coil__slab_fini(&slab);
    object = slab_get(&slab, 32);
    CHECK(object != NULL);
    memset(object, 2, 32);
    slab_put(&slab, object, 32);
    coil__slab_fini(&slab);
}
