/* The tree of names: what memory says, and where it says nothing, the real world. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "drive/sim_files.h"
#include "drive/sim_net.h"
#include "mach/sys_files.h"
#include "mach/sys_io.h"

static struct sim_node *node_of(struct coil_link *link)
{
    return container_of(link, struct sim_node, sibling);
}

static enum sim_node_type type_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return SIM_DIRECTORY;
    case S_IFREG: return SIM_FILE;
    case S_IFLNK: return SIM_LINK;
    case S_IFSOCK: return SIM_SOCKET;
    default: return SIM_OTHER;
    }
}

/* --- nodes --- */

static struct sim_node *node_new(struct sim_node *parent, const char *name)
{
    struct sim_node *node = mem_zalloc(sizeof(*node));

    if (node == NULL)
        return NULL;
    node->name = mem_strdup(name);
    if (node->name == NULL) {
        mem_free(node);
        return NULL;
    }
    list_init(&node->children);
    node->parent = parent;
    if (parent != NULL)
        list_append(&parent->children, &node->sibling);
    return node;
}

/* The name has no file any more; who has it open keeps it. */
static void detach(struct sim_driver *self, struct sim_node *node)
{
    struct sim_content *content = node->content;

    if (node->socket != NULL)
        node->socket->node = NULL;
    mem_free(node->target);
    node->target = NULL;
    node->socket = NULL;
    node->content = NULL;
    if (content == NULL)
        return;
    if (content->node == node)
        content->node = NULL;
    content->info.st_nlink--;
    if (content->changed)
        coil__sim_content_unref(self, content);
}

static void node_free(struct sim_driver *self, struct sim_node *node)
{
    while (!list_empty(&node->children))
        node_free(self, node_of(node->children.next));
    detach(self, node);
    list_leave(&node->sibling);
    mem_free(node->real);
    mem_free(node->name);
    mem_free(node);
}

void coil__sim_files_fini(struct sim_driver *self)
{
    if (self->root != NULL)
        node_free(self, self->root);
    self->root = NULL;
}

static struct sim_node *child_in_memory(struct sim_node *parent, const char *name)
{
    struct coil_link *at;

    list_each (at, &parent->children)
        if (strcmp(node_of(at)->name, name) == 0)
            return node_of(at);
    return NULL;
}

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = mem_alloc(size);

    if (path != NULL)
        snprintf(path, size, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    return path;
}

/* What the real world has under an unchanged name. */
static int look_beneath(struct sim_driver *self, struct sim_node *parent, const char *name,
                        struct sim_node **node)
{
    char *path = join(parent->real, name);
    struct stat info;
    int err = path == NULL ? -ENOMEM : coil__sys_stat(path, false, &info);

    if (err == -ENOENT || err == -ENOTDIR) {
        mem_free(path);
        if (*node != NULL && list_empty(&(*node)->children)) {
            node_free(self, *node);
            *node = NULL;
        }
        return 0;
    }
    if (err == 0 && *node == NULL && (*node = node_new(parent, name)) == NULL)
        err = -ENOMEM;
    if (err) {
        mem_free(path);
        return err;
    }
    mem_free((*node)->real);
    (*node)->real = path;
    (*node)->info = info;
    if (list_empty(&(*node)->children))
        (*node)->type = type_of(info.st_mode);
    return 0;
}

int coil__sim_node_child(struct sim_driver *self, struct sim_node *parent, const char *name,
                         struct sim_node **out)
{
    *out = child_in_memory(parent, name);
    if (*out != NULL && (*out)->changed) {
        if ((*out)->type == SIM_GONE)
            *out = NULL;
        return 0;
    }
    return parent->real ? look_beneath(self, parent, name, out) : 0;
}

int coil__sim_root(struct sim_driver *self, struct sim_node **out)
{
    struct sim_node *root = self->root;
    int err;

    *out = root;
    if (root != NULL)
        return 0;
    root = node_new(NULL, "");
    if (root == NULL)
        return -ENOMEM;
    root->real = mem_strdup("/");
    root->type = SIM_DIRECTORY;
    err = root->real ? coil__sys_stat("/", true, &root->info) : -ENOMEM;
    if (err) {
        node_free(self, root);
        return err;
    }
    *out = self->root = root;
    return 0;
}

/* --- changes --- */

/* With nothing in it yet. */
static struct sim_node *node_put(struct sim_driver *self, struct sim_place *place,
                                 enum sim_node_type type, uint32_t mode)
{
    struct sim_node *node = child_in_memory(place->parent, place->name); /* gone, if there */

    if (node == NULL)
        node = node_new(place->parent, place->name);
    if (node == NULL)
        return NULL;
    node->type = type;
    node->changed = true;
    node->info = (struct stat){
        .st_mode = mode,
        .st_ino = ++self->next_inode,
        .st_nlink = type == SIM_DIRECTORY ? 2 : 1,
        .st_uid = geteuid(),
        .st_gid = getegid(),
        .st_blksize = SIM_BLOCK,
    };
    node->info.st_atim = node->info.st_mtim = node->info.st_ctim = coil__sim_time(self);
    return node;
}

struct sim_node *coil__sim_node_make(struct sim_driver *self, struct sim_place *place,
                                     enum sim_node_type type, uint32_t mode)
{
    struct sim_node *node = node_put(self, place, type, mode);

    if (node != NULL && type == SIM_FILE) {
        node->content = coil__sim_content_new(&node->info);
        if (node->content == NULL) {
            node->type = SIM_GONE;
            return NULL;
        }
        node->content->node = node;
        node->content->changed = true;
    }
    return node;
}

int coil__sim_node_share(struct sim_driver *self, struct sim_place *place,
                         struct sim_content *content)
{
    struct sim_node *node = node_put(self, place, SIM_FILE, 0);

    if (node == NULL)
        return -ENOMEM;
    coil__sim_content_own(content);
    content->info.st_ctim = coil__sim_time(self);
    content->info.st_nlink++;
    content->refs++;
    node->content = content;
    return 0;
}

int coil__sim_node_symlink(struct sim_driver *self, struct sim_place *place, const char *target)
{
    struct sim_node *node = node_put(self, place, SIM_LINK, S_IFLNK | 0777);

    if (node == NULL)
        return -ENOMEM;
    node->info.st_size = (off_t)strlen(target);
    node->target = mem_strdup(target);
    if (node->target != NULL)
        return 0;
    node->type = SIM_GONE;
    return -ENOMEM;
}

int64_t coil__sim_node_target(const struct sim_node *node, char *target, size_t size)
{
    size_t length = node->target ? strlen(node->target) : 0;

    if (node->target == NULL)
        return coil__sys_readlink(node->real, target, size);
    if (size == 0)
        return -EINVAL;
    memcpy(target, node->target, length < size ? length : size);
    return (int64_t)(length < size ? length : size);
}

void coil__sim_node_remove(struct sim_driver *self, struct sim_node *node)
{
    if (node->parent->real == NULL) {
        node_free(self, node);
        return;
    }
    while (!list_empty(&node->children))
        node_free(self, node_of(node->children.next));
    detach(self, node);
    mem_free(node->real);
    node->real = NULL;
    node->type = SIM_GONE;
    node->changed = true;
}

/* A file that moves leaves the real one behind. */
static int take_along(struct sim_driver *self, struct sim_node *node)
{
    struct sim_content *content;
    int err = node->type == SIM_FILE ? coil__sim_content_of(self, node, &content) : 0;

    if (err == 0 && node->type == SIM_FILE) {
        coil__sim_content_touch(self, content);
        coil__sim_content_unref(self, content);
    }
    return err;
}

int coil__sim_node_move(struct sim_driver *self, struct sim_node *node, struct sim_place *to)
{
    struct sim_node *gone = NULL;
    char *name = mem_strdup(to->name);
    int err = name ? take_along(self, node) : -ENOMEM;

    if (err == 0 && node->parent->real != NULL) {
        gone = node_new(node->parent, node->name);
        err = gone ? 0 : -ENOMEM;
    }
    if (err) {
        mem_free(name);
        return err;
    }
    if (gone != NULL) {
        gone->type = SIM_GONE;
        gone->changed = true;
    }
    to->node = child_in_memory(to->parent, to->name);
    if (to->node != NULL)
        node_free(self, to->node);
    mem_free(node->name);
    node->name = name;
    node->changed = true;
    list_remove(&node->sibling);
    list_append(&to->parent->children, &node->sibling);
    node->parent = to->parent;
    return 0;
}

/* --- listing --- */

struct listing {
    struct sim_node *node;
    int (*each)(const char *name, void *arg);
    void *arg;
};

static int each_real(const char *name, void *arg)
{
    struct listing *listing = arg;
    struct sim_node *child = child_in_memory(listing->node, name);

    return child != NULL && child->changed ? 0 : listing->each(name, listing->arg);
}

int coil__sim_node_list(struct sim_node *node, int (*each)(const char *name, void *arg), void *arg)
{
    struct listing listing = {node, each, arg};
    int err = node->real ? coil__sys_list(node->real, each_real, &listing) : 0;
    struct coil_link *at;

    if (err < 0 && !(err == -ENOENT && node->changed))
        return err;
    list_each (at, &node->children) {
        const struct sim_node *child = node_of(at);

        err = child->changed && child->type != SIM_GONE ? each(child->name, arg) : 0;
        if (err < 0)
            return err;
    }
    return 0;
}
