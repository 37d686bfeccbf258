/*
 * The coil command.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coil/coil.h>

#include "repl.h"
#include "run.h"
#include "text.h"
#include "tour.h"

static const char usage[] = "usage: coil run [OPTIONS] FILE.c [ARGS...]\n"
                            "       coil repl [OPTIONS]\n"
                            "       coil tour [OPTIONS]\n"
                            "       coil --version | --help\n";

static const char help[] =
    "\n"
    "  run    compiles FILE.c in memory and runs its coroutine\n"
    "             struct coil_result coil_main(void *arg)\n"
    "         on a loop (arg is a struct { int argc; char **argv; } *), or else its main\n"
    "  repl   a C prompt on a loop in a background thread; reads a script if standard input\n"
    "         is no terminal\n"
    "  tour   shows what the runtime does, live; on a terminal it ends in the prompt\n"
    "\n"
    "  --include-dir DIR   holds coil/coil.h   (else $COIL_INCLUDE_DIR, else as built)\n"
    "  --tcc-dir DIR       holds libtcc1.a     (else $COIL_TCC_DIR, else as built)\n"
    "  -I DIR, -D NAME[=VALUE]   run: for the compiler\n";

struct arguments {
    const char *include_dir;
    const char *tcc_dir;
    struct text compiler;
    int used; /* how many of argv were options */
};

static bool complain(const char *what, const char *which)
{
    fprintf(stderr, "coil: %s%s%s%s\n%s", what, which ? " '" : "", which ? which : "",
            which ? "'" : "", usage);
    return false;
}

/* "--name VALUE" or "--name=VALUE" at argv[*at]. Returns false if it is another option; *missing if
 * it lacks a value. */
static bool take_option(const char *name, char **argv, int *at, const char **value, bool *missing)
{
    size_t length = strlen(name);

    if (strncmp(argv[*at], name, length) != 0)
        return false;
    if (argv[*at][length] == '=' || (length == 2 && argv[*at][length])) {
        *value = argv[*at] + length + (argv[*at][length] == '=');
        return true;
    }
    if (argv[*at][length])
        return false;
    *missing = !argv[*at + 1];
    if (!*missing)
        *value = argv[++*at];
    return true;
}

static bool parse(char **argv, bool for_run, struct arguments *arguments)
{
    int at = 0;

    for (; argv[at] && argv[at][0] == '-' && argv[at][1]; at++) {
        const char *option = argv[at];
        const char *value = NULL;
        bool missing = false;

        if (strcmp(option, "--") == 0) {
            at++;
            break;
        }
        if (take_option("--include-dir", argv, &at, &value, &missing)) {
            arguments->include_dir = value;
        } else if (take_option("--tcc-dir", argv, &at, &value, &missing)) {
            arguments->tcc_dir = value;
        } else if (for_run && (take_option("-I", argv, &at, &value, &missing) ||
                               take_option("-D", argv, &at, &value, &missing))) {
            if (value)
                text_printf(&arguments->compiler, "%.2s%s ", option, value);
        } else {
            return complain("unknown option", option);
        }
        if (missing)
            return complain("a value is missing after", option);
    }
    arguments->used = at;
    return true;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct run_options options;
    int status = 2;

    if (!parse(argv, true, &arguments))
        return 2;
    options =
        (struct run_options){arguments.include_dir, arguments.tcc_dir, arguments.compiler.data};
    if (!argv[arguments.used])
        complain("run: which file?", NULL);
    else
        status = run_main(&options, argc - arguments.used, argv + arguments.used);
    text_free(&arguments.compiler);
    return status;
}

/* repl and tour take no arguments but options. */
static int prompt(char **argv, int (*start)(const struct repl_options *options))
{
    struct arguments arguments = {0};
    struct repl_options options;

    if (!parse(argv, false, &arguments))
        return 2;
    if (argv[arguments.used]) {
        complain("too many arguments:", argv[arguments.used]);
        return 2;
    }
    options = (struct repl_options){arguments.include_dir, arguments.tcc_dir};
    return start(&options);
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";

    coil_process_worker(); /* the tour's pool of processes starts this program again */
    if (strcmp(command, "run") == 0)
        return run(argc - 2, argv + 2);
    if (strcmp(command, "repl") == 0)
        return prompt(argv + 2, repl_main);
    if (strcmp(command, "tour") == 0)
        return prompt(argv + 2, tour_main);
    if (strcmp(command, "--version") == 0) {
        puts("coil " COIL_VERSION);
        return 0;
    }
    if (strcmp(command, "--help") == 0 || strcmp(command, "help") == 0) {
        printf("%s%s", usage, help);
        return 0;
    }
    complain(argc > 1 ? "no such command:" : "what shall I do?", argc > 1 ? command : NULL);
    return 2;
}
