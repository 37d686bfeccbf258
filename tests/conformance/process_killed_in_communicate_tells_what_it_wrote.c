#include "common/children.h"

#include <stdlib.h>

static coil_async void run_shell(const char *script, struct coil_process_options how,
                                 const char *words)
{
    struct coil_process *process = shell(script, how);

    communicate(process, words);
    coil_process_unref(process);
}

static coil_async struct coil_result program(void *arg)
{
    const size_t size = 600000;
    char *words = calloc(size + 1, 1);

    (void)arg;
    for (size_t i = 0; i < size; i++)
        words[i] = "words\n"[i % 6];
    run_shell("echo begun; read x; echo $x; kill -9 $$",
              (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE}, words);
    run_shell("echo more >&2; kill -TERM $$", (struct coil_process_options){.err = COIL_PIPE},
              NULL);
    free(words);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
