/*
 * The lines that were typed, of earlier sessions, too: they are kept in the file that $COIL_HISTORY
 * names, or in ~/.coil_history.
 */
#ifndef TOOLS_RECALL_H
#define TOOLS_RECALL_H

#include <histedit.h>

struct recall {
    History *lines;
    char *file; /* empty: they are for this session alone */
};

/* Loads them, and gives them to the editor. */
void recall_open(struct recall *self, EditLine *editor);
void recall_add(struct recall *self, const char *line);
/* Saves and frees them. */
void recall_close(struct recall *self);

#endif
