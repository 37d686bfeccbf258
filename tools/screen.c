#include "screen.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "complete.h"
#include "recall.h"
#include "text.h"

#define REST_OF_LINE_MS 20 /* how long half a line of output is waited for before it is drawn */

/* Ends the output of one evaluation. In band, so that nothing printed before it is missed. */
static const char end_mark[] = "\036\035\036";

struct screen {
    struct screen_options options;
    EditLine *editor;
    struct recall recall;
    FILE *terminal; /* the real one */
    int saved[2];   /* descriptors 1 and 2 as they were */
    int master;     /* what the process prints comes out here */
    const char *prompt;
    struct text output; /* read from the master, not drawn yet */
    struct completion completion;
    bool interrupted;
    bool mid_line; /* the last thing written did not end its line */
};

static volatile sig_atomic_t interrupts;
static volatile sig_atomic_t resizes;

static void on_signal(int signal)
{
    if (signal == SIGINT)
        interrupts = 1;
    else
        resizes = 1;
}

/* SIGINT is blocked but in here, so that none gets lost between a look and a sleep. */
static int wait_readable(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    sigset_t mask;

    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    sigdelset(&mask, SIGINT);
    return ppoll(fds, count, timeout_ms < 0 ? NULL : &timeout, &mask);
}

static bool take_interrupt(void)
{
    bool was = interrupts;

    interrupts = 0;
    return was;
}

/* Reads what there is. Returns false if there was nothing within the time. */
static bool read_output(struct screen *screen, int timeout_ms)
{
    struct pollfd fd = {screen->master, POLLIN, 0};
    char bytes[4096];
    ssize_t got;

    if (wait_readable(&fd, 1, timeout_ms) <= 0)
        return false;
    got = read(screen->master, bytes, sizeof(bytes));
    if (got > 0)
        text_add(&screen->output, bytes, (size_t)got);
    return got > 0;
}

static void write_terminal(struct screen *screen, const char *bytes, size_t length)
{
    fwrite(bytes, 1, length, screen->terminal);
    fflush(screen->terminal);
    if (length > 0)
        screen->mid_line = bytes[length - 1] != '\n';
}

static void end_line(struct screen *screen)
{
    if (screen->mid_line)
        write_terminal(screen, "\n", 1);
}

/* How many columns a piece of the line takes; control characters are shown as two. */
static size_t columns_of(const wchar_t *from, const wchar_t *to)
{
    size_t columns = 0;

    for (; from < to; from++) {
        int width = wcwidth(*from);

        columns += width < 0 ? 2 : (size_t)width;
    }
    return columns;
}

/* Wipes the line being typed, all its rows, and leaves the cursor where it began. */
static void hide_line(struct screen *screen)
{
    const LineInfoW *line = el_wline(screen->editor);
    struct winsize size = {0};
    size_t columns = strlen(screen->prompt) + columns_of(line->buffer, line->cursor);
    size_t rows;

    if (ioctl(fileno(screen->terminal), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        size.ws_col = 80;
    rows = columns / size.ws_col;
    fputc('\r', screen->terminal);
    if (rows > 0)
        fprintf(screen->terminal, "\033[%zuA", rows);
    fputs("\033[J", screen->terminal);
}

/* Draws what was printed while a line is being typed, above that line. */
static void draw_above(struct screen *screen)
{
    struct text *output = &screen->output;

    while (read_output(
        screen, output->length && output->data[output->length - 1] != '\n' ? REST_OF_LINE_MS : 0)) {
    }
    if (output->length == 0)
        return;
    hide_line(screen);
    write_terminal(screen, output->data, output->length);
    end_line(screen);
    text_clear(output);
    el_set(screen->editor, EL_REFRESH);
}

/* One character of the terminal's, of one or more bytes. */
static int read_character(wchar_t *character)
{
    mbstate_t state = {0};
    char byte;

    for (;;) {
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        size_t used;

        if (got <= 0)
            return 0;
        if (byte == '\0') /* Ctrl-D typed ahead, while the terminal kept lines: it comes as this */
            byte = '\004';
        used = mbrtowc(character, &byte, 1, &state);
        if (used == (size_t)-1)
            memset(&state, 0, sizeof(state));
        else if (used != (size_t)-2)
            return 1;
    }
}

/* libedit asks for a character; meanwhile output is drawn. */
static int get_character(EditLine *editor, wchar_t *character)
{
    struct screen *screen;

    el_get(editor, EL_CLIENTDATA, &screen);
    for (;;) {
        struct pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {screen->master, POLLIN, 0}};
        int ready = wait_readable(fds, 2, screen->output.length ? 0 : -1);

        if (take_interrupt()) {
            screen->interrupted = true;
            return 0;
        }
        if (resizes) {
            resizes = 0;
            el_resize(editor);
        }
        if (screen->output.length || (ready > 0 && fds[1].revents))
            draw_above(screen);
        if (ready > 0 && fds[0].revents)
            return read_character(character);
    }
}

static char *get_prompt(EditLine *editor)
{
    struct screen *screen;

    el_get(editor, EL_CLIENTDATA, &screen);
    return (char *)(uintptr_t)screen->prompt;
}

static unsigned char complete_word(EditLine *editor, int character)
{
    const LineInfo *line = el_line(editor);
    struct screen *screen;
    enum completion_outcome outcome;

    (void)character;
    el_get(editor, EL_CLIENTDATA, &screen);
    completion_begin(&screen->completion, line->buffer, (size_t)(line->cursor - line->buffer));
    screen->options.complete(screen, screen->options.arg);
    outcome = completion_end(&screen->completion);
    if (outcome == COMPLETION_NONE)
        return CC_REFRESH_BEEP;
    if (outcome == COMPLETION_LONGER) {
        el_insertstr(editor, screen->completion.insert);
        return CC_REFRESH;
    }
    fputc('\n', screen->terminal);
    completion_print(&screen->completion, screen->terminal);
    return CC_REDISPLAY;
}

void screen_offer(struct screen *screen, const char *word)
{
    completion_offer(&screen->completion, word);
}

static void open_editor(struct screen *screen)
{
    screen->editor = el_init("coil", stdin, screen->terminal, screen->terminal);
    el_set(screen->editor, EL_CLIENTDATA, screen);
    el_set(screen->editor, EL_PROMPT, get_prompt);
    el_set(screen->editor, EL_EDITOR, "emacs");
    el_set(screen->editor, EL_SIGNAL, 0);
    /* A Ctrl-C that takes the character between the look and the read would leave us reading. */
    el_set(screen->editor, EL_SETTY, "-d", "+noflsh", NULL);
    el_set(screen->editor, EL_GETCFN, get_character);
    el_set(screen->editor, EL_ADDFN, "coil-complete", "complete a name", complete_word);
    el_set(screen->editor, EL_BIND, "^I", "coil-complete", NULL);
    el_set(screen->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(screen->editor, NULL);
    recall_open(&screen->recall, screen->editor);
}

/* Leads descriptors 1 and 2 through a pseudo terminal that changes nothing. */
static bool capture_output(struct screen *screen)
{
    struct termios mode;
    struct winsize size;
    int slave;

    if (openpty(&screen->master, &slave, NULL, NULL, NULL) < 0)
        return false;
    if (tcgetattr(slave, &mode) == 0) {
        cfmakeraw(&mode);
        tcsetattr(slave, TCSANOW, &mode);
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(slave, TIOCSWINSZ, &size);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        screen->saved[i] = dup(STDOUT_FILENO + i);
        dup2(slave, STDOUT_FILENO + i);
    }
    close(slave);
    return true;
}

struct screen *screen_open(const struct screen_options *options)
{
    struct screen *screen = memory_resize(NULL, 1, sizeof(*screen));
    struct sigaction action = {.sa_handler = on_signal};
    int terminal = dup(STDOUT_FILENO);

    *screen = (struct screen){.options = *options, .prompt = ""};
    screen->terminal = terminal < 0 ? NULL : fdopen(terminal, "w");
    if (!screen->terminal || !capture_output(screen)) {
        if (screen->terminal)
            fclose(screen->terminal);
        free(screen);
        return NULL;
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGWINCH, &action, NULL);
    open_editor(screen);
    return screen;
}

void screen_close(struct screen *screen)
{
    fflush(stdout);
    while (read_output(screen, REST_OF_LINE_MS)) {
    }
    write_terminal(screen, text_string(&screen->output), screen->output.length);
    recall_close(&screen->recall);
    el_end(screen->editor);
    for (int i = 0; i < 2; i++) {
        dup2(screen->saved[i], STDOUT_FILENO + i);
        close(screen->saved[i]);
    }
    close(screen->master);
    fclose(screen->terminal);
    text_free(&screen->output);
    completion_free(&screen->completion);
    free(screen);
}

const char *screen_read_line(struct screen *screen, const char *prompt)
{
    const char *line;
    int length = 0;

    screen->prompt = prompt;
    screen->interrupted = false;
    line = el_gets(screen->editor, &length);
    if (screen->interrupted) {
        tcflush(STDIN_FILENO, TCIFLUSH); /* it is not typed ahead of the next line */
        write_terminal(screen, "^C\n", 3);
        el_reset(screen->editor);
        return "";
    }
    if (!line || length <= 0) {
        write_terminal(screen, "\n", 1);
        return NULL;
    }
    if (line[strspn(line, " \t\n")])
        recall_add(&screen->recall, line);
    return line;
}

/* Takes the first bytes off what was read. */
static void drop_output(struct text *output, size_t length)
{
    output->length -= length;
    memmove(output->data, output->data + length, output->length + 1);
}

void screen_show(struct screen *screen)
{
    struct text *output = &screen->output;
    char *end = NULL;

    while (!end) {
        if (output->length == 0)
            read_output(screen, -1);
        if (take_interrupt()) {
            write_terminal(screen, "\n", 1); /* behind the ^C that the terminal shows */
            screen->options.interrupt(screen->options.arg);
        }
        if (output->length == 0)
            continue;
        end = memmem(output->data, output->length, end_mark, strlen(end_mark));
        if (!end && memchr(end_mark, output->data[output->length - 1], strlen(end_mark)) &&
            read_output(screen, REST_OF_LINE_MS))
            continue; /* that was the first half of the mark */
        write_terminal(screen, output->data, end ? (size_t)(end - output->data) : output->length);
        drop_output(output, end ? (size_t)(end - output->data) + strlen(end_mark) : output->length);
    }
    end_line(screen); /* what follows the mark is drawn above the next line */
}

void screen_done(struct screen *screen)
{
    (void)screen;
    fflush(stdout);
    fflush(stderr);
    if (write(STDOUT_FILENO, end_mark, strlen(end_mark)) < 0)
        abort(); /* the drawing thread would wait for ever */
}
