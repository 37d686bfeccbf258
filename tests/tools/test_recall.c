#include "recall.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/kit.h"

static struct recall recall;
static EditLine *editor;

static void begin(void)
{
    editor = el_init("test", stdin, stdout, stderr);
    recall_open(&recall, editor);
}

static void end(void)
{
    recall_close(&recall);
    el_end(editor);
}

/* How many lines are remembered; the newest one must be this. */
static int check_newest(const char *line)
{
    HistEvent event;

    CHECK_EQ(history(recall.lines, &event, H_FIRST), 0);
    CHECK_STR(event.str, line);
    CHECK_EQ(history(recall.lines, &event, H_GETSIZE), 0);
    return event.num;
}

TEST(lines_are_there_again_in_the_next_session)
{
    setenv("COIL_HISTORY", kit_path("lines"), 1);
    begin();
    recall_add(&recall, "first\n");
    recall_add(&recall, "second\n");
    end();
    begin();
    CHECK_EQ(check_newest("second\n"), 2);
    end();
}

TEST(a_line_typed_again_at_once_is_kept_once)
{
    setenv("COIL_HISTORY", kit_path("lines"), 1);
    begin();
    recall_add(&recall, "again\n");
    recall_add(&recall, "again\n");
    CHECK_EQ(check_newest("again\n"), 1);
    end();
}

TEST(they_are_in_the_home_folder_if_no_file_is_named)
{
    unsetenv("COIL_HISTORY");
    setenv("HOME", kit_path(""), 1);
    begin();
    recall_add(&recall, "at home\n");
    end();
    CHECK_EQ(access(kit_path(".coil_history"), R_OK), 0);
}

TEST(without_either_they_are_for_the_session_alone)
{
    unsetenv("COIL_HISTORY");
    unsetenv("HOME");
    begin();
    CHECK_STR(recall.file, "");
    recall_add(&recall, "gone\n");
    CHECK_EQ(check_newest("gone\n"), 1);
    end();
    begin();
    CHECK_EQ(history(recall.lines, &(HistEvent){0}, H_FIRST), -1);
    end();
}
