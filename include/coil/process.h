/*
 * Child processes (asyncio.create_subprocess_exec).
 *
 *     static const char *const command[] = {"sort", "-n", NULL};
 *     struct coil_process_options options = {.in = COIL_PIPE, .out = COIL_PIPE};
 *     struct coil_process *child;
 *     struct coil_output output;
 *
 *     err = coil_create_subprocess_exec(command, &options, &child);
 *     status = coil_process_communicate(child, "2\n1\n", 4, &output);
 *     coil_output_free(&output);
 *     coil_process_unref(child);
 *
 * Whatever is cancelled when: no zombie stays, and no descriptor. A loop that closes kills the
 * children it still has.
 */
#ifndef COIL_PROCESS_H
#define COIL_PROCESS_H

#include <stdbool.h>

#include <coil/stream.h>

COIL_BEGIN_DECLS

struct coil_process;

/* Where a standard stream of the child goes: one of these, or a descriptor's number + 1 by
 * COIL_FD(fd), which stays the caller's. Programs expect that their streams wait: of a pipe that
 * does not (coil_pipe) the child gets an end that does; a socket, which both share, is made to,
 * and coil's functions do not mind. */
enum coil_stdio {
    COIL_INHERIT = 0, /* the parent's */
    COIL_PIPE = -1,
    COIL_DEVNULL = -2,
    COIL_STDOUT = -3, /* stderr only: where stdout goes */
    COIL_PTY = -4     /* a terminal of its own; the same one for all three that say so. With
                         new_session it controls the child: Ctrl-C typed into it is a signal */
};
#define COIL_FD(fd) ((fd) + 1)

/* Numbers of which 0 is one like any other, as options: of a user or a group, of a mask. */
#define COIL_ID(id) ((uint32_t)(id) + 1)
#define COIL_MASK(mask) ((uint32_t)(mask) + 1)

/*
 * How a child is made. All zero is the default.
 *
 * user, group and groups want the rights to change them, and cost a copy of our address space,
 * while a child of our own user begins in it. Who gives rights up sets all three. To run a function
 * of the program in the child before the other program begins (asyncio: preexec_fn) is not offered:
 * other threads may hold any lock then, malloc's for one, for ever.
 */
struct coil_process_options {
    int in;                         /* enum coil_stdio or COIL_FD(fd) */
    int out;                        /* the same */
    int err;                        /* the same */
    const char *directory;          /* NULL: the parent's */
    const char *const *environment; /* "NAME=value", ended by NULL; NULL: the parent's */
    const char *executable; /* begun instead of the program that the arguments name, which still
                               hears that name; of a shell: instead of /bin/sh */
    const int *pass_fds;    /* descriptors that the child has, too, under the same numbers */
    size_t pass_count;
    uint32_t umask;         /* COIL_MASK(0077); 0: the parent's */
    uint32_t user;          /* COIL_ID(number); 0: the parent's */
    uint32_t group;         /* the same */
    const uint32_t *groups; /* numbers of all others that it is in; NULL: the parent's */
    size_t group_count;
    bool new_group;   /* leads a process group of its own: coil_process_signal reaches all of it */
    bool new_session; /* and a session, without our terminal (asyncio: start_new_session) */
    struct coil_stream_options stream;
};

/**
 * Starts a program (asyncio: create_subprocess_exec), found on the PATH of its environment if there
 * is no / in its name. Signals are as for a fresh program; only standard streams are passed on, and
 * options.pass_fds.
 * `arguments` ends with NULL; main's argv wants a cast, (const char *const *)argv.
 *
 * Suspends: no; it takes as long as posix_spawn.
 * Owns: the caller unrefs it.
 * Returns: 0; -ENOENT (no such program, or directory), -EACCES, -ENOEXEC, -EAGAIN, -EMFILE ...;
 * -EINVAL (no program; a stream that is none); -EBADF (pass_fds); -EPERM (user, group);
 * -COIL_ESTOPPED (the loop closes); *out is set only
 * on 0.
 */
COIL_EXPORT int coil_create_subprocess_exec(const char *const *arguments,
                                            const struct coil_process_options *options,
                                            struct coil_process **out);

/**
 * The same by /bin/sh -c (asyncio: create_subprocess_shell).
 *
 * Suspends: no. Owns: the caller unrefs it.
 * Returns: as coil_create_subprocess_exec.
 */
COIL_EXPORT int coil_create_subprocess_shell(const char *command,
                                             const struct coil_process_options *options,
                                             struct coil_process **out);

/**
 * Waits until the child has ended (asyncio: wait). Several tasks may.
 *
 * Suspends: yes, if it runs.
 * Cancel-safe: yes; the child is not touched.
 * Returns: 0: it succeeded; 1 to 255: its exit status; 256 + N: signal N killed it; -ECHILD: it has
 * ended, and how is not known, for the program ignores SIGCHLD or has waited for it by itself;
 * -ECANCELED.
 */
COIL_EXPORT coil_async int coil_process_wait(struct coil_process *process);

/* What a child wrote. */
struct coil_output {
    char *out; /* a zero byte is behind it, not counted; NULL if it was no pipe */
    size_t out_size;
    char *err;
    size_t err_size;
};

/**
 * Sends input, ends it, reads both outputs to their end, waits (asyncio: communicate). `input` may
 * be NULL. A child that does not read is no error. The input of a terminal is ended as by hand,
 * with Ctrl-D; what it shows of both outputs is in `out`.
 *
 * Suspends: yes.
 * Cancel-safe: yes; the child goes on, what it wrote so far may be lost.
 * Owns: the caller frees the output with coil_output_free, also after an error.
 * Returns: as coil_process_wait; -EINVAL (input for a child whose standard input is not ours);
 * -ENOMEM; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_process_communicate(struct coil_process *process, const void *input,
                                                    size_t size, struct coil_output *output);

/**
 * Frees what communicate gave. An empty one (all zero) is fine.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_output_free(struct coil_output *output);

/**
 * Sends a signal to the child (asyncio: send_signal), or to its group if it leads one; kill is
 * SIGKILL, terminate is SIGTERM. Never hits another process that got its number.
 *
 * Suspends: no.
 * Returns: 0; -ESRCH: it has ended (asyncio: ProcessLookupError); -EPERM ...
 */
COIL_EXPORT int coil_process_signal(struct coil_process *process, int number);
COIL_EXPORT int coil_process_kill(struct coil_process *process);
COIL_EXPORT int coil_process_terminate(struct coil_process *process);

/**
 * Ends it whatever it does: SIGTERM, SIGKILL after grace_ns, and waits.
 *
 * Suspends: yes.
 * Cancel-safe: yes; then it is killed at once.
 * Returns: as coil_process_wait.
 */
COIL_EXPORT coil_async int coil_process_stop(struct coil_process *process, int64_t grace_ns);

/**
 * Its number (asyncio: pid).
 *
 * Suspends: no.
 * Returns: the process id.
 */
COIL_EXPORT int coil_process_pid(const struct coil_process *process);

/**
 * How it ended (asyncio: returncode). Not a status: a negative one is no error code.
 *
 * Suspends: no.
 * Returns: the exit status >= 0; the signal's number negated (-SIGKILL) if one killed it, as in
 * asyncio; 255 if nobody knows; COIL_RUNNING while it runs.
 */
COIL_EXPORT int coil_process_returncode(const struct coil_process *process);
#define COIL_RUNNING INT32_MIN

/**
 * Its standard streams, seen from here (asyncio: stdin, stdout, stderr). A terminal is all of them.
 *
 * Suspends: no. Owns: the process keeps them.
 * Returns: the stream; NULL if it is neither pipe nor terminal.
 */
COIL_EXPORT struct coil_stream *coil_process_stdin(struct coil_process *process);
COIL_EXPORT struct coil_stream *coil_process_stdout(struct coil_process *process);
COIL_EXPORT struct coil_stream *coil_process_stderr(struct coil_process *process);

/**
 * Gives it up. A child that still runs is killed and reaped in the background, as asyncio does;
 * wait for it first if it shall end by itself. NULL is fine.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_process_unref(struct coil_process *process);

COIL_END_DECLS

#endif
