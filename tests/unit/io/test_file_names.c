/* What a path means and what may be done with it: the same as when the system is asked directly,
 * on every driver. One folder is coil's, another of the same content the system's own. */
#include <coil/file.h>

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/loop/inside.h"

static const char *const names[] = {
    "absent",   "file",       "dir",         "full",     "link",   "dangling",  "linkdir",
    "linkfull", "loop",       "file/",       "dir/",     "full/",  "absent/",   "link/",
    "linkdir/", "linkfull/",  "dangling/",   "loop/",    "file/x", "absent/x",  "loop/x",
    "full/x",   "linkfull/x", "dir/absent",  "dir/.",    "dir/..", "linkdir/.", "linkfull/..",
    "",         "//file",     "full/./../.", "./absent",
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct folder {
    char path[32];
};

static char *in(const struct folder *folder, const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder->path, name);
    return path;
}

static void make_file(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

    CHECK_EQ(write(fd, "abcdef", 6), 6);
    close(fd);
}

static struct folder fresh_folder(void)
{
    struct folder folder;

    snprintf(folder.path, sizeof(folder.path), "%s/coil-names-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* no disk has to be asked */
    CHECK(mkdtemp(folder.path) != NULL);
    make_file(in(&folder, "file"));
    CHECK_EQ(mkdir(in(&folder, "dir"), 0755), 0);
    CHECK_EQ(mkdir(in(&folder, "full"), 0755), 0);
    make_file(in(&folder, "full/x"));
    CHECK_EQ(symlink("file", in(&folder, "link")), 0);
    CHECK_EQ(symlink("nowhere", in(&folder, "dangling")), 0);
    CHECK_EQ(symlink("dir", in(&folder, "linkdir")), 0);
    CHECK_EQ(symlink("full", in(&folder, "linkfull")), 0);
    CHECK_EQ(symlink("loop", in(&folder, "loop")), 0);
    return folder;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

static void drop_folder(const struct folder *folder)
{
    CHECK_EQ(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Theirs and ours; as good as new where nothing could be done. */
static struct folder ours, theirs;

static void enter_folders(void)
{
    ours = fresh_folder();
    theirs = fresh_folder();
}

static void leave_folders(void)
{
    drop_folder(&ours);
    drop_folder(&theirs);
}

static void renew_folders(void)
{
    leave_folders();
    enter_folders();
}

static int system_says(int result)
{
    return result < 0 ? -errno : result;
}

/* Whatever was changed shows in one of them. */
static coil_async void check_same(const char *what)
{
    static const char *const looked_at[] = {"absent",  "file",       "dir",     "full",
                                            "link",    "dangling",   "loop",    "full/x",
                                            "nowhere", "dir/absent", "linkdir", "linkfull"};

    for (size_t i = 0; i < COUNT(looked_at); i++) {
        struct stat here = {.st_mode = 0}, there = {.st_mode = 0};
        int err = coil_lstat(in(&ours, looked_at[i]), &here);

        if (err != system_says(lstat(in(&theirs, looked_at[i]), &there)) ||
            here.st_mode != there.st_mode ||
            (S_ISREG(here.st_mode) && here.st_nlink != there.st_nlink) ||
            (!S_ISDIR(here.st_mode) && here.st_size != there.st_size))
            FAIL("after %s, %s is not the same", what, looked_at[i]);
    }
}

static coil_async void check_opened(const char *name, int flags)
{
    int here = coil_open(in(&ours, name), flags, 0666);
    int there = system_says(open(in(&theirs, name), flags | O_CLOEXEC, 0666));
    char what[64];

    snprintf(what, sizeof(what), "open(%s, %#o)", name, (unsigned)flags);
    if ((here < 0 || there < 0) && here != there)
        FAIL("%s: %d and not %d", what, here, there);
    if (here >= 0) {
        int err = coil_write(here, "ZZ", 2);

        CHECK_EQ(err, system_says((int)write(there, "ZZ", 2)) < 0 ? -errno : 0);
        CHECK_EQ(coil_close(here), 0);
        close(there);
        check_same(what);
        renew_folders();
    }
}

/* O_CREAT with O_DIRECTORY: newer kernels refuse what older ones did. */
DRIVER_LOOP_TEST(opening_is_as_the_system_has_it)
{
    enter_folders();
    for (size_t i = 0; i < COUNT(names); i++)
        for (unsigned bits = 0; bits < 32; bits++)
            if (bits & 1 || !(bits & 8))
                check_opened(names[i], (bits & 1 ? 0 : O_CREAT) | (bits & 2 ? O_EXCL : 0) |
                                           (bits & 4 ? O_TRUNC : 0) | (bits & 8 ? O_DIRECTORY : 0) |
                                           (bits & 16 ? O_RDWR : O_NOFOLLOW));
    check_same("all failures");
    leave_folders();
}

static const char *const verbs[] = {"unlink",   "rmdir", "mkdir",   "truncate", "lengthen",
                                    "negative", "chmod", "symlink", "rename",   "link"};

#define OF_ONE 8 /* so many have one name, the rest two */

static coil_async int our_verb(int verb, const char *name, const char *to)
{
    switch (verb) {
    case 0: return coil_unlink(name);
    case 1: return coil_rmdir(name);
    case 2: return coil_mkdir(name, 0777);
    case 3: return coil_truncate(name, 3);
    case 4: return coil_truncate(name, 10000);
    case 5: return coil_truncate(name, -1);
    case 6: return coil_chmod(name, 0751);
    case 7: return coil_symlink("full/x", name);
    case 8: return coil_rename(name, to);
    default: return coil_link(name, to);
    }
}

static int their_verb(int verb, const char *name, const char *to)
{
    switch (verb) {
    case 0: return unlink(name);
    case 1: return rmdir(name);
    case 2: return mkdir(name, 0777);
    case 3: return truncate(name, 3);
    case 4: return truncate(name, 10000);
    case 5: return truncate(name, -1);
    case 6: return chmod(name, 0751);
    case 7: return symlink("full/x", name);
    case 8: return rename(name, to);
    default: return link(name, to);
    }
}

static coil_async void check_changed(const char *name, const char *to)
{
    int end = to == NULL ? OF_ONE : (int)COUNT(verbs);

    for (int verb = to == NULL ? 0 : OF_ONE; verb < end; verb++) {
        int result = our_verb(verb, in(&ours, name), to ? in(&ours, to) : NULL);
        int wanted = system_says(their_verb(verb, in(&theirs, name), to ? in(&theirs, to) : NULL));
        char what[64];

        snprintf(what, sizeof(what), "%s(%s%s%s)", verbs[verb], name, to ? ", " : "", to ? to : "");
        if (result != wanted)
            FAIL("%s: %d and not %d", what, result, wanted);
        if (result == 0) {
            check_same(what);
            renew_folders();
        }
    }
}

DRIVER_LOOP_TEST(names_are_made_and_removed_as_the_system_does)
{
    enter_folders();
    for (size_t i = 0; i < COUNT(names); i++)
        check_changed(names[i], NULL);
    check_same("all failures");
    leave_folders();
}

/* The other drivers are the system. */
LOOP_TEST(names_are_changed_as_the_system_does)
{
    enter_folders();
    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t j = 0; j < COUNT(names); j++)
            check_changed(names[i], names[j]);
    check_same("all failures");
    leave_folders();
}

DRIVER_LOOP_TEST(what_a_name_leads_to_is_as_the_system_says)
{
    struct folder folder = fresh_folder();

    for (size_t i = 0; i < COUNT(names); i++) {
        struct stat here = {.st_mode = 0}, there = {.st_mode = 0};
        char *path = in(&folder, names[i]), ours_to[16] = "", theirs_to[16] = "";

        CHECK_EQ(coil_readlink(path, ours_to, sizeof(ours_to)),
                 system_says((int)readlink(path, theirs_to, sizeof(theirs_to))));
        CHECK_STR(ours_to, theirs_to);
        CHECK_EQ(coil_stat(path, &here), system_says(stat(path, &there)));
        CHECK_EQ(here.st_ino, there.st_ino);
        CHECK_EQ(coil_lstat(path, &here), system_says(lstat(path, &there)));
        CHECK_EQ(here.st_ino, there.st_ino);
    }
    drop_folder(&folder);
}
