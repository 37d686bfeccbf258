/*
 * `coil run FILE.c [ARGS...]`: compiles a file in memory and runs it.
 */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

struct run_options {
    const char *include_dir;
    const char *tcc_dir;
    const char *compiler; /* -I and -D options for the file */
};

/* argv[0] is the file. Returns the exit status. */
int run_main(const struct run_options *options, int argc, char **argv);

#endif
