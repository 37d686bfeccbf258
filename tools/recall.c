#include "recall.h"

#include <stdlib.h>

#include "text.h"

enum { HISTORY_LINES = 1000 };

static char *path(void)
{
    const char *named = getenv("COIL_HISTORY");
    const char *home = getenv("HOME");
    struct text text = {0};

    if (named)
        text_puts(&text, named);
    else if (home)
        text_printf(&text, "%s/.coil_history", home);
    return text_take(&text);
}

void recall_open(struct recall *self, EditLine *editor)
{
    HistEvent event;

    self->lines = history_init();
    self->file = path();
    history(self->lines, &event, H_SETSIZE, HISTORY_LINES);
    history(self->lines, &event, H_SETUNIQUE, 1);
    if (*self->file)
        history(self->lines, &event, H_LOAD, self->file);
    el_set(editor, EL_HIST, history, self->lines);
}

void recall_add(struct recall *self, const char *line)
{
    HistEvent event;

    history(self->lines, &event, H_ENTER, line);
}

void recall_close(struct recall *self)
{
    HistEvent event;

    if (*self->file)
        history(self->lines, &event, H_SAVE, self->file);
    history_end(self->lines);
    free(self->file);
}
