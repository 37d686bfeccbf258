/* The progress bar: its line, and when it is drawn. */
#include <coil/progress.h>

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fault.h"
#include "hand.h"
#include "work/columns.h"

#define BEGAN COIL_SECONDS(1000)

static char line[1024];

/* The line after so many seconds. */
static const char *line_of(size_t done, size_t total, size_t failed, double seconds, int columns)
{
    struct coil_progress bar = {
        .title = "resize", .total = total, .done = done, .failed = failed, .began_ns = BEGAN};
    int n = coil_progress_line(&bar, BEGAN + (int64_t)(seconds * 1e9), columns, line, sizeof(line));

    CHECK_EQ(n, strlen(line));
    CHECK(coil__columns_of(line) <= (columns > 0 ? columns : 0));
    return line;
}

TEST(line_tells_how_much_how_fast_and_how_long)
{
    CHECK_STR(line_of(512, 1024, 3, 2, 79),
              "resize  [###############................]  512/1024  256/s  3 failed  0:02 left");
    CHECK_STR(line_of(512, 1024, 0, 2, 120),
              "resize  [####################....................]  512/1024  256/s  0:02 left");
}

TEST(line_of_the_beginning_guesses_nothing)
{
    CHECK_STR(line_of(0, 1024, 0, 0, 60), "resize  ["
                                          "........................................"
                                          "]  0/1024");
    CHECK_STR(line_of(0, 1024, 0, 5, 40), "resize  [......................]  0/1024");
}

TEST(line_of_the_end_tells_the_time_it_took)
{
    CHECK_STR(line_of(1024, 1024, 0, 4, 60),
              "resize  [#######################]  1024/1024  256/s  in 0:04");
    CHECK_STR(line_of(2000, 1024, 0, 4, 60),
              "resize  [#######################]  2000/1024  500/s  in 0:04");
    CHECK_STR(line_of(10, 10, 10, 4, 60),
              "resize  [################]  10/10  2.5/s  10 failed  in 0:04");
}

TEST(line_without_a_total_counts)
{
    CHECK_STR(line_of(512, 0, 0, 2, 60), "resize  512  256/s");
    CHECK_STR(line_of(512, 0, 7, 2, 60), "resize  512  256/s  7 failed");
    CHECK_STR(line_of(0, 0, 0, 2, 60), "resize  0");
}

TEST(line_tells_long_times)
{
    CHECK_HAS(line_of(1, 3723, 0, 1, 60), "1:02:02 left");
    CHECK_HAS(line_of(1, 100, 0, 60, 60), "1.0/min");
    CHECK_HAS(line_of(1, 100, 0, 60, 60), "1:39:00 left");
    CHECK_HAS(line_of(1, 1000, 0, 3600, 60), "41 days left");
    CHECK_HAS(line_of(1, SIZE_MAX, 0, 3600, 100), "days left");
    CHECK_HAS(line_of(1, 2, 0, 61, 60), "1:01 left");
}

TEST(line_tells_rates_in_few_figures)
{
    CHECK_HAS(line_of(25, 1000, 0, 10, 60), "2.5/s");
    CHECK_HAS(line_of(123456, 0, 0, 1, 60), "123k/s");
    CHECK_HAS(line_of(9999, 0, 0, 1, 60), "9999/s");
    CHECK_HAS(line_of(12345678, 0, 0, 1, 60), "12.3M/s");
}

TEST(narrow_line_leaves_the_least_important_out)
{
    CHECK_STR(line_of(512, 1024, 3, 2, 46), "resize  512/1024  256/s  3 failed  0:02 left");
    CHECK_STR(line_of(512, 1024, 3, 2, 36), "512/1024  256/s  3 failed  0:02 left");
    CHECK_STR(line_of(512, 1024, 3, 2, 35), "resize  512/1024  256/s  3 failed");
    CHECK_STR(line_of(512, 1024, 3, 2, 31), "re..  512/1024  256/s  3 failed");
    CHECK_STR(line_of(512, 1024, 3, 2, 30), "512/1024  256/s  3 failed"); /* "r.." says nothing */
    CHECK_STR(line_of(512, 1024, 3, 2, 26), "512/1024  256/s  3 failed");
    CHECK_STR(line_of(512, 1024, 3, 2, 20), "512/1024  3 failed");
    CHECK_STR(line_of(512, 1024, 3, 2, 12), "512/1024");
    CHECK_STR(line_of(512, 1024, 3, 2, 5), "512/1");
    CHECK_STR(line_of(512, 1024, 3, 2, 0), "");
    CHECK_STR(line_of(512, 1024, 3, 2, -5), "");
}

/* Every width and state: never wider than said. */
TEST(line_fits_in_any_width)
{
    for (int columns = 0; columns < 150; columns++)
        for (size_t done = 0; done <= 1000; done += 250) {
            line_of(done, 1000, 0, 3, columns);
            line_of(done, 1000, done, 0.001, columns);
            line_of(done, 0, 1, 100000, columns);
        }
}

TEST(long_title_is_cut_between_characters)
{
    struct coil_progress bar = {.title = "Vergrößerung der schönsten Bilder", .total = 10};

    coil_progress_line(&bar, 0, 40, line, sizeof(line));
    CHECK_STR(line, "Vergrößerung der sch..  [........]  0/10");
    coil_progress_line(&bar, 0, 20, line, sizeof(line));
    CHECK_STR(line, "Vergrößerung..  0/10");
    coil_progress_line(&bar, 0, 12, line, sizeof(line));
    CHECK_STR(line, "Verg..  0/10");
    coil_progress_line(&bar, 0, 9, line, sizeof(line));
    CHECK_STR(line, "0/10");
    bar.title = "";
    coil_progress_line(&bar, 0, 30, line, sizeof(line));
    CHECK_STR(line, "[....................]  0/10");
}

TEST(small_buffer_gets_what_fits_and_the_length_is_told)
{
    struct coil_progress bar = {.title = "Größe", .total = 10};
    int n = coil_progress_line(&bar, 0, 40, NULL, 0);

    CHECK_EQ(coil_progress_line(&bar, 0, 40, line, 4), n);
    CHECK_STR(line, "Gr");
    CHECK_EQ(coil_progress_line(&bar, 0, 40, line, sizeof(line)), n);
    CHECK_EQ(strlen(line), n);
}

/* ---- the terminal ---- */

static int master, kept;

static void terminal_begin(int columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    int slave;

    CHECK_EQ(openpty(&master, &slave, NULL, NULL, &size), 0);
    CHECK_EQ(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    kept = dup(STDERR_FILENO);
    dup2(slave, STDERR_FILENO);
    close(slave);
    unsetenv("TERM");
}

/* What stood on the terminal; its \n arrives as \r\n. */
static const char *terminal_end(void)
{
    ssize_t n;
    size_t all = 0;

    while ((n = read(master, line + all, sizeof(line) - 1 - all)) > 0)
        all += (size_t)n;
    line[all] = '\0';
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(master);
    return line;
}

#define AHEAD COIL_SECONDS(60) /* of what may stop this test between two lines */

TEST(bar_is_drawn_when_it_is_time)
{
    struct coil_progress bar;
    int64_t begun;

    terminal_begin(41);
    coil_progress_init(&bar, "copy", 4);
    begun = bar.drawn_ns;
    bar.drawn_ns += AHEAD;
    coil_progress_add(&bar, false); /* not yet */
    CHECK(!bar.drawn);
    bar.began_ns = bar.drawn_ns = begun - COIL_SECONDS(200); /* as if time had passed */
    coil_progress_add(&bar, true);
    CHECK(bar.drawn && bar.drawn_ns >= begun);
    bar.drawn_ns += AHEAD;
    coil_progress_add(&bar, false); /* and again not yet */
    coil_progress_add(&bar, false);
    coil_progress_fini(&bar);
    CHECK_STR(terminal_end(), "\rcopy  2/4  0.6/min  1 failed  3:20 left\033[K"
                              "\rcopy  4/4  1.2/min  1 failed  in 3:20\033[K\r\n");
}

TEST(line_can_be_wiped_for_something_else)
{
    struct coil_progress bar;

    terminal_begin(60);
    coil_progress_init(&bar, "copy", 0);
    coil_progress_clear(&bar); /* nothing stands there */
    bar.done = 9;
    bar.began_ns = bar.drawn_ns -= COIL_SECONDS(10);
    coil_progress_add(&bar, false);
    coil_progress_clear(&bar);
    coil_progress_clear(&bar);
    CHECK_STR(terminal_end(), "\rcopy  10  1.0/s\033[K\r\033[K");
}

TEST(bar_that_counted_nothing_draws_nothing)
{
    struct coil_progress bar;

    terminal_begin(60);
    coil_progress_init(&bar, "copy", 10);
    coil_progress_fini(&bar);
    CHECK_STR(terminal_end(), "");
}

TEST(terminal_that_does_not_know_its_width_has_80_columns)
{
    struct coil_progress bar;

    terminal_begin(0);
    coil_progress_init(&bar, "copy", 20);
    bar.done = 9;
    bar.began_ns = bar.drawn_ns -= COIL_SECONDS(10);
    coil_progress_add(&bar, false);
    CHECK_STR(terminal_end(),
              "\rcopy  [####################....................]  10/20  1.0/s  0:10 left\033[K");
}

TEST(simple_terminal_gets_no_bar)
{
    struct coil_progress bar;

    terminal_begin(60);
    setenv("TERM", "dumb", 1);
    coil_progress_init(&bar, "copy", 10);
    bar.drawn_ns -= COIL_SECONDS(1);
    coil_progress_add(&bar, false);
    coil_progress_fini(&bar);
    CHECK_STR(terminal_end(), "");
}

TEST(what_is_no_terminal_gets_no_bar)
{
    struct coil_progress bar;
    char *said;

    errors_begin();
    coil_progress_init(&bar, "copy", 10);
    bar.drawn_ns -= COIL_SECONDS(1);
    coil_progress_add(&bar, false);
    coil_progress_clear(&bar);
    coil_progress_fini(&bar);
    said = errors_end();
    CHECK_STR(said, "");
    free(said);
}

static struct coil_result fail_on_3(void *item)
{
    return *(int *)item == 3 ? coil_error(-EIO) : coil_value(NULL);
}

TEST(map_draws_its_bar_and_ends_the_line_when_it_fails)
{
    static const int items[] = {1, 2, 3, 4};
    struct coil_map_options options = {.progress = true, .at_once = 1, .stop_on_error = true};
    struct coil_executor *hand = hand_open(1);

    hand_start(hand, false);
    terminal_begin(60);
    CHECK_EQ(coil_executor_map_with(hand, fail_on_3, items, 4, NULL, &options), -EIO);
    terminal_end();
    CHECK_HAS(line, "fail_on_3  [");
    CHECK_HAS(line, "3/4");
    CHECK_HAS(line, "1 failed");
    CHECK_HAS(line, "\033[K\r\n");
    terminal_begin(60);
    options.title = "again";
    options.stop_on_error = false;
    CHECK_EQ(coil_executor_map_with(hand, fail_on_3, items, 4, NULL, &options), 1);
    terminal_end();
    CHECK_HAS(line, "again  [");
    CHECK_HAS(line, "4/4");
    hand_close(hand);
}
