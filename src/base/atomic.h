/*
 * One atomic word: all that threads share without a lock goes through here, so that the model
 * checker (tests/model) can put its scheduler between any two operations of the very same code.
 *
 * Orders: a store is release; loads and what reads and writes are sequentially consistent ("set a
 * flag, then look at a word" on both sides needs that, and on x86-64 such a load costs nothing
 * more). Counters are relaxed.
 */
#ifndef COIL_BASE_ATOMIC_H
#define COIL_BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

struct word {
    uintptr_t value;
};

#ifdef COIL_MODEL
void model_step(const struct word *word);
#else
static inline void model_step(const struct word *word)
{
    (void)word;
}
#endif

static inline uintptr_t word_load(const struct word *word)
{
    model_step(word);
    return __atomic_load_n(&word->value, __ATOMIC_SEQ_CST);
}

static inline void word_store(struct word *word, uintptr_t value)
{
    model_step(word);
    __atomic_store_n(&word->value, value, __ATOMIC_RELEASE);
}

static inline uintptr_t word_exchange(struct word *word, uintptr_t value)
{
    model_step(word);
    return __atomic_exchange_n(&word->value, value, __ATOMIC_SEQ_CST);
}

/* On failure *expected becomes what is there. */
static inline bool word_cas(struct word *word, uintptr_t *expected, uintptr_t desired)
{
    model_step(word);
    return __atomic_compare_exchange_n(&word->value, expected, desired, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

/* The value before. */
static inline uintptr_t word_or(struct word *word, uintptr_t bits)
{
    model_step(word);
    return __atomic_fetch_or(&word->value, bits, __ATOMIC_SEQ_CST);
}

static inline uintptr_t word_and(struct word *word, uintptr_t bits)
{
    model_step(word);
    return __atomic_fetch_and(&word->value, bits, __ATOMIC_SEQ_CST);
}

/* The value after. */
static inline uintptr_t word_add(struct word *word, uintptr_t n)
{
    model_step(word);
    return __atomic_add_fetch(&word->value, n, __ATOMIC_SEQ_CST);
}

static inline uintptr_t word_sub(struct word *word, uintptr_t n)
{
    model_step(word);
    return __atomic_sub_fetch(&word->value, n, __ATOMIC_SEQ_CST);
}

/*
 * Gives one of so many references up; true: it was the last. Who has the only one has nobody to
 * race with, which is worth a look: to the model it is one operation all the same.
 */
static inline bool word_unref(struct word *references)
{
#ifndef COIL_MODEL
    if (__atomic_load_n(&references->value, __ATOMIC_ACQUIRE) == 1) {
        __atomic_store_n(&references->value, 0, __ATOMIC_RELAXED);
        return true;
    }
#endif
    return word_sub(references, 1) == 0;
}

/* The half of the word that a futex can look at. */
static inline uint32_t *word_futex(struct word *word)
{
    uint32_t *half = (uint32_t *)&word->value;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    half += sizeof(word->value) / sizeof(*half) - 1;
#endif
    return half;
}

/* Counters that one thread writes and others read now and then. */
#define COUNTER_ADD(counter, n)                                                       \
    __atomic_store_n(&(counter), __atomic_load_n(&(counter), __ATOMIC_RELAXED) + (n), \
                     __ATOMIC_RELAXED)
#define COUNTER_READ(counter) __atomic_load_n(&(counter), __ATOMIC_RELAXED)
#define COUNTER_SET(counter, n) __atomic_store_n(&(counter), (n), __ATOMIC_RELAXED)

#endif
