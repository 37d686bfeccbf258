#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

struct command {
    const char *name;
    const char *arguments;
    const char *help;
    bool (*run)(struct session *session, const char *arguments);
};

static const struct command commands[];

static bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return false;
}

static struct coil_loop *loop_of(const struct session *session)
{
    return coil_thread_loop(session->jobs.loop);
}

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t");
}

/* What a command is about: a job by its number, or a task of the loop by its id ("#7"). */
struct target {
    struct job *job;
    uint64_t task_id;
};

/* A job that was only just submitted has no task yet: its loop is given two seconds to begin it. */
static uint64_t task_of_job(const struct coil_cfuture *future)
{
    for (int ms = 0; ms < 2000 && coil_cfuture_state(future) == COIL_CFUTURE_PENDING; ms++)
        usleep(1000);
    return coil_cfuture_task_id(future);
}

static bool parse_target(const struct session *session, const char **at, struct target *target)
{
    bool is_task = **at == '#';
    const char *digits = *at + is_task;
    char *end;
    unsigned long long number = strtoull(digits, &end, 10);

    *target = (struct target){0};
    if (end == digits || (*end && !isspace((unsigned char)*end)))
        return complain("which one? a job's number, or #ID of a task: :list shows both");
    *at = skip_space(end);
    target->task_id = number;
    if (is_task)
        return true;
    target->job = number <= 1000000000 ? jobs_find(&session->jobs, (int)number) : NULL;
    if (!target->job)
        return complain("no job [%llu]", number);
    target->task_id = task_of_job(target->job->future);
    return true;
}

/* Seconds, as "1.5". An empty text gives the default. */
static bool parse_seconds(const char *at, int64_t missing_ns, int64_t *ns)
{
    char *end;
    double seconds = strtod(at, &end);

    if (!*at) {
        *ns = missing_ns;
        return true;
    }
    if (end == at || *skip_space(end) || !(seconds >= 0 && seconds < 1e9))
        return complain("a time in seconds, please, as 1.5: not \"%s\"", at);
    *ns = (int64_t)(seconds * 1e9);
    return true;
}

static void tell(struct session *session, struct job *job)
{
    struct text line = {0};

    pthread_mutex_lock(&session->jobs.mutex);
    jobs_describe(&session->jobs, job, &line);
    pthread_mutex_unlock(&session->jobs.mutex);
    puts(text_string(&line));
    text_free(&line);
}

static bool wait_one(struct session *session, struct job *job, int64_t timeout_ns)
{
    int err = jobs_wait(&session->jobs, job, timeout_ns);

    if (err == -ETIMEDOUT)
        return complain("[%d] %s is not done yet", job->number, job->name);
    if (err == -EINTR)
        return complain("[%d] %s was cancelled, but does not end", job->number, job->name);
    if (err)
        return complain("[%d] %s: %s", job->number, job->name, coil_strerror(err));
    tell(session, job);
    return true;
}

/* In the order of their numbers; the list has the newest first. */
static bool wait_all(struct session *session)
{
    bool ok = true;

    for (int number = 1; number <= session->jobs.last_number; number++) {
        struct job *job = jobs_find(&session->jobs, number);

        if (job && !job->told)
            ok &= wait_one(session, job, COIL_FOREVER);
    }
    return ok;
}

static bool run_wait(struct session *session, const char *arguments)
{
    struct target target;
    int64_t timeout_ns = COIL_FOREVER;

    if (!*arguments)
        return wait_all(session);
    if (!parse_target(session, &arguments, &target) ||
        !parse_seconds(arguments, COIL_FOREVER, &timeout_ns))
        return false;
    if (!target.job)
        return complain("only a job can be waited for");
    return wait_one(session, target.job, timeout_ns);
}

static bool run_result(struct session *session, const char *arguments)
{
    struct target target;

    if (!parse_target(session, &arguments, &target))
        return false;
    if (!target.job)
        return complain("only a job has a result");
    if (!coil_cfuture_done(target.job->future))
        return complain("[%d] %s is not done yet", target.job->number, target.job->name);
    tell(session, target.job);
    return true;
}

static bool check(int err, uint64_t task_id)
{
    if (err == -ESRCH)
        return complain("no task #%" PRIu64 ", or it is done", task_id);
    if (err == -ENOENT)
        return complain("task #%" PRIu64 " is in no timeout scope", task_id);
    if (err)
        return complain("%s", coil_strerror(err));
    return true;
}

static bool run_cancel(struct session *session, const char *arguments)
{
    struct target target;

    if (!parse_target(session, &arguments, &target))
        return false;
    if (!target.job)
        return check(coil_cancel_id(loop_of(session), target.task_id, "cancelled at the prompt"),
                     target.task_id);
    if (coil_cfuture_done(target.job->future))
        return complain("[%d] %s is done already", target.job->number, target.job->name);
    pthread_mutex_lock(&session->jobs.mutex);
    target.job->watched = true;
    pthread_mutex_unlock(&session->jobs.mutex);
    jobs_cancel(&session->jobs, target.job);
    coil_cfuture_wait(target.job->future, COIL_MS(200));
    pthread_mutex_lock(&session->jobs.mutex);
    target.job->watched = false;
    pthread_mutex_unlock(&session->jobs.mutex);
    tell(session, target.job);
    return true;
}

static bool run_name(struct session *session, const char *arguments)
{
    struct target target;

    if (!parse_target(session, &arguments, &target))
        return false;
    if (!*arguments)
        return complain("which name?");
    if (!check(coil_set_name_id(loop_of(session), target.task_id, arguments), target.task_id))
        return false;
    if (target.job) {
        pthread_mutex_lock(&session->jobs.mutex);
        free(target.job->name);
        target.job->name = string_copy(arguments, strlen(arguments));
        pthread_mutex_unlock(&session->jobs.mutex);
    }
    return true;
}

static bool run_deadline(struct session *session, const char *arguments)
{
    struct target target;
    int64_t delay_ns = COIL_FOREVER;

    if (!parse_target(session, &arguments, &target))
        return false;
    if (!*arguments)
        return complain("in how many seconds, or \"none\"?");
    if (strcmp(arguments, "none") != 0 && !parse_seconds(arguments, COIL_FOREVER, &delay_ns))
        return false;
    return check(coil_set_deadline_id(loop_of(session), target.task_id, delay_ns), target.task_id);
}

static bool snapshot(const struct session *session, struct coil_snapshot **now)
{
    int err = coil_snapshot_open(loop_of(session), COIL_SECONDS(1), now);

    if (err == -ETIMEDOUT)
        return complain("the loop does not answer: task #%" PRIu64
                        " keeps its thread (:cancel breaks it off)",
                        coil_loop_stuck(loop_of(session)));
    return err ? complain("%s", coil_strerror(err)) : true;
}

static bool print_snapshot(const struct session *session, enum coil_snapshot_format format)
{
    struct coil_snapshot *now;

    if (!snapshot(session, &now))
        return false;
    if (now->count == 0)
        puts("no tasks");
    else
        coil_snapshot_print(now, stdout, format);
    coil_snapshot_close(now);
    return true;
}

static bool run_tree(struct session *session, const char *arguments)
{
    (void)arguments;
    return print_snapshot(session, COIL_SNAPSHOT_TREE);
}

static bool run_list(struct session *session, const char *arguments)
{
    (void)arguments;
    return print_snapshot(session, COIL_SNAPSHOT_TABLE);
}

static bool run_jobs(struct session *session, const char *arguments)
{
    (void)arguments;
    for (int number = 1; number <= session->jobs.last_number; number++) {
        struct job *job = jobs_find(&session->jobs, number);
        uint64_t id = job ? coil_cfuture_task_id(job->future) : 0;

        if (!job)
            continue;
        if (id && !coil_cfuture_done(job->future))
            printf("#%-4" PRIu64, id);
        else
            printf("     ");
        tell(session, job);
    }
    return true;
}

static bool run_stop(struct session *session, const char *arguments)
{
    struct coil_stop_options options = {0};
    int destroyed;

    if (!parse_seconds(arguments, 0, &options.grace_ns))
        return false;
    destroyed = coil_thread_stop(session->jobs.loop, &options);
    printf("the loop has stopped, %d task%s destroyed\n", destroyed, destroyed == 1 ? "" : "s");
    return true;
}

static bool run_quit(struct session *session, const char *arguments)
{
    (void)arguments;
    session->quit = true;
    return true;
}

static bool run_include(struct session *session, const char *arguments)
{
    return *arguments ? session_include(session, arguments) : complain("which file?");
}

static bool run_type(struct session *session, const char *arguments)
{
    struct text messages = {0};
    char *type;

    if (!*arguments)
        return complain("the type of which expression?");
    type = engine_type_of(session->engine, arguments, &messages);
    if (type)
        puts(type);
    else
        fputs(text_string(&messages), stderr);
    text_free(&messages);
    free(type);
    return type != NULL;
}

static bool run_help(struct session *session, const char *arguments)
{
    (void)session;
    (void)arguments;
    puts("C at the prompt: expressions (their values are kept as $1, $2 ...), statements,\n"
         "declarations, functions (define one again to replace it), #include. A call of a\n"
         "coroutine, such as f((void *)3), is submitted to the loop and becomes a job.\n"
         "`loop` is the struct coil_thread * they run on.\n");
    for (const struct command *command = commands; command->name; command++) {
        char usage[48];

        snprintf(usage, sizeof(usage), ":%s %s", command->name, command->arguments);
        printf("  %-22s %s\n", usage, command->help);
    }
    puts("\nN is a job's number, or #ID for any task of the loop. Ctrl-C cancels what is\n"
         "waited for, or ends a line that computes; Ctrl-D quits.");
    return true;
}

static const struct command commands[] = {
    {"help", "", "this text", run_help},
    {"jobs", "", "the jobs submitted here, ended ones too", run_jobs},
    {"list", "", "all tasks of the loop", run_list},
    {"tree", "", "who waits for whom", run_tree},
    {"wait", "[N [SECONDS]]", "wait for a job, or for all", run_wait},
    {"result", "N", "the result of a job that is done", run_result},
    {"cancel", "N", "cancel a job or task", run_cancel},
    {"name", "N TEXT", "name a task", run_name},
    {"deadline", "N SECONDS|none", "move the deadline of a task's timeout scope", run_deadline},
    {"type", "EXPRESSION", "the type of an expression", run_type},
    {"include", "FILE", "read a file as if it were typed", run_include},
    {"stop", "[SECONDS]", "stop the loop; grace for tasks that clean up", run_stop},
    {"quit", "", "leave; what still runs is cancelled", run_quit},
    {NULL, NULL, NULL, NULL},
};

const char *const *command_names(void)
{
    static const char *const names[] = {":help",    ":jobs",   ":list", ":tree",     ":wait",
                                        ":result",  ":cancel", ":name", ":deadline", ":type",
                                        ":include", ":stop",   ":quit", NULL};

    return names;
}

bool command_run(struct session *session, const char *line)
{
    size_t length = strcspn(line, " \t\n");
    char *arguments = string_copy(skip_space(line + length), strlen(skip_space(line + length)));
    size_t end = strlen(arguments);
    bool ok = false;

    while (end && isspace((unsigned char)arguments[end - 1]))
        arguments[--end] = '\0';
    for (const struct command *command = commands;; command++) {
        if (!command->name) {
            complain("no command :%.*s; :help lists them", (int)length, line);
            break;
        }
        if (strlen(command->name) == length && memcmp(command->name, line, length) == 0) {
            ok = command->run(session, arguments);
            break;
        }
    }
    free(arguments);
    return ok;
}
