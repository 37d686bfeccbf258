/* What is done to files as wholes. */
#include "mach/sys_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"

#include <kit.h>

TEST(sizes_and_modes_are_set_by_path_and_by_descriptor)
{
    int fd = open(kit_path("f"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct stat about;

    CHECK_EQ(coil__sys_truncate(kit_path("f"), 1000), 0);
    CHECK_EQ(coil__sys_chmod(kit_path("f"), 0600), 0);
    CHECK_EQ(fstat(fd, &about), 0);
    CHECK_EQ(about.st_size, 1000);
    CHECK_EQ(about.st_mode, S_IFREG | 0600);
    CHECK_EQ(coil__sys_ftruncate(fd, 10), 0);
    CHECK_EQ(coil__sys_fchmod(fd, 0640), 0);
    CHECK_EQ(fstat(fd, &about), 0);
    CHECK_EQ(about.st_size, 10);
    CHECK_EQ(about.st_mode, S_IFREG | 0640);
    CHECK_EQ(coil__sys_ftruncate(fd, -1), -EINVAL);
    close(fd);
    CHECK_EQ(coil__sys_unlink(kit_path("f"), 0), 0);
}

TEST(names_are_given_told_and_taken)
{
    char target[8];
    struct stat about;

    CHECK_EQ(coil__sys_mkdir(kit_path("d"), 0700), 0);
    CHECK_EQ(coil__sys_symlink("where", kit_path("s")), 0);
    CHECK_EQ(coil__sys_link(kit_path("s"), kit_path("d/t")), 0); /* not followed */
    CHECK_EQ(coil__sys_readlink(kit_path("d/t"), target, sizeof(target)), 5);
    CHECK(memcmp(target, "where", 5) == 0);
    CHECK_EQ(coil__sys_readlink(kit_path("d/t"), target, 3), 3);
    CHECK_EQ(lstat(kit_path("s"), &about), 0);
    CHECK_EQ(about.st_nlink, 2);
    CHECK_EQ(coil__sys_rename(kit_path("d/t"), kit_path("t")), 0);
    CHECK_EQ(coil__sys_unlink(kit_path("s"), 0), 0);
    CHECK_EQ(coil__sys_unlink(kit_path("t"), 0), 0);
    CHECK_EQ(coil__sys_unlink(kit_path("d"), 0), -EISDIR);
    CHECK_EQ(coil__sys_unlink(kit_path("d"), AT_REMOVEDIR), 0);
}

TEST(the_kernel_copies_between_files_at_the_same_offset)
{
    int from = open(kit_path("a"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int to = open(kit_path("b"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char data[8] = "";
    int64_t n;

    CHECK_EQ(write(from, "0123456789", 10), 10);
    n = coil__sys_copy_range(to, from, 4, 100);
    if (n == -EXDEV || n == -EINVAL || n == -ENOSYS || n == -EOPNOTSUPP)
        SKIP("this file system does not copy");
    CHECK_EQ(n, 6);
    CHECK_EQ(coil__sys_copy_range(to, from, 10, 100), 0);
    CHECK_EQ(pread(to, data, sizeof(data), 3), 7);
    CHECK(memcmp(data, "\000456789", 7) == 0);
    CHECK_EQ(lseek(from, 0, SEEK_CUR), 10); /* nobody's place was moved */
    CHECK_EQ(lseek(to, 0, SEEK_CUR), 0);
    CHECK_EQ(coil__sys_copy_range(-1, from, 0, 1), -EBADF);
    close(from);
    close(to);
    unlink(kit_path("a"));
    unlink(kit_path("b"));
}

static int fails(int k)
{
    char byte;

    coil__fault_arm(FAULT_SYS, 1, false);
    switch (k) {
    case 0: return coil__sys_truncate("/nowhere", 0);
    case 1: return coil__sys_ftruncate(-1, 0);
    case 2: return coil__sys_chmod("/nowhere", 0);
    case 3: return coil__sys_fchmod(-1, 0);
    case 4: return coil__sys_link("/nowhere", "/there");
    case 5: return coil__sys_symlink("x", "/nowhere/x");
    case 6: return (int)coil__sys_readlink("/nowhere", &byte, 1);
    case 7: return (int)coil__sys_copy_range(-1, -1, 0, 1);
    case 8: return coil__sys_rename("/nowhere", "/there");
    case 9: return coil__sys_unlink("/nowhere", 0);
    default: return coil__sys_mkdir("/nowhere/x", 0);
    }
}

TEST(each_can_be_made_to_fail)
{
    static const int said[] = {EACCES, EIO,   EPERM,  EPERM,  EMLINK, EACCES,
                               EACCES, EXDEV, EACCES, EACCES, EACCES};

    for (int k = 0; k < 11; k++)
        CHECK_EQ(fails(k), -said[k]);
}
