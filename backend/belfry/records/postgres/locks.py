"""Locks that a process holds by an open file, so that its death, even by kill -9, releases them.

A child that inherits the open file holds the lock as well: it is free when the last of them is gone.
"""

import fcntl
import os
import time
from pathlib import Path

SHARED = fcntl.LOCK_SH
ALONE = fcntl.LOCK_EX


def acquire(path: Path, kind: int = ALONE) -> int | None:
    """An open file that holds the lock, for `os.close` to release, or None while others stand in the way."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return file


def wait(path: Path, seconds: float) -> int | None:
    """The lock as soon as it is free, or None after `seconds`."""
    end = time.monotonic() + seconds
    while (file := acquire(path)) is None and time.monotonic() < end:
        time.sleep(0.02)
    return file
