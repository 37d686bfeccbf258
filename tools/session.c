#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "types.h"
#include "value.h"

/* Includes of every session: what the examples in the documents take for granted. */
static const char first_lines[] = "#include <stdio.h>\n"
                                  "#include <stdlib.h>\n"
                                  "#include <string.h>\n"
                                  "#include <coil/coil.h>\n";

bool session_open(struct session *session, const char *include_dir, const char *tcc_dir)
{
    struct text problem = {0};

    *session = (struct session){0};
    if (!paths_find(&session->paths, include_dir, tcc_dir, &problem)) {
        fprintf(stderr, "coil: %s\n", text_string(&problem));
        text_free(&problem);
        return false;
    }
    if (!jobs_open(&session->jobs)) {
        fprintf(stderr, "coil: cannot open a loop: %s\n", strerror(errno));
        paths_free(&session->paths);
        return false;
    }
    session->engine = engine_open(&session->paths);
    engine_offer(session->engine, "loop", "struct coil_thread *loop", &session->jobs.loop);
    if (session_evaluate(session, first_lines, "prompt", 1))
        return true;
    session_close(session);
    return false;
}

void session_close(struct session *session)
{
    jobs_close(&session->jobs);
    engine_close(session->engine);
    paths_free(&session->paths);
}

bool session_complete(struct session *session, const char *chunk)
{
    return chunk[strspn(chunk, " \t")] == ':' || engine_complete(session->engine, chunk);
}

/* One step being run, for the guard. */
static void perform(void *step)
{
    step_perform(step);
}

static bool compute(struct session *session, struct step *step, const char *place)
{
    int signal;

    session->computing = 1;
    signal = guard_run(perform, step);
    session->computing = 0;
    fflush(stdout);
    if (signal)
        fprintf(stderr, "%s: %s: %s\n", place, signal == SIGINT ? "interrupted" : "crashed",
                guard_signal_name(signal));
    return signal == 0;
}

static bool is_type(const struct step *step, const char *type)
{
    return step->type && strcmp(step->type, type) == 0;
}

static void submit(struct session *session, const struct step *step, const char *place)
{
    struct job *job = jobs_submit(&session->jobs, step, place, true);

    printf("[%d] %s running\n", job->number, job->name);
}

/* Whether the code did not run to its end; any other negative number is what it computed. */
static bool is_failure_of_task(int64_t status)
{
    return status == -COIL_ECRASHED || status == -COIL_ESTOPPED || status == -ECANCELED;
}

/* Code that must run on the loop, and that the next line depends on: waited for. */
static bool run_on_loop(struct session *session, const struct step *step, const char *place)
{
    struct job *job = jobs_submit(&session->jobs, step, place, false);
    int err = jobs_wait(&session->jobs, job, COIL_FOREVER);
    struct coil_result result;

    fflush(stdout);
    if (err == -EINTR) {
        fprintf(stderr, "%s: interrupted: it was cancelled, but does not end\n", place);
        return false;
    }
    result = coil_cfuture_result(job->future, 0);
    if (result.status >= 0 || (step->type && !is_failure_of_task(result.status)))
        return true;
    fprintf(stderr, "%s: %s\n", place,
            result.status == -ECANCELED ? "cancelled" : coil_strerror(result.status));
    return false;
}

static void show_value(struct session *session, const struct step *step)
{
    struct text text = {0};
    const char *name = NULL;

    if (step->is_silent)
        return;
    value_format(&text, step->type, step->out, step->size);
    printf("%s%s%s", step->name ? step->name : "", step->name ? " = " : "", text_string(&text));
    if (type_is_pointer(step->type))
        name = engine_function_name(session->engine, *(void **)step->out);
    if (name)
        printf(" <%s>", name);
    putchar('\n');
    text_free(&text);
    if (is_type(step, "struct coil_cfuture *") && *(void **)step->out) {
        struct job *job =
            jobs_adopt(&session->jobs, step->text, *(struct coil_cfuture **)step->out);

        jobs_describe(&session->jobs, job, &text);
        puts(text_string(&text));
        text_free(&text);
    }
}

static bool run_step(struct session *session, struct step *step, const char *place)
{
    bool ok = true;

    if (step->kind == STEP_CALL) {
        /* The call's argument is computed here, the call itself is made on the loop. */
        ok = compute(session, step, place);
        if (ok)
            submit(session, step, place);
    } else if (step->kind == STEP_VALUE &&
               (step->is_async || is_type(step, "struct coil_future *"))) {
        submit(session, step, place);
    } else {
        ok = step->is_async || step->is_loops ? run_on_loop(session, step, place)
                                              : compute(session, step, place);
        if (ok && step->kind == STEP_VALUE)
            show_value(session, step);
    }
    return ok;
}

static bool run_plan(struct session *session, struct plan *plan, const char *place)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (!run_step(session, &plan->steps[i], place)) {
            engine_take_back(session->engine, &plan->steps[i]);
            return false;
        }
    }
    return true;
}

static bool evaluate_code(struct session *session, const char *chunk, const char *file, int line)
{
    struct text messages = {0};
    struct text place = {0};
    struct plan plan;
    bool ok = engine_plan(session->engine, chunk, file, line, &plan, &messages);

    fputs(text_string(&messages), stderr);
    text_printf(&place, "%s:%d", file, line);
    if (ok)
        ok = run_plan(session, &plan, text_string(&place));
    plan_free(&plan);
    text_free(&place);
    text_free(&messages);
    return ok;
}

bool session_evaluate(struct session *session, const char *chunk, const char *file, int line)
{
    const char *at = chunk + strspn(chunk, " \t\n");
    bool ok;

    ok = *at == ':' ? command_run(session, at + 1) : evaluate_code(session, chunk, file, line);
    fflush(stdout);
    return ok;
}

bool session_read(struct session *session, FILE *from, const char *file)
{
    struct text chunk = {0};
    char *line = NULL;
    size_t size = 0;
    int number = 0;
    int first = 1;
    bool ok = true;

    while (!session->quit && getline(&line, &size, from) >= 0) {
        number++;
        if (chunk.length == 0)
            first = number;
        text_puts(&chunk, line);
        if (!session_complete(session, text_string(&chunk)))
            continue;
        ok &= session_evaluate(session, text_string(&chunk), file, first);
        text_clear(&chunk);
    }
    if (chunk.length && !session->quit)
        ok &= session_evaluate(session, text_string(&chunk), file, first);
    free(line);
    text_free(&chunk);
    return ok;
}

bool session_include(struct session *session, const char *path)
{
    FILE *file = fopen(path, "re");
    bool ok;

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    ok = session_read(session, file, path);
    fclose(file);
    return ok;
}
