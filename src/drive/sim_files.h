/*
 * The simulator's files. They begin as the real ones and never write to them: a tree of nodes in
 * memory lies over the real tree. A node is made when a path is first asked for; as long as memory
 * has changed nothing in it, it is looked up again each time, so what the real world does to its
 * files is seen.
 */
#ifndef COIL_DRIVE_SIM_FILES_H
#define COIL_DRIVE_SIM_FILES_H

#include "drive/sim.h"

#define SIM_BLOCK 4096u

struct sim_socket;

enum sim_node_type {
    SIM_DIRECTORY,
    SIM_FILE,
    SIM_LINK,   /* a symbolic link */
    SIM_SOCKET, /* the name of a socket, ours or real */
    SIM_OTHER,  /* a real device, FIFO ... */
    SIM_GONE,   /* hides what is beneath */
};

/* What is in a file: shared by its descriptors, and, once changed, its names. */
struct sim_content {
    unsigned refs;
    bool changed;          /* differs from the real file */
    struct sim_node *node; /* its first name; NULL: it has that no more */
    struct stat info;
    uint8_t **blocks; /* NULL: a hole */
    size_t block_count;
    size_t charged; /* blocks that were filled by writes */
};

struct sim_node {
    struct coil_link sibling; /* in parent->children */
    struct coil_link children;
    struct sim_node *parent;
    char *name;
    char *real;   /* the path of what is beneath; NULL: nothing */
    char *target; /* of a link that was made here */
    enum sim_node_type type;
    bool changed; /* memory's own, not the real tree's */
    struct stat info;
    struct sim_content *content; /* NULL: the file is neither open nor changed */
    struct sim_socket *socket;   /* who is bound to it */
};

/* Where a path leads: its last name, in which directory, and what has it. */
struct sim_place {
    struct sim_node *parent;
    struct sim_node *node; /* NULL: nothing there */
    bool must_be_directory;
    char name[256]; /* "": reached without one, by / or . or .. */
    uint8_t dots;   /* and by how many */
};

/* A link at the end of a path. */
enum sim_link_at_end {
    SIM_FOLLOWED,
    SIM_NOT_FOLLOWED, /* but if a slash is behind it */
    SIM_NAMED,        /* never: its name is changed */
};

/* --- sim_walk.c --- */

int coil__sim_find(struct sim_driver *self, const char *path, enum sim_link_at_end link,
                   struct sim_place *out);

/* --- sim_tree.c --- */

int coil__sim_root(struct sim_driver *self, struct sim_node **out);

/* What has that name in the directory; *out is NULL if nothing has. */
int coil__sim_node_child(struct sim_driver *self, struct sim_node *parent, const char *name,
                         struct sim_node **out);

/* A new node there, changed, with nothing in it; NULL: no memory. */
struct sim_node *coil__sim_node_make(struct sim_driver *self, struct sim_place *place,
                                     enum sim_node_type type, uint32_t mode);
void coil__sim_node_remove(struct sim_driver *self, struct sim_node *node);

/* One name more of a file; a symbolic link. 0 or -ENOMEM. */
int coil__sim_node_share(struct sim_driver *self, struct sim_place *place,
                         struct sim_content *content);
int coil__sim_node_symlink(struct sim_driver *self, struct sim_place *place, const char *target);

/* What a link says, as readlink(2): how many bytes, without a zero at the end. */
int64_t coil__sim_node_target(const struct sim_node *node, char *target, size_t size);

/* Moves it; what was there is gone. 0, -ENOMEM, or what reading the real file said. */
int coil__sim_node_move(struct sim_driver *self, struct sim_node *node, struct sim_place *to);

/* Calls each(name, arg) for what is in the directory, until one returns < 0. */
int coil__sim_node_list(struct sim_node *node, int (*each)(const char *name, void *arg), void *arg);
void coil__sim_files_fini(struct sim_driver *self);

/* --- sim_content.c --- */

/* With one reference; NULL: no memory. */
struct sim_content *coil__sim_content_new(const struct stat *info);

/* It differs from the real file from now on, and lives as long as its names. */
void coil__sim_content_own(struct sim_content *content);

/* The same, in what it says: at this time. */
void coil__sim_content_touch(struct sim_driver *self, struct sim_content *content);
void coil__sim_content_unref(struct sim_driver *self, struct sim_content *content);

/* The content of a file's node, with a reference for the caller; read from the real file if need
 * be. */
int coil__sim_content_of(struct sim_driver *self, struct sim_node *node, struct sim_content **out);
int64_t coil__sim_content_read(struct sim_content *content, const struct iovec *parts, size_t count,
                               size_t most, int64_t offset);
int64_t coil__sim_content_write(struct sim_driver *self, struct sim_content *content,
                                const struct iovec *parts, size_t count, size_t most,
                                int64_t offset);
int coil__sim_content_resize(struct sim_driver *self, struct sim_content *content, int64_t size);
struct timespec coil__sim_time(const struct sim_driver *self);

/* --- sim_file.c --- */

/* A descriptor of it; takes over the reference. */
int coil__sim_file_open(struct sim_driver *self, struct sim_content *content, int flags);

/* The content of an open file that can be read; NULL: it is none. */
struct sim_content *coil__sim_file_content(struct sim_thing *thing);

/* OP_TRUNCATE or OP_CHMOD of a descriptor. */
int64_t coil__sim_file_set(struct sim_driver *self, struct sim_thing *thing, const struct op *op);

/* --- sim_change.c --- */

/* OP_TRUNCATE or OP_CHMOD of what is in a file. */
int64_t coil__sim_content_set(struct sim_driver *self, struct sim_content *content,
                              const struct op *op);

/* An op on a path that changes a file as a whole, or asks for a link, at once. */
int64_t coil__sim_change_now(struct sim_driver *self, const struct op *op);

/* --- sim_path.c --- */

/* An op on a path, at once. */
int64_t coil__sim_path_now(struct sim_driver *self, struct op *op);

#endif
