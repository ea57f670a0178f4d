"""For those who work on Belfry: start afresh at each change of its source."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import watchfiles

ROOT = Path(__file__).parents[3]
SOURCES = tuple(ROOT / name for name in ("backend", "frontend", "migrations"))
KINDS = watchfiles.PythonFilter(extra_extensions=(".sql", ".lark", ".css", ".jsx", ".conf"))


def watch(command: Sequence[str]) -> None:
    """Run the command, and run it anew after each change; the page is built first when the change is in it."""
    signal.signal(signal.SIGTERM, _end)
    process = subprocess.Popen(command)
    try:
        for changes in watchfiles.watch(*SOURCES, watch_filter=KINDS, raise_interrupt=False):
            process.terminate()
            process.wait()
            if any(Path(path).is_relative_to(ROOT / "frontend") for _, path in changes):
                subprocess.run([sys.executable, ROOT / "frontend" / "build.py"], check=False)
            process = subprocess.Popen(command)
    finally:
        process.terminate()
        process.wait()


def _end(_number: int, _frame: object) -> None:
    sys.exit(0)
