"""The user whom PostgreSQL runs as, and how that user reaches a folder."""

import os
import pwd
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from belfry.ground.errors import CannotStart


@dataclass(frozen=True)
class Account:
    """A user: ourselves, or, since PostgreSQL refuses to run as root, another one when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def is_another(self) -> bool:
        """Whether the user is not the one we run as."""
        return self.uid != os.geteuid()

    def run(
        self, *command: str, output: int | IO[bytes], files: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end as this user, with these open files. OSError when it can't be run."""
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=self.uid if self.is_another else None,
            group=self.gid if self.is_another else None,
            extra_groups=[] if self.is_another else None,
            pass_fds=files,
            cwd="/",
            env=environment(),
        )

    def own(self, path: Path) -> None:
        """Make this user the owner of a path."""
        if self.is_another:
            os.chown(path, self.uid, self.gid)

    @contextmanager
    def reaching(self, folder: Path) -> Generator[tuple[str, int]]:
        """A name of the folder by which this user reaches it as long as the file beside it is open.

        Root's folders mostly lie where nobody else may look, under /root. Entered by an open file, not by its path,
        a folder asks for no right to those above it.
        """
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            by_file = self.is_another and sys.platform == "linux"
            yield f"/proc/self/fd/{file}" if by_file else str(folder), file
        finally:
            os.close(file)


def account(cluster: Path) -> Account:
    """The owner of the cluster; for one yet to be made ourselves, or as root `postgres` or `nobody`."""
    if cluster.exists():
        status = cluster.stat()
        return Account(f"the user {status.st_uid}", status.st_uid, status.st_gid)
    if os.geteuid() != 0:
        return Account("this user", os.geteuid(), os.getegid())
    users = {user.pw_name: user for user in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in users:
            return Account(f"the user {name}", users[name].pw_uid, users[name].pw_gid)
    raise CannotStart(
        reason="PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as: "
        "add one, start Belfry as another user, or set BELFRY_DATABASE_URL."
    )


def environment() -> dict[str, str]:
    """Our environment without what would steer PostgreSQL elsewhere; its messages in English."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
