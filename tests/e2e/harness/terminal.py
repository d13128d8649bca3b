"""Both ends of a terminal, also where the system has none to give."""

import fcntl
import os
import pty
import struct
import subprocess
import tempfile
import unittest
from typing import Tuple

# From Linux's asm-generic/ioctls.h; Python's termios names them only from 3.13 on.
_TIOCSPTLCK, _TIOCGPTN = 0x40045431, 0x80045430


def open_terminal(case: unittest.TestCase) -> Tuple[int, int]:
    """Our end and the program's. A bare chroot has none, so root brings an instance of its own there."""
    try:
        return pty.openpty()
    except OSError:
        folder = tempfile.mkdtemp(prefix="unentropy-pts-")
        case.addCleanup(os.rmdir, folder)
        subprocess.run(["mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0600", "devpts", folder], check=True)
        case.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        ours = os.open(f"{folder}/ptmx", os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(ours, _TIOCSPTLCK, struct.pack("i", 0))
        (number,) = struct.unpack("i", fcntl.ioctl(ours, _TIOCGPTN, struct.pack("i", 0)))
        return ours, os.open(f"{folder}/{number}", os.O_RDWR | os.O_NOCTTY)


def shown_until_the_end(ours: int) -> bytes:
    """What the program writes to its end, until nobody has that open any more; closes ours."""
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux reports the end of the other side so
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return shown
