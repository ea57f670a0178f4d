"""Runs one PostgreSQL in the working directory's `postgres` for as long as anybody holds `users.lock`.

`python -I -S watchman.py CHARGE SERVER UID GID COMMAND…` puts itself into the background, starts COMMAND as that user,
stops it once nobody uses it, and ends when it ends. CHARGE is an open file whose lock says that a watchman is there;
SERVER one whose lock is held by every process of the server. It needs the standard library only, and little of that.
"""

import fcntl
import os
import signal
import sys
import time

LOOK_SECONDS = 0.2
STOP_SECONDS = 60
LOG_LIMIT = 8_000_000
LOG_KEPT = 1_000_000
UNHEEDED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def main(charge: int, server: int, uid: int, gid: int, command: list[str]) -> None:
    """Watch over one run of the command."""
    if os.fork():
        return
    for number in UNHEEDED:  # Whoever uses the server may be given time to end: the watchman outlives its users.
        signal.signal(number, signal.SIG_IGN)
    os.set_inheritable(charge, False)
    os.ftruncate(charge, 0)
    os.write(charge, f"{os.getpid()}\n".encode())
    users = os.open("users.lock", os.O_RDWR)
    postgres = _start(uid, gid, command)
    os.close(server)
    while not _ended(postgres):
        if _unused(users):
            _stop(postgres)
            return
        _trim_log(2)
        time.sleep(LOOK_SECONDS)


def _start(uid: int, gid: int, command: list[str]) -> int:
    watchman = os.getpid()
    child = os.fork()
    if child == 0:
        _become(uid, gid, watchman)
        os.execv(command[0], command)
    return child


def _become(uid: int, gid: int, watchman: int) -> None:
    import ctypes  # Here, so that only the child has it in memory, and before the change to a user who can't read it.

    for number in UNHEEDED:
        signal.signal(number, signal.SIG_DFL)
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGINT))
    if os.getppid() != watchman:
        sys.exit("The watchman died before PostgreSQL started.")


def _ended(postgres: int) -> bool:
    return os.waitpid(postgres, os.WNOHANG)[0] == postgres


def _unused(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(postgres: int) -> None:
    """Ask for a fast shutdown, and after a minute for an immediate one."""
    os.kill(postgres, signal.SIGINT)
    end = time.monotonic() + STOP_SECONDS
    while not _ended(postgres):
        if time.monotonic() > end:
            os.kill(postgres, signal.SIGQUIT)
            end = time.monotonic() + STOP_SECONDS
        time.sleep(0.02)


def _trim_log(log: int) -> None:
    size = os.fstat(log).st_size
    if size > LOG_LIMIT:
        end = os.pread(log, LOG_KEPT, size - LOG_KEPT)
        os.ftruncate(log, 0)
        os.write(log, end)


if __name__ == "__main__":
    charge, server, uid, gid = map(int, sys.argv[1:5])
    main(charge, server, uid, gid, sys.argv[5:])
