/* A disk that is soon full. */
#ifndef UNIT_SMALL_DISK_H
#define UNIT_SMALL_DISK_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kit.h"

static bool tell(const char *file, const char *format, unsigned number)
{
    FILE *to = fopen(file, "w");

    if (to == NULL)
        return false;
    fprintf(to, format, number);
    return fclose(to) == 0;
}

/* In it we are root, who may mount, and own what is mounted. */
static bool enter_namespace_of_a_user(void)
{
    unsigned user = getuid(), group = getgid();

    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           tell("/proc/self/uid_map", "0 %u 1", user) && tell("/proc/self/setgroups", "deny", 0) &&
           tell("/proc/self/gid_map", "0 %u 1", group);
}

/* Of 64 KiB, for what is at a kit_path: a mount of our own, or the simulator's limit. Not /tmp,
 * which has on the simulator whatever others keep there. */
static void mount_a_small_disk(void)
{
    if (strcmp(getenv("COIL_DRIVER"), "sim") == 0) {
        setenv("COIL_SIM_DISK_BYTES", "65536", 1);
        return;
    }
    if (unshare(CLONE_NEWNS) != 0 && !enter_namespace_of_a_user())
        SKIP("no mount namespace here");
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("coil", kit_path(""), "tmpfs", 0, "size=64k") != 0)
        SKIP("nothing can be mounted here");
}

#endif
