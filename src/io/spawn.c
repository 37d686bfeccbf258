/* Starting a child: everything that may fail is done before it runs, but one thing. */
#include "io/process.h"

#include "io/stream.h"
#include "io/world.h"
#include "mach/spawn.h"
#include "mach/sys_io.h"

struct setup {
    struct coil_process *process;
    const struct coil_process_options *options;
    struct mach_spawn how;
    int theirs[3]; /* ends of pipes for the child; -1: none */
    char terminal[64];
};

/* Our end becomes a stream of the process; closed if that fails. */
static int add_stream(struct setup *setup, int stream, int fd, enum stream_kind kind)
{
    struct coil_loop *loop = setup->process->loop;

    loop->driver->ops->forget(loop->driver, fd);
    return coil__stream_new(fd, kind, &setup->options->stream, &setup->process->streams[stream]);
}

/* A real one, whatever the driver: the child is real. */
static int set_up_pipe(struct setup *setup, int stream)
{
    int ends[2], ours = stream == 0 ? 1 : 0;
    int err = coil__sys_pipe(ends);

    if (err != 0)
        return err;
    setup->theirs[stream] = ends[!ours];
    setup->how.streams[stream] = ends[!ours];
    coil__mach_make_blocking(ends[!ours]);
    return add_stream(setup, stream, ends[ours], STREAM_OTHER);
}

/* The same one for all that ask. */
static int set_up_terminal(struct setup *setup, int stream)
{
    struct coil_process *process = setup->process;
    int fd;

    setup->how.streams[stream] = SPAWN_TERMINAL;
    for (int other = 0; other < stream; other++)
        if (setup->how.streams[other] == SPAWN_TERMINAL) {
            process->streams[stream] = coil_stream_ref(process->streams[other]);
            return 0;
        }
    fd = coil__mach_terminal_open(setup->terminal, sizeof(setup->terminal));
    setup->how.terminal = setup->terminal;
    return fd < 0 ? fd : add_stream(setup, stream, fd, STREAM_TERMINAL);
}

/* One of the program's own. */
static int set_up_descriptor(struct setup *setup, int stream, int fd)
{
    int *twin = &setup->theirs[stream];
    int err = coil__mach_waiting_twin(fd, twin);

    setup->how.streams[stream] = *twin >= 0 ? *twin : fd;
    return err;
}

static int set_up_stream(struct setup *setup, int stream, int wish)
{
    int *to = &setup->how.streams[stream];

    switch (wish) {
    case COIL_INHERIT: *to = SPAWN_INHERIT; return 0;
    case COIL_PIPE: return set_up_pipe(setup, stream);
    case COIL_DEVNULL: *to = SPAWN_NOTHING; return 0;
    case COIL_STDOUT: *to = SPAWN_OUTPUT; return stream == 2 ? 0 : -EINVAL;
    case COIL_PTY: return set_up_terminal(setup, stream);
    default: return wish > 0 ? set_up_descriptor(setup, stream, wish - COIL_FD(0)) : -EINVAL;
    }
}

static int set_up_streams(struct setup *setup)
{
    const int wishes[3] = {setup->options->in, setup->options->out, setup->options->err};
    int err = 0;

    for (int stream = 0; stream < 3 && err == 0; stream++)
        err = set_up_stream(setup, stream, wishes[stream]);
    return err;
}

/* The child has them, or never will. */
static void close_theirs(struct setup *setup)
{
    for (int stream = 0; stream < 3; stream++) {
        if (setup->theirs[stream] >= 0)
            coil__sys_close(setup->theirs[stream]);
        setup->theirs[stream] = -1;
    }
}

/* Its ends of the pipes are closed first, so that there is room for one more descriptor. */
static int start(struct setup *setup)
{
    int pid, pidfd;
    int err = coil__mach_spawn_watched(&setup->how, &pid, &pidfd);

    close_theirs(setup);
    if (err != 0)
        return err;
    if (pidfd < 0)
        pidfd = coil__sys_pidfd_open(pid);
    if (pidfd < 0 && pidfd != -ESRCH) {
        coil__mach_spawn_undo(pid);
        return pidfd;
    }
    coil__process_begin(setup->process, pid, pidfd);
    return 0;
}

static void init(struct setup *setup, const char *const *arguments)
{
    const struct coil_process_options *options = setup->options;

    setup->how.arguments = arguments;
    setup->how.environment = options->environment;
    setup->how.directory = options->directory;
    setup->how.executable = options->executable;
    setup->how.pass_fds = options->pass_fds;
    setup->how.pass_count = options->pass_count;
    setup->how.umask = options->umask;
    setup->how.user = options->user;
    setup->how.group = options->group;
    setup->how.groups = options->groups;
    setup->how.group_count = options->group_count;
    setup->how.new_group = options->new_group;
    setup->how.new_session = options->new_session;
    setup->process->leads_group = options->new_group || options->new_session;
    for (int stream = 0; stream < 3; stream++)
        setup->theirs[stream] = -1;
}

int coil_create_subprocess_exec(const char *const *arguments,
                                const struct coil_process_options *options,
                                struct coil_process **out)
{
    static const struct coil_process_options defaults;
    struct coil_loop *loop = loop_here("coil_create_subprocess_exec");
    struct setup setup = {.options = options != NULL ? options : &defaults};
    int err;

    if (loop->closing)
        return -COIL_ESTOPPED;
    if (arguments == NULL || arguments[0] == NULL)
        return -EINVAL;
    setup.process = coil__process_new(loop);
    if (setup.process == NULL)
        return -ENOMEM;
    init(&setup, arguments);
    err = set_up_streams(&setup);
    if (err == 0)
        err = start(&setup);
    close_theirs(&setup);
    if (err != 0)
        coil__process_drop(setup.process);
    else
        *out = setup.process;
    return err;
}

int coil_create_subprocess_shell(const char *command, const struct coil_process_options *options,
                                 struct coil_process **out)
{
    const char *shell =
        options != NULL && options->executable != NULL ? options->executable : "/bin/sh";
    const char *const arguments[] = {shell, "-c", command, NULL};

    return coil_create_subprocess_exec(arguments, options, out);
}
