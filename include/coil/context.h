/*
 * Context variables (Python: contextvars): values that follow the flow of control. A task starts
 * with a copy of its creator's context, a callback runs in a copy of the scheduler's; what they set
 * is theirs alone.
 *
 *     static struct coil_var request_id = COIL_VAR("request_id", "none");
 *
 *     coil_var_set(&request_id, "r-17");          in this task, and in what it starts from now on
 *     printf("%s\n", (char *)coil_var_get(&request_id));
 */
#ifndef COIL_CONTEXT_H
#define COIL_CONTEXT_H

#include <coil/result.h>

COIL_BEGIN_DECLS

struct coil_context;

/* One variable: usually a static object; its address is its identity. */
struct coil_var {
    const char *name;
    void *default_value;
};

#define COIL_VAR(name, value)            \
    {                                    \
        name, (void *)(uintptr_t)(value) \
    }

/* What coil_var_set replaced, for coil_var_reset. */
struct coil_token {
    const struct coil_var *var;
    const void *binding; /* coil's; NULL once used */
    uint64_t owner;      /* the context it is good in */
};

/**
 * The variable's value in the current context (ContextVar.get).
 *
 * Suspends: no. Thread: any.
 * Returns: the value, or the variable's default.
 */
COIL_EXPORT void *coil_var_get(const struct coil_var *var);

/**
 * Sets the variable in the current context (ContextVar.set).
 *
 * Suspends: no. Thread: any.
 * Returns: 0 or -ENOMEM (nothing changed).
 */
COIL_EXPORT int coil_var_set(const struct coil_var *var, void *value);

/**
 * The same; `drop` (may be NULL) frees the value when the last context that holds it is gone, on
 * whichever thread that happens; `token` (may be NULL) remembers what was there before.
 *
 * Suspends: no. Thread: any. Owns: the contexts own the value from now on, also after -ENOMEM (then
 * it is dropped).
 * Returns: 0 or -ENOMEM.
 */
COIL_EXPORT int coil_var_set_owned(const struct coil_var *var, void *value, coil_drop_fn *drop,
                                   struct coil_token *token);

/**
 * Puts back what was there before (ContextVar.reset). A token is good once, in the context it came
 * from.
 *
 * Suspends: no. Thread: any.
 * Returns: 0; -EINVAL if the token was used already or the variable was not set by it here;
 * -ENOMEM.
 */
COIL_EXPORT int coil_var_reset(struct coil_token *token);

/**
 * A copy of the current context (copy_context).
 *
 * Suspends: no. Thread: any. Owns: the caller unrefs it.
 * Returns: it, or NULL when memory is out.
 */
COIL_EXPORT struct coil_context *coil_context_copy(void);

/**
 * One more reference.
 *
 * Suspends: no. Thread: any.
 * Returns: its argument.
 */
COIL_EXPORT struct coil_context *coil_context_ref(struct coil_context *context);

/**
 * Gives one reference up.
 *
 * Suspends: no. Thread: any. NULL is fine.
 */
COIL_EXPORT void coil_context_unref(struct coil_context *context);

/**
 * Calls fn(arg) in the context (Context.run): what it sets stays in the context.
 *
 * Suspends: no; fn must not.
 */
COIL_EXPORT void coil_context_run(struct coil_context *context, void (*fn)(void *arg), void *arg);

/**
 * The variable's value in another context (Context.get).
 *
 * Suspends: no. Thread: any.
 * Returns: the value, or the variable's default.
 */
COIL_EXPORT void *coil_context_get(const struct coil_context *context, const struct coil_var *var);

COIL_END_DECLS

#endif
