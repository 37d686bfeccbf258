#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coil/coil.h>

#include "unit.h"

/* The entry points a file may have. */
struct program {
    const char *file;
    coil_coroutine_fn *coil_main;
    int (*main)(int argc, char **argv);
    struct coil_arguments args;
    char *failure; /* what is known of the error that ended coil_main */
};

static bool read_source(const char *file, struct text *source)
{
    int err = text_read_file(source, strcmp(file, "-") == 0 ? "/dev/stdin" : file);

    if (err)
        fprintf(stderr, "coil: %s: %s\n", file, strerror(-err));
    return err == 0;
}

/* Includes in quotes are looked for beside the file. */
static char *compiler_options(const struct run_options *options, const char *file)
{
    const char *slash = strrchr(file, '/');
    struct text text = {0};

    if (slash)
        text_printf(&text, "-I%.*s ", (int)(slash - file), file);
    else
        text_puts(&text, "-I. ");
    if (options->compiler)
        text_puts(&text, options->compiler);
    return text_take(&text);
}

static bool build(const struct run_options *options, struct program *program)
{
    struct unit_symbol symbols[] = {{.name = "coil_main"}, {.name = "main"}};
    struct decls none = {0};
    struct text messages = {0};
    struct paths paths;
    struct unit unit = {
        .paths = &paths, .decls = &none, .origin = {program->file, 0}, .messages = &messages};
    char *compiler;
    bool ok;

    if (!read_source(program->file, &unit.text))
        return false;
    if (!paths_find(&paths, options->include_dir, options->tcc_dir, &messages)) {
        fprintf(stderr, "coil: %s\n", text_string(&messages));
        text_free(&messages);
        text_free(&unit.text);
        return false;
    }
    compiler = compiler_options(options, program->file);
    unit.options = compiler;
    ok = unit_build(&unit, symbols, 2);
    fputs(text_string(&messages), stderr);
    memcpy(&program->coil_main, &symbols[0].address, sizeof(program->coil_main));
    memcpy(&program->main, &symbols[1].address, sizeof(program->main));
    free(compiler);
    text_free(&messages);
    text_free(&unit.text);
    paths_free(&paths);
    return ok;
}

/* Keeps the sentence of the error, which ends with the task. */
static coil_async struct coil_result call_coil_main(void *arg)
{
    struct program *program = arg;
    struct coil_result result = program->coil_main(&program->args);
    const struct coil_exception *exception = result.status < 0 ? coil_current_exception() : NULL;

    if (exception && coil_exception_code(exception) == result.status)
        program->failure = strdup(coil_exception_text(exception));
    return result;
}

static int run_coroutine(struct program *program)
{
    struct coil_result result = coil_run_at(call_coil_main, program, NULL, "coil_main");
    const char *failure = program->failure && *program->failure ? program->failure : NULL;

    fflush(stdout);
    if (result.status >= 0)
        return (int)(result.status & 0xff);
    if (result.status == -EINTR) /* Ctrl-C; the shells' number for it */
        return 130;
    fprintf(stderr, "coil: %s: %s%s%s\n", program->file, coil_strerror(result.status),
            failure ? "; " : "", failure ? failure : "");
    return 1;
}

int run_main(const struct run_options *options, int argc, char **argv)
{
    struct program program = {.file = argv[0], .args = {argc, argv}};
    int status = 1;

    if (!build(options, &program))
        return 1;
    if (program.coil_main)
        status = run_coroutine(&program);
    else if (program.main)
        status = program.main(argc, argv);
    else
        fprintf(stderr, "coil: %s: defines neither coil_main nor main\n", program.file);
    free(program.failure);
    return status;
}
