#include "unit.h"

#include <dlfcn.h>
#include <libtcc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types.h"

/* glibc's sys/cdefs.h makes __attribute__ vanish for a compiler it does not know; tcc knows it
 * well. */
static const char prologue[] = "#include <sys/cdefs.h>\n"
                               "#undef __attribute__\n";

/* Assigning to this never compiles, and the compiler's complaint names the other side's type. */
#define PROBE "__coil_probe"

struct listener {
    struct unit *unit;
    struct text errors;
    struct text warnings;
    char *probed; /* the type the probe was told */
};

/* "cannot convert 'T' to 'struct __coil_probe'": keeps T. */
static bool take_probed(struct listener *listener, const char *message)
{
    static const char before[] = "cannot convert '";
    static const char after[] = "' to 'struct " PROBE "'";
    const char *from = strstr(message, before);
    const char *to = from ? strstr(from, after) : NULL;

    if (!to || listener->probed)
        return to != NULL;
    from += strlen(before);
    listener->probed = type_clean(from, (size_t)(to - from));
    return true;
}

/* "tcc: error: undefined symbol 'x'" knows no line; we do. */
static void add_error(struct listener *listener, const char *message)
{
    static const char anonymous[] = "tcc: ";
    const struct origin *origin = &listener->unit->origin;

    if (strncmp(message, anonymous, strlen(anonymous)) != 0) {
        text_printf(&listener->errors, "%s\n", message);
        return;
    }
    text_puts(&listener->errors, origin->file);
    if (origin->line)
        text_printf(&listener->errors, ":%d", origin->line);
    text_printf(&listener->errors, ": %s\n", message + strlen(anonymous));
}

static void hear(void *arg, const char *message)
{
    struct listener *listener = arg;
    const char *file = listener->unit->origin.file;
    const char *warning = strstr(message, ": warning: ");
    bool own = strncmp(message, file, strlen(file)) == 0 && message[strlen(file)] == ':';

    if (take_probed(listener, message))
        return;
    if (!warning) {
        add_error(listener, message);
    } else if (own && strstr(warning, "implicit declaration")) {
        /* With the wrong guess of a type it would run, and crash: an error. */
        text_printf(&listener->errors, "%.*s: error: %s\n", (int)(warning - message), message,
                    warning + strlen(": warning: "));
    } else if (own) {
        text_printf(&listener->warnings, "%s\n", message);
    }
}

/* What the shared C library does not export, because every program has its own copy. */
static void add_process_symbols(TCCState *state)
{
    tcc_add_symbol(state, "atexit", (void *)atexit);
}

/* Programs may compute with <math.h> without saying -lm: the process brings the library. */
static void load_mathematics(void)
{
    static void *library;

    if (!library)
        library = dlopen("libm.so.6", RTLD_NOW | RTLD_GLOBAL);
}

static TCCState *open_state(struct listener *listener)
{
    struct unit *unit = listener->unit;
    TCCState *state = tcc_new();

    load_mathematics();
    if (!state)
        memory_resize(NULL, SIZE_MAX, 1);
    tcc_set_error_func(state, listener, hear);
    tcc_set_lib_path(state, unit->paths->tcc_dir);
    if (unit->options)
        tcc_set_options(state, unit->options);
    tcc_add_include_path(state, unit->paths->include_dir);
    tcc_set_output_type(state, TCC_OUTPUT_MEMORY);
    return state;
}

static bool compile(TCCState *state, struct unit *unit, const char *tail)
{
    struct text source = {0};
    bool ok;

    text_puts(&source, prologue);
    decls_write(unit->decls, unit->except, &source);
    text_printf(&source, "#line %d \"%s\"\n%s%s", unit->origin.line ? unit->origin.line : 1,
                unit->origin.file, text_string(&unit->text), tail);
    ok = tcc_compile_string(state, text_string(&source)) == 0;
    text_free(&source);
    return ok;
}

static void add_symbols(TCCState *state, const struct unit *unit)
{
    add_process_symbols(state);
    for (size_t i = 0; i < unit->decls->count; i++) {
        const struct decl *decl = &unit->decls->at[i];

        if (decl->replaced_by || !decl->address ||
            (unit->except && strcmp(decl->name, unit->except) == 0))
            continue;
        tcc_add_symbol(state, decl->name, decl->address);
    }
}

static bool link_code(TCCState *state)
{
    int size = tcc_relocate(state, NULL);
    void *memory;

    if (size < 0)
        return false;
    memory = code_allocate((size_t)size);
    if (tcc_relocate(state, memory) < 0)
        return false;
    __builtin___clear_cache(memory, (char *)memory + size);
    return true;
}

/* Hands the messages on, and ends the listener. Returns whether there was no error. */
static bool conclude(struct listener *listener, bool ok)
{
    struct text *messages = listener->unit->messages;

    ok = ok && listener->errors.length == 0;
    if (messages)
        text_puts(messages, text_string(ok ? &listener->warnings : &listener->errors));
    text_free(&listener->errors);
    text_free(&listener->warnings);
    free(listener->probed);
    return ok;
}

bool unit_build(struct unit *unit, struct unit_symbol *symbols, size_t count)
{
    struct listener listener = {.unit = unit};
    TCCState *state = open_state(&listener);
    bool ok = compile(state, unit, "\n");

    if (ok && listener.errors.length == 0) {
        add_symbols(state, unit);
        ok = link_code(state);
    }
    for (size_t i = 0; ok && i < count; i++)
        symbols[i].address = tcc_get_symbol(state, symbols[i].name);
    tcc_delete(state);
    return conclude(&listener, ok);
}

bool unit_check(struct unit *unit)
{
    struct listener listener = {.unit = unit};
    TCCState *state = open_state(&listener);
    bool ok = compile(state, unit, "\n");

    tcc_delete(state);
    return conclude(&listener, ok);
}

char *unit_type_of(struct unit *unit, const char *expression)
{
    struct listener listener = {.unit = unit};
    TCCState *state = open_state(&listener);
    struct text tail = {0};
    char *type = NULL;

    text_printf(&tail,
                "struct " PROBE " { int _; }; void __coil_ask(void) { struct " PROBE
                " _; _ = (%s); }\n",
                expression);
    compile(state, unit, text_string(&tail));
    text_free(&tail);
    tcc_delete(state);
    if (listener.errors.length == 0 && listener.probed) {
        type = listener.probed;
        listener.probed = NULL;
        text_clear(&listener.warnings);
    }
    conclude(&listener, type != NULL);
    return type;
}
