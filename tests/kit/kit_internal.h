/* What the kit's own files share. */
#ifndef KIT_INTERNAL_H
#define KIT_INTERNAL_H

#include <sys/types.h>

#include "kit.h"

enum kit_outcome {
    KIT_DIED, /* the body did not return: the state every test starts in */
    KIT_PASSED,
    KIT_FAILED,
    KIT_SKIPPED,
};

/* What a test's process tells its parent: one page, shared. */
struct kit_report {
    volatile int outcome; /* enum kit_outcome */
    char reason[200];     /* of a skip */
    char folder[72];      /* of its own files; "" as long as it has none */
};

/* watch.c: the child's side, what a test may not leave behind. */
struct kit_descriptors {
    unsigned char open[4096]; /* one bit each */
};

void kit_descriptors_note(struct kit_descriptors *now);
int kit_descriptors_print_new(const struct kit_descriptors *before);

/* need.c */
void kit_need_driver(const char *driver);

/* folder.c */
void kit_folder_remove(void);

/* run.c: the parent's side, one test from fork to verdict. */
enum kit_outcome kit_run_here(const struct kit_test *test);
enum kit_outcome kit_run_forked(const struct kit_test *test);

extern struct kit_report *kit_report;

#endif
