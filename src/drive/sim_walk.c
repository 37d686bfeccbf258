/* Where a path leads in the simulator's tree; as Linux walks. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "drive/sim_files.h"

#define MOST_LINKS 40

/* A path on its way: what is left of it, and how far we came. */
struct walk {
    struct sim_driver *self;
    struct sim_node *at;
    char *rest;
    int links;
    uint8_t dots; /* the last name was made of so many, and nothing else */
    char text[2 * PATH_MAX];
};

static int begin(struct walk *walk, struct sim_driver *self, const char *path)
{
    size_t size = strlen(path) + 1;
    size_t base = 0;

    if (size == 1)
        return -ENOENT;
    if (size > PATH_MAX)
        return -ENAMETOOLONG;
    if (*path != '/') {
        if (getcwd(walk->text, PATH_MAX - 1) == NULL)
            return -ENOENT;
        base = strlen(walk->text);
        walk->text[base++] = '/';
    }
    memcpy(walk->text + base, path, size);
    walk->rest = walk->text;
    walk->self = self;
    walk->links = 0;
    walk->dots = 0;
    return coil__sim_root(self, &walk->at);
}

/* The path goes on where the link points to. */
static int follow_link(struct walk *walk, const struct sim_node *node)
{
    char target[2 * PATH_MAX];
    size_t left = strlen(walk->rest);
    int64_t size = coil__sim_node_target(node, target, PATH_MAX);

    if (size <= 0)
        return -ENOENT;
    if (++walk->links > MOST_LINKS)
        return -ELOOP;
    if ((size_t)size + left + 2 > sizeof(walk->text))
        return -ENAMETOOLONG;
    if (target[0] == '/')
        walk->at = walk->self->root;
    target[size] = '/';
    memcpy(target + size + 1, walk->rest, left + 1);
    if (left == 0)
        target[size] = '\0';
    memcpy(walk->text, target, (size_t)size + left + 2);
    walk->rest = walk->text;
    return 0;
}

/* Takes the next name off the path. *more: something comes after it; *slash: at least a slash. */
static int next_name(struct walk *walk, char name[256], bool *more, bool *slash)
{
    size_t size = strcspn(walk->rest, "/");

    if (size > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, walk->rest, size);
    name[size] = '\0';
    walk->rest += size;
    *slash = *walk->rest == '/';
    *more = walk->rest[strspn(walk->rest, "/")] != '\0';
    return 0;
}

/* 1 or 2: "." or ".."; 0: another name. */
static uint8_t dots_of(const char *name)
{
    size_t dots = strspn(name, ".");

    return name[dots] == '\0' && dots <= 2 ? (uint8_t)dots : 0;
}

static bool is_followed(enum sim_link_at_end link, bool more, bool slash)
{
    return more || link == SIM_FOLLOWED || (slash && link == SIM_NOT_FOLLOWED);
}

static int step(struct walk *walk, enum sim_link_at_end link, struct sim_place *out, bool *over)
{
    struct sim_node *node;
    bool more, slash;
    int err = next_name(walk, out->name, &more, &slash);

    if (err == 0 && walk->at->type != SIM_DIRECTORY)
        err = -ENOTDIR;
    walk->dots = dots_of(out->name);
    if (err == 0 && walk->dots == 2)
        walk->at = walk->at->parent ? walk->at->parent : walk->at;
    if (err || walk->dots)
        return err;
    err = coil__sim_node_child(walk->self, walk->at, out->name, &node);
    if (err)
        return err;
    if (node != NULL && node->type == SIM_LINK && is_followed(link, more, slash))
        return follow_link(walk, node);
    if (more) {
        walk->at = node;
        return node ? 0 : -ENOENT;
    }
    out->parent = walk->at;
    out->node = node;
    out->must_be_directory = slash;
    *over = true;
    if (link == SIM_NAMED || !slash || node == NULL || node->type == SIM_DIRECTORY)
        return 0;
    return -ENOTDIR;
}

int coil__sim_find(struct sim_driver *self, const char *path, enum sim_link_at_end link,
                   struct sim_place *out)
{
    struct walk walk;
    bool over = false;
    int err = begin(&walk, self, path);

    while (err == 0 && !over) {
        walk.rest += strspn(walk.rest, "/");
        if (*walk.rest == '\0')
            break;
        err = step(&walk, link, out, &over);
    }
    if (err == 0 && !over) { /* a directory by its path only: / or . or .. */
        *out = (struct sim_place){.node = walk.at, .must_be_directory = true, .dots = walk.dots};
        out->parent = walk.at->parent ? walk.at->parent : walk.at;
    }
    return err;
}
