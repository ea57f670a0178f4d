"""Belfry as a process of its own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def belfry() -> str:
    """The console script of this environment."""
    return str(Path(sys.executable).with_name("belfry"))


def started(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> subprocess.Popen[str]:
    """A process of it, whose words on stderr can be read."""
    return subprocess.Popen([belfry(), *arguments], stderr=subprocess.PIPE, text=True, env=env, cwd=cwd)


def address(process: subprocess.Popen[str]) -> str:
    """Where it is, once it says so; empty when it ends without."""
    said = next((line for line in process.stderr or () if " is at http://" in line), "")
    return said.split()[-1] if said else ""
