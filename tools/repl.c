#include "repl.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "screen.h"
#include "session.h"

#define BREAK_AFTER_MS 300 /* how long typed code may take to heed Ctrl-C by itself */

static const char *const keywords[] = {
    "auto",     "break",  "case",     "char",     "const",    "continue",   "default",
    "double",   "else",   "enum",     "extern",   "float",    "for",        "goto",
    "inline",   "int",    "long",     "register", "restrict", "return",     "short",
    "signed",   "sizeof", "static",   "struct",   "switch",   "typedef",    "union",
    "unsigned", "void",   "volatile", "while",    "bool",     "coil_async", NULL};

/* Three threads: this one draws, another evaluates, the loop's runs tasks. */
struct prompt {
    struct session *session;
    struct screen *screen;
    pthread_t evaluator;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    const char *chunk; /* to be evaluated; NULL: none */
    int line;
    bool leaving;
};

static void *evaluate(void *arg)
{
    struct prompt *prompt = arg;

    guard_prepare_thread();
    pthread_mutex_lock(&prompt->mutex);
    while (!prompt->leaving) {
        if (prompt->chunk) {
            pthread_mutex_unlock(&prompt->mutex);
            session_evaluate(prompt->session, prompt->chunk, "prompt", prompt->line);
            pthread_mutex_lock(&prompt->mutex);
            prompt->chunk = NULL;
            screen_done(prompt->screen);
        } else {
            pthread_cond_wait(&prompt->changed, &prompt->mutex);
        }
    }
    pthread_mutex_unlock(&prompt->mutex);
    return NULL;
}

static void hand_over(struct prompt *prompt, const char *chunk)
{
    pthread_mutex_lock(&prompt->mutex);
    prompt->chunk = chunk;
    prompt->line = 1;
    pthread_cond_signal(&prompt->changed);
    pthread_mutex_unlock(&prompt->mutex);
    screen_show(prompt->screen);
}

/* Ctrl-C: waits of the library end by themselves; code that goes on computing is broken off. */
static void interrupt(void *arg)
{
    struct prompt *prompt = arg;
    struct timespec step = {0, 10 * 1000000L};

    coil_interrupt();
    for (int ms = 0; ms < BREAK_AFTER_MS && prompt->session->computing; ms += 10)
        nanosleep(&step, NULL);
    if (prompt->session->computing)
        guard_break(prompt->evaluator);
}

static bool offer(const char *name, void *screen)
{
    screen_offer(screen, name);
    return true;
}

static void complete(struct screen *screen, void *arg)
{
    struct prompt *prompt = arg;

    for (size_t i = 0; keywords[i]; i++)
        screen_offer(screen, keywords[i]);
    for (size_t i = 0; command_names()[i]; i++)
        screen_offer(screen, command_names()[i]);
    engine_each_name(prompt->session->engine, offer, screen);
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\n")] == '\0';
}

/* An empty line ends what is unfinished outside of brackets: the compiler then says what is
 * missing. */
static bool gives_up(const char *chunk, const char *line)
{
    long depth = 0;

    for (; *chunk; chunk++)
        depth += (strchr("([{", *chunk) != NULL) - (strchr(")]}", *chunk) != NULL);
    return is_blank(line) && depth <= 0;
}

static void read_and_evaluate(struct prompt *prompt)
{
    struct text chunk = {0};

    while (!prompt->session->quit) {
        const char *line = screen_read_line(prompt->screen, chunk.length ? "...> " : "coil> ");

        if (!line)
            break;
        if (!*line) {
            text_clear(&chunk);
            continue;
        }
        if (chunk.length == 0 && is_blank(line))
            continue;
        text_puts(&chunk, line);
        if (!session_complete(prompt->session, text_string(&chunk)) &&
            !gives_up(text_string(&chunk), line))
            continue;
        hand_over(prompt, text_string(&chunk));
        text_clear(&chunk);
    }
    text_free(&chunk);
}

static void leave(struct prompt *prompt)
{
    pthread_mutex_lock(&prompt->mutex);
    prompt->leaving = true;
    pthread_cond_signal(&prompt->changed);
    pthread_mutex_unlock(&prompt->mutex);
    pthread_join(prompt->evaluator, NULL);
    pthread_mutex_destroy(&prompt->mutex);
    pthread_cond_destroy(&prompt->changed);
}

void repl_prompt(struct session *session)
{
    struct prompt prompt = {.session = session};
    struct screen_options options = {.complete = complete, .interrupt = interrupt, .arg = &prompt};

    prompt.screen = screen_open(&options);
    if (!prompt.screen) {
        fprintf(stderr, "coil: no pseudo terminal: %s\n", strerror(errno));
        return;
    }
    pthread_mutex_init(&prompt.mutex, NULL);
    pthread_cond_init(&prompt.changed, NULL);
    session->jobs.announce = true;
    if (pthread_create(&prompt.evaluator, NULL, evaluate, &prompt) == 0) {
        read_and_evaluate(&prompt);
        session->jobs.announce = false;
        leave(&prompt);
    }
    screen_close(prompt.screen);
}

/* Every thread inherits this; only the drawing one ever takes a SIGINT, while it sleeps. */
static void block_interrupts(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static int run_prompt(const struct repl_options *options)
{
    struct session session;

    block_interrupts();
    if (!session_open(&session, options->include_dir, options->tcc_dir))
        return 1;
    printf("coil " COIL_VERSION ", a loop (%s) in its own thread. C goes here; :help, :quit\n",
           coil_loop_driver(coil_thread_loop(session.jobs.loop)));
    repl_prompt(&session);
    session_close(&session);
    return 0;
}

/* All that was started is waited for, unless the script quits. */
static int run_script(const struct repl_options *options)
{
    struct session session;
    bool ok;

    if (!session_open(&session, options->include_dir, options->tcc_dir))
        return 1;
    ok = session_read(&session, stdin, "stdin");
    if (!session.quit)
        session_evaluate(&session, ":wait", "stdin", 0);
    session_close(&session);
    return ok ? 0 : 1;
}

int repl_main(const struct repl_options *options)
{
    setlocale(LC_ALL, "");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? run_prompt(options)
                                                         : run_script(options);
}
