/* Talking to a child: its input, its output and its errors all at once, or one would block another.
 */
#include "io/process.h"

#include "io/stream.h"

#define TYPED_END "\004" /* ^D: hands over what is typed; nothing typed is the end */

struct talk {
    struct coil_process *process;
    const char *input;
    size_t size;
    struct coil_output *output;
    struct coil_future *parts[3]; /* a task for each stream; NULL: none */
    int64_t status;               /* of the first that failed */
};

/* Alone the other parts might wait for ever. */
static void call_off(struct talk *talk, int64_t status)
{
    if (talk->status == 0)
        talk->status = status;
    for (int i = 0; i < 3; i++)
        if (talk->parts[i] != NULL)
            coil_future_cancel(talk->parts[i], NULL);
}

static struct coil_result done(struct talk *talk, int64_t status)
{
    if (status < 0)
        call_off(talk, status);
    return coil_value(NULL);
}

/* The child need not read: then it has closed its end, or has ended. */
static int64_t unless_unread(int64_t status)
{
    return status == -EPIPE || status == -ECONNRESET || status == -ESHUTDOWN ? 0 : status;
}

/* A terminal stays open for the output; its input is ended as by hand. */
static coil_async int64_t end_input(struct coil_stream *stream, const struct talk *talk)
{
    bool at_start = talk->size == 0 || talk->input[talk->size - 1] == '\n';

    if (stream->kind != STREAM_TERMINAL) {
        coil_stream_close(stream);
        return 0;
    }
    return coil_stream_sendall(stream, TYPED_END TYPED_END, at_start ? 1 : 2);
}

static coil_async struct coil_result feed(void *arg)
{
    struct talk *talk = arg;
    struct coil_stream *stream = talk->process->streams[0];
    int64_t status = 0;

    if (talk->size > 0)
        status = unless_unread(coil_stream_sendall(stream, talk->input, talk->size));
    if (status == 0)
        status = unless_unread(end_input(stream, talk));
    return done(talk, status);
}

static coil_async int64_t hear(struct coil_stream *stream, char **data, size_t *size)
{
    int64_t n = coil_stream_readall(stream, data);

    if (n < 0)
        return n;
    *size = (size_t)n;
    return 0;
}

static coil_async struct coil_result hear_output(void *arg)
{
    struct talk *talk = arg;
    struct coil_output *output = talk->output;

    return done(talk, hear(talk->process->streams[1], &output->out, &output->out_size));
}

static coil_async struct coil_result hear_errors(void *arg)
{
    struct talk *talk = arg;
    struct coil_output *output = talk->output;

    return done(talk, hear(talk->process->streams[2], &output->err, &output->err_size));
}

static void begin(struct talk *talk)
{
    static coil_coroutine_fn *const parts[] = {feed, hear_output, hear_errors};
    struct coil_stream *const *streams = talk->process->streams;

    for (int i = 0; i < 3; i++) {
        if (streams[i] == NULL || (i == 2 && streams[2] == streams[1]))
            continue;
        talk->parts[i] = coil_create_task(parts[i], talk);
        if (coil_future_done(talk->parts[i])) /* it could not be made */
            call_off(talk, coil_future_result(talk->parts[i]).status);
    }
}

/* A cancellation of the caller is one of the part it waits for. */
static coil_async int64_t finish(struct talk *talk)
{
    for (int i = 0; i < 3; i++) {
        struct coil_future *part = talk->parts[i];
        int64_t status = part != NULL ? coil_await(part).status : 0;

        talk->parts[i] = NULL;
        if (status < 0)
            call_off(talk, status);
        if (part != NULL)
            coil_future_unref(part);
    }
    return talk->status;
}

coil_async int coil_process_communicate(struct coil_process *process, const void *input,
                                        size_t size, struct coil_output *output)
{
    struct talk talk = {.process = process, .input = input, .output = output};
    int64_t status;

    loop_owned(process->loop, "coil_process_communicate");
    *output = (struct coil_output){0};
    talk.size = input != NULL ? size : 0;
    if (talk.size > 0 && process->streams[0] == NULL)
        return -EINVAL; /* rather than throw it away without a word */
    process->refs++;
    begin(&talk);
    status = finish(&talk);
    if (status == 0)
        status = coil_process_wait(process);
    coil_process_unref(process);
    return (int)status;
}

void coil_output_free(struct coil_output *output)
{
    mem_free(output->out);
    mem_free(output->err);
    *output = (struct coil_output){0};
}
