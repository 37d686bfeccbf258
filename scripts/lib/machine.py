"""What the machine lets us have."""

import ctypes
import errno
import os

IO_URING_SETUP = 425  # on every processor


def why_no_io_uring():
    """Why the kernel, or whoever confines us, lets us have none; '' if there is one."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(IO_URING_SETUP, 1, None)
    number = ctypes.get_errno()  # EFAULT is what a willing kernel says to no parameters
    return '' if number == errno.EFAULT else f'io_uring_setup: {os.strerror(number)}'
