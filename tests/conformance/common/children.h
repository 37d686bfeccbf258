/* Child processes, for the triples of subprocess. children.py has the same under the same names. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "common/talk.h"

/* A child that runs a script of the shell. */
struct coil_process *shell(const char *script, struct coil_process_options how);

/* Says what came of a call. */
void attempt(const char *what, int status);

/* How it ended, or that it runs. */
void tell_returncode(struct coil_process *process);

/* Says what it wrote, and how it ended. */
coil_async void communicate(struct coil_process *process, const char *data);

#endif
