#include "tour.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "repl.h"
#include "session.h"

#define SECOND_WATCHED COIL_MS(600) /* the narrator's second, on a terminal and elsewhere */
#define SECOND_ALONE COIL_MS(60)

static bool colours;

static const char *style(const char *code)
{
    return colours ? code : "";
}

void tour_title(struct tour *tour, const char *title)
{
    printf("\n%s%d. %s%s\n", style("\033[1m"), ++tour->step, title, style("\033[0m"));
    tour_pause(tour, 0.3);
}

void tour_say(struct tour *tour, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    puts("");
    tour_pause(tour, 1.0);
}

void tour_result(const char *format, ...)
{
    va_list arguments;

    printf("  %s=>%s ", style("\033[32m"), style("\033[0m"));
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    puts("");
}

void tour_code(const char *code)
{
    printf("    %s%s;%s\n", style("\033[36m"), code, style("\033[0m"));
    fflush(stdout); /* what it does may write to stderr */
}

void tour_pause(const struct tour *tour, double seconds)
{
    int64_t ns = tour->terminal ? (int64_t)(seconds * 1e9) : 0;
    struct timespec time = {ns / 1000000000, ns % 1000000000};

    fflush(stdout);
    nanosleep(&time, NULL);
}

static void run_steps(struct tour *tour)
{
    tour_step_fn *const *steps;
    int count = tour_steps(&steps);

    printf("%scoil " COIL_VERSION ": asyncio for C%s\n", style("\033[1m"), style("\033[0m"));
    tour_say(tour,
             "Each line of C below is run as it is shown; each table is the loop at that time.");
    for (int i = 0; i < count; i++)
        steps[i](tour);
    fflush(stdout);
}

/* Ctrl-C ends the tour; at the prompt behind it, it does what it does there. */
static void set_interrupts(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(how, &set, NULL);
}

static int run_watched(struct tour *tour, const struct repl_options *options)
{
    struct session session;

    set_interrupts(SIG_BLOCK); /* the loop's thread inherits it */
    if (!session_open(&session, options->include_dir, options->tcc_dir))
        return 1;
    set_interrupts(SIG_UNBLOCK);
    tour->loop = session.jobs.loop;
    run_steps(tour);
    set_interrupts(SIG_BLOCK);
    puts("\nThe first loop is still alive, and it is yours: C goes here. :help, :list, :quit");
    repl_prompt(&session);
    session_close(&session);
    return 0;
}

static int run_alone(struct tour *tour)
{
    tour->loop = coil_thread_open(NULL);
    if (!tour->loop) {
        fprintf(stderr, "coil: cannot open a loop: %s\n", strerror(errno));
        return 1;
    }
    run_steps(tour);
    coil_thread_close(tour->loop);
    return 0;
}

int tour_main(const struct repl_options *options)
{
    struct tour tour = {.terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};

    tour.unit_ns = tour.terminal ? SECOND_WATCHED : SECOND_ALONE;
    colours = tour.terminal;
    return tour.terminal ? run_watched(&tour, options) : run_alone(&tour);
}
