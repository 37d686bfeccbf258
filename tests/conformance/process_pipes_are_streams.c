#include "common/children.h"

static coil_async void tell_line(const char *what, struct coil_stream *stream)
{
    char *line;
    int64_t n = coil_stream_readline(stream, &line);

    tell_data(what, n, line);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("while read x; do echo got $x; done; echo bye",
              (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE});
    struct coil_stream *in = coil_process_stdin(process), *out = coil_process_stdout(process);

    (void)arg;
    put(in, "one\n");
    tell_line("one", out);
    put(in, "two\n");
    tell_line("two", out);
    coil_stream_close(in);
    tell_line("last", out);
    tell_line("end", out);
    coil_process_wait(process);
    tell_returncode(process);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
