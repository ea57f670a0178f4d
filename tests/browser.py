"""The Chromium that the tests drive: one on this machine, else Playwright's own, else Debian's.

`python tests/browser.py` gets one where there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
FOLDERS = os.pathsep.join(
    (os.environ.get("PATH", os.defpath), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ABSENT = (
    "The tests need a browser and could not get one: install Chromium or Google Chrome"
    " (`apt-get install chromium` on Debian, `playwright install --with-deps chromium` elsewhere)."
)
OWN = "from playwright.sync_api import sync_playwright as p\nwith p() as play: print(play.chromium.executable_path)"


@cache
def find() -> Path:
    """The browser to start, with FLAGS. LookupError says how to get one."""
    for path in _candidates():
        if _starts(path):
            return path
    raise LookupError(ABSENT)


def get() -> Path:
    """Find a browser, or install one: Playwright's own, then Debian's. LookupError says how to get one by hand."""
    for install in (_install_playwrights, _install_debians):
        with suppress(LookupError):
            return find()
        install()
    return find()


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        if path := shutil.which(name, path=FOLDERS):
            yield Path(path)
    own = subprocess.run([sys.executable, "-c", OWN], capture_output=True, text=True, check=False)
    if own.returncode == 0:
        yield Path(own.stdout.strip())


def _starts(path: Path) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_playwrights() -> None:
    print("Looking for Playwright's own Chromium", flush=True)
    _quietly([sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"])


def _install_debians() -> None:
    apt, sudo = shutil.which("apt-get", path=FOLDERS), shutil.which("sudo", path=FOLDERS)
    if not apt or (os.geteuid() and not sudo):
        return
    print("Installing Debian's chromium", flush=True)
    command = [*((sudo, "-n") if os.geteuid() and sudo else ()), apt]
    _quietly([*command, "update"])
    _quietly([*command, "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"])


def _quietly(command: list[str]) -> None:
    settings = {"PATH": FOLDERS, "DEBIAN_FRONTEND": "noninteractive", "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}
    subprocess.run(command, env=os.environ | settings, capture_output=True, check=False)


if __name__ == "__main__":
    try:
        print(f"The tests drive {get()}.")
    except LookupError as problem:
        sys.exit(str(problem))
