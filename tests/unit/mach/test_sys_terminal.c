/* How wide a terminal is. */
#include "mach/sys_terminal.h"

#include <errno.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"

TEST(terminal_tells_its_columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = 132};
    int master, slave;

    CHECK_EQ(openpty(&master, &slave, NULL, NULL, &size), 0);
    CHECK_EQ(coil__sys_columns(slave), 132);
    size.ws_col = 0;
    CHECK_EQ(ioctl(master, TIOCSWINSZ, &size), 0);
    CHECK_EQ(coil__sys_columns(slave), 0);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_columns(slave), -ENOTTY);
    coil__fault_arm(FAULT_SYS, 0, false);
    close(master);
    close(slave);
}

TEST(what_is_no_terminal_says_so)
{
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(coil__sys_columns(ends[0]), -ENOTTY);
    CHECK_EQ(coil__sys_columns(-1), -EBADF);
    close(ends[0]);
    close(ends[1]);
}
