"""Makes `.venv` what the lock files say.

`environment.py` installs what Belfry needs to run, `environment.py dev` also what tests and checks need.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "unfinished"
ALWAYS = ("run", "build")

ROOM_BYTES = 20 << 20
FULL = "The disk is full. A complete environment takes about 1 GB: make room and try again."
COMPLAINTS = (
    ("No space left on device", FULL),
    ("Permission denied", f"{VENV} cannot be written: see who owns it, or remove it and try again."),
    ("DO NOT MATCH THE HASHES", "A downloaded package is not the one that was locked. It was not installed."),
    ("Retrying (", "The packages could not be downloaded: see to the network, or to pip's proxy and index settings."),
    ("No matching distribution", "A locked package is not on offer for this Python on this machine."),
)


class CannotPrepare(Exception):
    """One sentence that says what is missing."""


def prepare(locks: Collection[str]) -> None:
    """Install these locks, then Belfry in place. What has not changed since the last time is left alone."""
    if not all(map(_is_current, locks)) and not _works():
        _create()
    if stale := [lock for lock in locks if not _is_current(lock)]:
        _install(stale)
    if not _is_current("belfry"):
        _pip("Installing Belfry in place", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        _remember("belfry")


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for whoever is making the same environment."""
    with (ROOT / "pyproject.toml").open() as ours:
        fcntl.flock(ours, fcntl.LOCK_EX)
        yield


def _create() -> None:
    if not importlib.util.find_spec("ensurepip"):
        raise CannotPrepare(
            "This Python cannot make virtual environments: `apt-get install python3-venv` adds that to Debian."
        )
    _run(f"Making .venv with Python {sys.version.split()[0]}", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def _install(locks: list[str]) -> None:
    files = [_source(lock) for lock in locks]
    most = max(file.read_text().count("==") for file in files)
    options = [part for file in files for part in ("--requirement", str(file))]
    UNFINISHED.touch()
    _pip(f"Installing {most} packages", "--no-deps", "--require-hashes", "--only-binary=:all:", *options)
    UNFINISHED.unlink()
    for lock in locks:
        _remember(lock)


def _pip(doing: str, *arguments: str) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    _run(doing, [*pip, *arguments])


def _run(doing: str, command: list[str]) -> None:
    print(doing, flush=True)
    began = time.monotonic()
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            _show(_step(line))
    _show("")
    if process.returncode:
        raise CannotPrepare(_complaint("".join(said)))
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


def _step(line: str) -> str:
    if line.startswith("Installing collected packages"):
        return "  unpacking"
    words = line.split()
    return f"  {words[1]}" if words[:1] == ["Collecting"] else ""


def _show(step: str) -> None:
    """Write over the line before on a terminal; a log keeps to the stages."""
    if sys.stdout.isatty():
        print(f"\r\033[K{step}", end="", flush=True)


def _complaint(said: str) -> str:
    if shutil.disk_usage(ROOT).free < ROOM_BYTES:
        return FULL
    for sign, sentence in COMPLAINTS:
        if sign in said:
            return sentence
    print(said, file=sys.stderr)
    return "The environment could not be made; the lines above say why."


def _works() -> bool:
    """Whether `.venv` is whole: a Python that is new enough, pip, and no installation that was broken off."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def _is_current(name: str) -> bool:
    stamp = _stamp(name)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _digest(name)


def _remember(name: str) -> None:
    _stamp(name).write_text(_digest(name))


def _stamp(name: str) -> Path:
    return VENV / f"{name}.installed"


def _digest(name: str) -> str:
    """What was installed, and where: a virtual environment does not survive a move."""
    return hashlib.sha256(os.fsencode(ROOT) + _source(name).read_bytes()).hexdigest()


def _source(name: str) -> Path:
    return ROOT / "pyproject.toml" if name == "belfry" else ROOT / "requirements" / f"{name}.txt"


if __name__ == "__main__":
    try:
        with _alone():
            prepare(dict.fromkeys([*ALWAYS, *sys.argv[1:]]))
    except CannotPrepare as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(f"The environment could not be made: {problem.strerror}: {problem.filename or VENV}.")
    except KeyboardInterrupt:
        sys.exit(130)
